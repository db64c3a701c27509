"""The English catalogue is whole: each text has its translation, the compiled file is its own."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("catalogue", ROOT / "tools" / "catalogue.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def catalogue(tool):
    return tool.gathered(tool.stored())


def test_every_text_of_code_and_templates_is_found(tool):
    found = tool.texts()
    assert "Карта открыта" not in found
    assert found["Согласие отозвано. Карта закрыта с этой минуты."] == [
        "medkarta/portal/views/consents.py"
    ]
    assert "medkarta/portal/templates/portal/base.html" in found["К содержанию"]
    assert (
        "medkarta/accounts/templates/account/email/password_set_subject.txt"
        in (found["Медкарта: пароль задан"])
    )


def test_every_text_has_an_english_one_with_the_same_placeholders(tool, catalogue):
    remedy = "run python tools/catalogue.py and translate what it names in the .po"
    assert tool.complaints(catalogue) == [], remedy


def test_a_lost_placeholder_and_an_empty_translation_are_seen(tool):
    text = "Осталось: %(left)s."
    for wrong in ["", "Left.", "Left: %(lift)s.", "Left: %(left)s of %(total)s."]:
        known = {**tool.stored(), text: wrong}
        assert any(text in one for one in tool.complaints(tool.gathered(known))), wrong


def test_the_files_are_what_the_sources_and_the_catalogue_say(tool, catalogue):
    assert tool.stale(catalogue) == [], "run python tools/catalogue.py"


def test_no_translation_is_russian(catalogue):
    assert [one.msgstr for one in catalogue if any("а" <= sign <= "я" for sign in one.msgstr)] == []
