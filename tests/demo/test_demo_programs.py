"""The demo's app and system: made once, written beside the people, of use at once."""

import json
from datetime import UTC, datetime, timedelta

import citizens
import jwt
import pytest
from keys import TOKEN_URL

from medkarta.clients import actions
from medkarta.clients import queries as clients
from medkarta.demo.actions import NoProgramsError, register_programs, token_of_system
from medkarta.demo.actions.programs import programs_file


class Folder:
    def __init__(self, folder):
        self.demo_people = folder / "demo-people.json"

    def write_private(self, path, text):
        path.write_text(text, encoding="utf-8")


@pytest.mark.django_db
def test_the_demos_programs_are_made_once_and_the_system_signs_with_the_written_key(tmp_path):
    home, now = Folder(tmp_path), datetime.now(UTC)
    clinic_id = citizens.clinic("Городская поликлиника № 1")
    for _ in range(2):
        register_programs(home=home, now=now)
    assert sorted(one.kind for one in clients.clients()) == ["app", "system"]
    said = json.loads(programs_file(home=home).read_text(encoding="utf-8"))["system"]
    name = said["client_id"]
    word = jwt.encode(
        {"iss": name, "sub": name, "aud": TOKEN_URL, "exp": now.timestamp() + 200, "jti": "1"},
        jwt.PyJWK(said["private_key"]).key,
        algorithm="ES384",
        headers={"kid": said["private_key"]["kid"]},
    )
    shown = actions.Shown(client_id="", assertion=word)
    known = actions.authenticate_client(shown=shown, audience=TOKEN_URL, now=now)
    assert (known.clinic_id, known.client_id) == (clinic_id, name)


@pytest.mark.django_db
def test_the_demos_system_is_given_a_token_without_its_dance(tmp_path):
    home, now = Folder(tmp_path), datetime.now(UTC)
    clinic_id = citizens.clinic("Городская поликлиника № 1")
    with pytest.raises(NoProgramsError):
        token_of_system(home=home, now=now)
    register_programs(home=home, now=now)
    (system,) = (one for one in clients.clients() if one.kind == "system")
    given = clients.token_of(system, token_of_system(home=home, now=now), now=now)
    assert (given.scope, given.expires_at) == ("system/*.cruds", now + timedelta(minutes=5))
    assert system.clinic_id == clinic_id
