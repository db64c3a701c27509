"""`:in` and `:not-in` by value sets that clinics stored: https://hl7.org/fhir/R4/search.html#modifiers."""

import json

import pytest
from bearers import app_token, system_token
from fhir_world import RECORDED

from medkarta.foundation.ids import new_uuid
from medkarta.record.actions.store import put

pytestmark = pytest.mark.django_db

LOINC = "http://loinc.org"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
CODES = [(LOINC, "718-7"), (LOINC, "2345-7"), (ICD_10, "E11"), (INTERPRETATION, "HH")]
SETS = "http://clinic.example/ValueSet"


def listed(*codes):
    """Clauses of a definition: each code of its own system."""
    return [{"system": system, "concept": [{"code": code}]} for system, code in codes]


def composed(*include, exclude=()):
    return {"compose": {"include": list(include), **({"exclude": exclude} if exclude else {})}}


def expanded(*contains, **more):
    return {"expansion": {"timestamp": "2026-01-01", "contains": list(contains), **more}}


def filtered(system):
    return {"system": system, "filter": [{"property": "concept", "op": "is-a", "value": "1"}]}


def branch(code):
    chosen = {"property": "concept", "op": "is-a", "value": code}
    return {"system": ICD_10, "filter": [chosen]}


def nested(code, *contains, **more):
    below = {"contains": list(contains)} if contains else {}
    return {"system": LOINC, "code": code, **below, **more}


KEPT = {
    "blood": composed(*listed(*CODES[:2])),
    "some": composed(*listed(*CODES[:3]), exclude=listed(CODES[1])),
    "whole": composed({"system": INTERPRETATION}),
    "but": composed({"system": INTERPRETATION}, exclude=listed(CODES[3])),
    "snapshot": expanded(nested("group", nested("718-7"), abstract=True), nested("2345-7")),
    "both": composed(filtered(LOINC)) | expanded(nested("718-7")),
    "filter": composed(filtered(LOINC)),
    "of-others": composed({"valueSet": [f"{SETS}/blood", f"{SETS}/some"]}),
    "diabetes": composed(branch("E10-E14"), *listed(CODES[0])),
    "step1": composed({"valueSet": [f"{SETS}/blood"]}),
    **{
        f"step{number}": composed({"valueSet": [f"{SETS}/step{number - 1}"]})
        for number in range(2, 6)
    },
    "of-none": composed({"valueSet": [f"{SETS}/none"]}),
    "of-many": composed(*({"valueSet": [f"{SETS}/none{number}"]} for number in range(30))),
    "system": composed({"system": LOINC}),
    "not-without": composed(*listed(CODES[0]), exclude=[{"system": LOINC}]),
    "page": expanded(nested("718-7"), total=2),
    "second-page": expanded(nested("718-7"), offset=1),
    "empty": {},
}


def keep(machine, token, name, value_set, **more):
    body = {"resourceType": "ValueSet", "status": "active", "url": f"{SETS}/{name}"}
    heard = machine.call("POST", "ValueSet", token, {**body, **value_set, **more})
    assert heard.status == 201, heard.body
    return heard.json["id"]


@pytest.fixture(scope="module")
def kept(world, machine):
    """Observations of Boris's with a method each, and what X stored; X's token."""
    token = system_token(world.x)
    for system, code in CODES:
        world.boris_at_x.put(
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"text": "x"},
                "method": {"coding": [{"system": system, "code": code}]},
                "subject": {"reference": f"Patient/{world.boris_at_x.patient}"},
            }
        )
    for name, value_set in KEPT.items():
        keep(machine, token, name, value_set)
    keep(machine, token, "later", composed(*listed(CODES[0])), version="1")
    keep(machine, token, "later", composed(*listed(CODES[1])), version="2")
    return token


def search(machine, token, world, text):
    return machine.get(f"Observation?patient={world.boris_at_x.patient}&{text}", token)


def methods(heard):
    assert heard.status == 200, heard.body
    found = [one["resource"] for one in heard.json.get("entry", ())]
    return sorted(one["method"]["coding"][0]["code"] for one in found if "method" in one)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("method:in={0}/blood", ["2345-7", "718-7"]),
        ("method:in={0}/some", ["718-7", "E11"]),
        ("method:not-in={0}/blood&method:missing=false", ["E11", "HH"]),
        ("method:in={0}/whole", ["HH"]),
        ("method:in={0}/but", []),
        ("method:in={0}/snapshot", ["2345-7", "718-7"]),
        ("method:in={0}/both", ["718-7"]),
        ("method:in={0}/later", ["2345-7"]),
        ("method:in={0}/of-others", ["718-7"]),
        ("method:in={0}/step4", ["2345-7", "718-7"]),
        ("method:in={0}/diabetes", ["718-7", "E11"]),
        ("method:not-in={0}/diabetes&method:missing=false", ["2345-7", "HH"]),
        ("method:in={0}/later|1", ["718-7"]),
        ("method:in={0}/later|1,{0}/later|2", ["2345-7", "718-7"]),
        ("_has:Observation:subject:method:in={0}/blood", []),
        ("method:in={0}/whole,http://hl7.org/fhir/ValueSet/observation-interpretation", ["HH"]),
    ],
)
def test_its_codes_are_meant(world, machine, kept, text, found):
    if text.startswith("_has"):
        path = f"Patient?_id={world.boris_at_x.patient}&{text.format(SETS)}"
        assert machine.get(path, kept).json["total"] == 1
        return
    assert methods(search(machine, kept, world, text.format(SETS))) == found


def test_they_are_the_same_on_the_next_page_and_of_the_last_of_each(world, machine, kept):
    first = search(machine, kept, world, f"method:in={SETS}/blood&_count=1&_sort=_id")
    (link,) = [one["url"] for one in first.json["link"] if one["relation"] == "next"]
    second = machine.get(link.partition("/fhir/")[2], kept)
    assert sorted(methods(first) + methods(second)) == ["2345-7", "718-7"]
    asked = f"Observation/$lastn?patient={world.boris_at_x.patient}&max=9"
    assert methods(machine.get(f"{asked}&method:in={SETS}/some", kept)) == ["718-7", "E11"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none", "not known here"),
        ("later|3", "not known here"),
        ("blood|1", "not known here"),
        ("x" * 300, "not known here"),
        ("filter", "“concept is-a” is not answered"),
        ("step5", "too deep"),
        ("of-none", "goes through a value set that is not known"),
        ("of-many", "too many"),
        ("system", "whole code system"),
        ("not-without", "whole code system"),
        ("page", "only a part"),
        ("second-page", "only a part"),
        ("empty", "neither a definition nor an expansion"),
    ],
)
@pytest.mark.parametrize("modifier", ["in", "not-in"])
def test_what_cannot_be_told_is_refused(world, machine, kept, name, words, modifier):
    heard = search(machine, kept, world, f"method:{modifier}={SETS}/{name}")
    assert (heard.status, words in heard.words) == (400, True), heard.body
    assert heard.json["issue"][0]["expression"] == [f"method:{modifier}"]
    assert SETS not in heard.words


def test_what_is_very_large_is_refused(world, machine, kept, monkeypatch):
    for place, small in (
        ("medkarta.fhir.value_sets.telling.MOST_CODES", 1),
        ("medkarta.record.reading_value_sets._LARGEST", 1),
        ("medkarta.record.reading_value_sets._LARGEST_TOGETHER", 1),
    ):
        with monkeypatch.context() as one:
            one.setattr(place, small)
            heard = search(machine, kept, world, f"method:in={SETS}/blood")
        assert (heard.status, "cannot be searched by" in heard.words) == (400, True), place


def test_one_search_names_a_few(world, machine, kept):
    names = ",".join(f"{SETS}/{number}" for number in range(11))
    assert "more than 10" in search(machine, kept, world, f"method:in={names}").words


class TestACodeSystem:
    """`:above` and `:below` of a system whose codes somebody stored."""

    @pytest.fixture
    def blood(self, machine, kept):
        """Of LOINC's codes two, one below the other; they are no LOINC's own words on it."""
        below = {"code": "718-7", "concept": [{"code": "2345-7"}]}
        body = {"resourceType": "CodeSystem", "status": "active", "content": "complete"}
        heard = machine.call("POST", "CodeSystem", kept, {**body, "url": LOINC, "concept": [below]})
        assert heard.status == 201, heard.body
        yield f"CodeSystem/{heard.json['id']}"
        assert machine.call("DELETE", f"CodeSystem/{heard.json['id']}", kept).status == 204

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            (f"method:below={LOINC}|718-7", ["2345-7", "718-7"]),
            (f"method:below={LOINC}|2345-7", ["2345-7"]),
            (f"method:above={LOINC}|2345-7", ["2345-7", "718-7"]),
            (f"method:above={LOINC}|718-7,{ICD_10}|E11", ["718-7", "E11"]),
            (f"method:in={LOINC}?fhir_vs=isa/2345-7", ["2345-7"]),
            (f"method:in={SETS}/system", ["2345-7", "718-7"]),
            (f"method:in={SETS}/not-without", []),
        ],
    )
    @pytest.mark.usefixtures("blood")
    def test_is_gone_up_and_down(self, world, machine, kept, text, found):
        assert methods(search(machine, kept, world, text)) == found
        assert methods(machine.get(f"Observation?{text}", app_token(world.boris))) == found

    @pytest.mark.usefixtures("blood")
    def test_is_as_absent_to_whom_it_is_not_opened(self, world, machine):
        token = system_token(world.x, scopes=("system/Observation.rs", "system/ValueSet.rs"))
        heard = [
            search(machine, token, world, f"method:below={system}|718-7")
            for system in (LOINC, "http://snomed.info/sct")
        ]
        assert {(one.status, one.body) for one in heard} == {(400, heard[0].body)}
        assert "hierarchy of this code system is not known" in heard[0].words
        both = ("system/Observation.rs", "system/CodeSystem.rs")
        opened = search(
            machine, system_token(world.x, scopes=both), world, f"method:below={LOINC}|718-7"
        )
        assert methods(opened) == ["2345-7", "718-7"]

    @pytest.mark.usefixtures("blood")
    def test_has_the_code(self, world, machine, kept):
        heard = search(machine, kept, world, f"method:below={LOINC}|1-1")
        assert (heard.status, "know the code" in heard.words) == (400, True)


class TestAnotherClinics:
    def test_is_there_for_all_and_never_in_the_place_of_ones_own(self, world, machine, kept):
        """Whoever stores another's address anew changes nobody's searches who has it too."""
        y = system_token(world.y)
        keep(machine, y, "blood", composed(*listed(CODES[2])))
        assert methods(search(machine, kept, world, f"method:in={SETS}/blood")) == [
            "2345-7",
            "718-7",
        ]
        keep(machine, y, "y", composed(*listed(CODES[2])))
        assert methods(search(machine, kept, world, f"method:in={SETS}/y")) == ["E11"]
        imported = {"resourceType": "ValueSet", "status": "active", "url": f"{SETS}/y"}
        text = json.dumps({**imported, **composed(*listed(CODES[0]))})
        put(owner=None, resource_id=new_uuid(), text=text, now=RECORDED)
        assert methods(search(machine, kept, world, f"method:in={SETS}/y")) == ["718-7"]

    def test_is_meant_where_all_clinics_have_the_same_under_its_address(self, world, machine, kept):
        """B063: nobody's set comes in the place of another's, and changes an app's answers."""
        y, app = system_token(world.y), app_token(world.boris)
        for token, order in ((kept, 1), (y, -1)):
            keep(machine, token, "two", composed(*listed(*CODES[:2][::order])), version="1")
        path = f"Observation?method:in={SETS}/"
        assert methods(machine.get(f"{path}two", app)) == ["2345-7", "718-7"]
        keep(machine, y, "two", composed(*listed(CODES[2])), version="2")
        keep(machine, y, "of-two", composed({"valueSet": [f"{SETS}/two"]}))
        for name in ("two", "of-two"):
            heard = machine.get(path + name, app)
            assert (heard.status, "as url|version" in heard.words) == (400, True), heard.body
        assert methods(machine.get(f"{path}two|1", app)) == ["2345-7", "718-7"]
        assert methods(machine.get(f"{path}two|2", app)) == ["E11"]
        for name in ("two", "of-two"):
            heard = search(machine, kept, world, f"method:in={SETS}/{name}")
            assert methods(heard) == ["2345-7", "718-7"], "X's own"
        imported = {"resourceType": "ValueSet", "status": "active", "url": f"{SETS}/two"}
        text = json.dumps({**imported, **composed(*listed(CODES[3]))})
        put(owner=None, resource_id=new_uuid(), text=text, now=RECORDED)
        assert methods(machine.get(f"{path}two", app)) == ["HH"]

    def test_is_never_in_the_place_of_r4s_own(self, world, machine, kept):
        r4s = "http://hl7.org/fhir/ValueSet/observation-interpretation"
        keep(machine, kept, "x", composed(*listed(CODES[0])), url=r4s)
        assert methods(search(machine, kept, world, f"method:in={r4s}")) == ["HH"]

    @pytest.mark.usefixtures("kept")
    def test_is_as_absent_to_whom_it_is_not_opened(self, world, machine):
        for scope in ("system/ValueSet.r", "system/ValueSet.rs?status=active", "system/Group.rs"):
            token = system_token(world.x, scopes=("system/Observation.rs", scope))
            heard = [
                search(machine, token, world, f"method:in={SETS}/{name}")
                for name in ("blood", "filter", "none")
            ]
            assert {(one.status, one.body) for one in heard} == {(400, heard[0].body)}
            assert "not known here" in heard[0].words

    def test_that_is_deleted_is_as_absent(self, world, machine, kept):
        name = keep(machine, kept, "gone", composed(*listed(CODES[0])))
        assert methods(search(machine, kept, world, f"method:in={SETS}/gone")) == ["718-7"]
        assert machine.call("DELETE", f"ValueSet/{name}", kept).status == 204
        gone = search(machine, kept, world, f"method:in={SETS}/gone")
        never = search(machine, kept, world, f"method:in={SETS}/none")
        assert (gone.status, gone.body) == (400, never.body)

    @pytest.mark.usefixtures("kept")
    def test_serves_a_citizens_app_too(self, world, machine):
        found = machine.get(f"Observation?method:in={SETS}/some", app_token(world.boris))
        assert methods(found) == ["718-7", "E11"]
        narrow = app_token(world.boris, scopes=("launch/patient", "patient/Observation.rs"))
        assert machine.get(f"Observation?method:in={SETS}/some", narrow).status == 400
