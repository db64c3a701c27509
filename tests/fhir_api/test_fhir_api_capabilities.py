"""What the server says of itself: https://hl7.org/fhir/R4/http.html#capabilities."""

import tomllib

import pytest
from bearers import app_token

from medkarta.config.places import project_folder

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def said(machine):
    return machine.get("metadata").json


@pytest.fixture(scope="module")
def kinds(said):
    return {one["type"]: one for one in said["rest"][0]["resource"]}


def test_names_its_version_which_is_the_packages(said):
    project = tomllib.loads((project_folder() / "pyproject.toml").read_text())
    assert said["software"] == {"name": "Medkarta", "version": project["project"]["version"]}


def test_names_what_refers_to_a_type(kinds):
    of = {kind: set(one.get("searchRevInclude", ())) for kind, one in kinds.items()}
    assert {"Observation:subject", "Provenance:target", "List:item"} <= of["Patient"]
    assert "Observation:encounter" in of["Encounter"] - of["Patient"]
    assert of["Basic"] >= {"Provenance:target"}
    assert of["Subscription"] == of["Parameters"] == set()
    assert not [one for few in of.values() for one in few if one.startswith("Subscription:")]


def test_what_refers_to_a_type_is_taken_with_it(machine, world, kinds):
    token = app_token(world.anna)
    for kind, one in kinds.items():
        names = one.get("searchRevInclude", ())
        for first in range(0, min(len(names), 20), 10):
            query = "&".join(f"_revinclude={name}" for name in names[first : first + 10])
            heard = machine.get(f"{kind}?_count=0&{query}", token)
            assert heard.status == 200, (kind, heard.body)


def test_names_lists_where_searches_take_them(machine, world, kinds):
    token = app_token(world.anna)
    for kind in ("Observation", "Patient", "Organization", "Binary", "Subscription"):
        known = {"name": "_list", "type": "string"} in kinds[kind].get("searchParam", ())
        heard = machine.get(f"{kind}?_list=1", token, prefer="handling=strict")
        assert known == (heard.status == 200), (kind, heard.body)


@pytest.mark.parametrize("mode", ["", "?mode=full", "?mode=normative", "?mode=", "?_pretty=true"])
def test_is_made_once(machine, said, mode, monkeypatch):
    monkeypatch.delattr("medkarta.fhir_api.app.capability_statement")
    heard = machine.get(f"metadata{mode}")
    assert (heard.status, heard.json) == (200, said)


@pytest.mark.parametrize("mode", ["terminology", "nonsense", "Full"])
def test_in_another_mode_is_refused_in_words(machine, mode):
    heard = machine.get(f"metadata?mode={mode}")
    assert (heard.status, "mode is full or normative" in heard.words) == (400, True)
    assert heard.json["issue"][0]["expression"] == ["mode"]
