"""B033: the signing key changes and nobody is thrown out; a retired one is worth nothing."""

import os
import subprocess
import sys

import pytest

from medkarta.config.home import Home, HomeUnsafeError

ONE, OTHER = "a" * 64, "b" * 64
SIGN = "from django.core import signing; print(signing.dumps('word', salt='s'))"
READ = "import sys; from django.core import signing; print(signing.loads(sys.argv[1], salt='s'))"


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    home.ensure()
    return home


def in_the_service(home, code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={
            **os.environ,
            "MEDKARTA_HOME": str(home.path),
            "DJANGO_SETTINGS_MODULE": "medkarta.config.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def keys(home, *lines):
    home.write_private(home.keys / "secret_key", "\n".join(lines) + "\n")


def test_the_first_line_signs_and_the_former_ones_are_believed_until_they_go(home):
    keys(home, ONE)
    signed = in_the_service(home, SIGN).stdout.strip()
    assert signed
    keys(home, OTHER, ONE)
    assert in_the_service(home, READ, signed).stdout.strip() == "word"
    anew = in_the_service(home, SIGN).stdout.strip()
    keys(home, OTHER)
    assert in_the_service(home, READ, anew).stdout.strip() == "word"
    retired = in_the_service(home, READ, signed)
    assert retired.returncode != 0
    assert "BadSignature" in retired.stderr


@pytest.mark.parametrize("lines", [["secret"], [ONE, "django-insecure"]])
def test_a_key_that_can_be_guessed_stops_the_start(home, lines):
    keys(home, *lines)
    with pytest.raises(HomeUnsafeError, match="can be guessed"):
        home.read_keys()
    assert in_the_service(home, SIGN).returncode != 0
