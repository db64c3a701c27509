"""`_typeFilter` and `_elements` of an export."""

import json
from urllib.parse import quote

import pytest
from asgi_client import BASE
from bearers import app_token, system_token
from exporting import asked, exported, kick_off, lines_of, parameters, work
from fhir_world import RECORDED
from subscribing import counted, kept
from test_fhir_api_read import newest_line

from medkarta.exports.actions import writing
from medkarta.foundation.ids import encode_uuid, new_uuid
from medkarta.record.actions.store import put

pytestmark = pytest.mark.django_db
SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
LOINC = "http://loinc.org"


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module", autouse=True)
def weights(world):
    """Ids of two weighings of Anna's, by value, each at the clinic X and by another doctor."""
    made = {}
    for value, family in (("70.50", "Первый"), ("90", "Второй")):
        doctor = new_uuid()
        text = json.dumps({"resourceType": "Practitioner", "name": [{"family": family}]})
        put(owner=None, resource_id=doctor, text=text, now=RECORDED)
        weight = {
            "resourceType": "Observation",
            "status": "final" if value == "90" else "amended",
            "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
            "subject": {"reference": f"Patient/{world.anna_at_x.patient}"},
            "performer": [{"reference": f"Practitioner/{encode_uuid(doctor)}"}],
            "valueQuantity": {"value": "$", "unit": "kg"},
        }
        name = new_uuid()
        text = json.dumps(weight).replace('"$"', value)
        put(owner=world.anna_at_x.owner, resource_id=name, text=text, now=RECORDED)
        made[value] = f"{world.anna_at_x.patient.partition('-')[0]}-{encode_uuid(name)}"
    return made


def found(machine, token, query="", **more):
    _, manifest = exported(machine, token, query, **more)
    return lines_of(machine, token, manifest)


def ids(lines):
    return {one["id"] for one in lines}


def families(lines):
    return {one["name"][0]["family"] for one in lines}


class TestTypeFilter:
    def test_takes_of_its_type_what_is_sought_and_all_of_the_others(self, machine, x, weights):
        lines = found(machine, x, f"_typeFilter={quote('Observation?code=29463-7')}")
        assert ids(lines["Observation"]) == set(weights.values())
        assert len(lines["Patient"]) == len(lines["Condition"]) == 3
        assert families(lines["Practitioner"]) == {"Первый", "Второй"}

    @pytest.mark.parametrize(
        ("filters", "values"),
        [
            (["Observation?code=29463-7&status=final"], {"90"}),
            (["Observation?code=29463-7&value-quantity=lt80"], {"70.50"}),
            (["Observation?code=29463-7&status:not=final"], {"70.50"}),
            ([f"Observation?code={quote(LOINC + '|29463-7')}&status=amended"], {"70.50"}),
            (["Observation?status=amended,Observation?value-quantity=90"], {"70.50", "90"}),
            (["Observation?status=amended", "Observation?value-quantity=90"], {"70.50", "90"}),
            (["Observation?value-quantity=70.5,90"], {"70.50", "90"}),
            (["Observation?code:missing=true"], set()),
            (["Observation?code=29463-7&_lastUpdated=gt2026-11-21"], set()),
        ],
    )
    def test_is_a_search_and_several_of_a_type_are_any_of_them(
        self, machine, x, weights, filters, values
    ):
        query = "&".join(f"_typeFilter={quote(one)}" for one in filters)
        lines = found(machine, x, f"_type=Observation&{query}")
        assert ids(lines.get("Observation", ())) == {weights[one] for one in values}
        assert set(lines) <= {"Observation"}

    def test_chooses_shared_resources_too(self, machine, anna):
        query = quote("Observation?code=29463-7,Practitioner?family=Вто")
        lines = found(machine, anna, f"_type=Observation,Practitioner&_typeFilter={query}")
        assert len(lines["Observation"]) == 2
        assert families(lines["Practitioner"]) == {"Второй"}

    def test_brings_shared_resources_of_what_it_leaves_alone(self, machine, anna, weights):
        query = quote(f"Observation?_id={weights['90']}")
        lines = found(machine, anna, f"_typeFilter={query}")
        assert ids(lines["Observation"]) == {weights["90"]}
        assert families(lines["Practitioner"]) == {"Второй"}

    @pytest.mark.parametrize(
        ("search", "values"),
        [
            ("code=29463-7&performer:Practitioner.family=Вто", {"90"}),
            ("code=29463-7&patient.active:missing=true", {"70.50", "90"}),
            ("code=29463-7&patient._has:Observation:subject:status=amended", {"70.50", "90"}),
            ("code=29463-7&performer:Practitioner.family=nobody", set()),
        ],
    )
    def test_goes_through_other_types_that_are_opened_and_brings_none_of_them(
        self, machine, x, weights, search, values
    ):
        query = quote(f"Observation?{search}")
        lines = found(machine, x, f"_type=Observation&_typeFilter={query}")
        assert ids(lines.get("Observation", ())) == {weights[one] for one in values}
        assert set(lines) <= {"Observation"}

    def test_goes_backward_too(self, world, machine, x):
        query = quote("Patient?_has:Observation:patient:code=29463-7")
        lines = found(machine, x, f"_type=Patient&_typeFilter={query}")
        assert (ids(lines["Patient"]), set(lines)) == ({world.anna_at_x.patient}, {"Patient"})

    def test_goes_to_what_is_shared_from_what_is_shared(self, machine, anna):
        doctors = found(machine, anna, "_type=Observation,Practitioner")["Practitioner"]
        (named,) = (one["id"] for one in doctors if one["name"][0]["family"] == "Второй")
        role = {
            "resourceType": "PractitionerRole",
            "active": True,
            "practitioner": {"reference": f"Practitioner/{named}"},
        }
        put(owner=None, resource_id=new_uuid(), text=json.dumps(role), now=RECORDED)
        query = quote("Practitioner?_has:PractitionerRole:practitioner:active=true")
        lines = found(machine, anna, f"_type=Observation,Practitioner&_typeFilter={query}")
        assert ids(lines["Practitioner"]) == {named}
        assert set(lines) == {"Observation", "Practitioner"}

    def test_goes_from_no_record_into_another(self, world, machine, x):
        """B061: also where the clinic keeps both."""
        named = world.boris_at_x.patient
        note = {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "note"},
            "subject": {"reference": f"Patient/{world.anna_at_x.patient}"},
            "performer": [{"reference": f"Patient/{named}"}],
        }
        made = world.anna_at_x.put(note)
        for search, notes in (
            (f"performer=Patient/{named}", {made}),
            (f"performer:Patient._id={named}", set()),
            ("performer:Patient.active:missing=true", set()),
        ):
            query = quote(f"Observation?{search}")
            lines = found(machine, x, f"_type=Observation&_typeFilter={query}")
            assert ids(lines.get("Observation", ())) == notes

    def test_may_stand_in_a_body_and_name_whose_it_is_by_the_whole_address(self, world, machine, x):
        whose = f"{BASE}/Patient/{world.boris_at_x.patient}"
        body = parameters(
            ("_typeFilter", "valueString", f"Condition?subject={whose}"),
            ("_type", "valueString", "Condition"),
        )
        lines = found(machine, x, body=body)
        assert ids(lines["Condition"]) == {world.boris_at_x.condition}

    def test_opens_nothing_of_anothers(self, world, machine, anna):
        query = quote(f"Condition?subject=Patient/{world.boris_at_x.patient}")
        assert found(machine, anna, f"_type=Condition&_typeFilter={query}") == {}
        assert newest_line(world.anna.person_id).resources == ("export", "Condition")


class TestValueSets:
    URL = "http://clinic.example/ValueSet/scales"

    def test_are_meant_as_they_were_when_it_was_asked_for(self, machine, x, weights):
        scales = kept(machine, x, counted(self.URL, "29463-7"))
        branch = {"property": "concept", "op": "is-a", "value": "E10-E14"}
        icd_10 = {"system": "http://hl7.org/fhir/sid/icd-10", "filter": [branch]}
        more = f"{self.URL}-and-more"
        compose = {"include": [{"valueSet": [self.URL]}, icd_10]}
        kept(machine, x, {**counted(more), "compose": compose})
        query = "_type=Observation&_typeFilter=Observation?"
        none = quote(f"code:in={more}&code:not-in={self.URL}")
        assert found(machine, x, query + none) == {}
        path = asked(machine, x, query + quote(f"code:in={more}"))
        assert machine.call("DELETE", scales, x).status == 204
        work(path)
        lines = lines_of(machine, x, machine.get(path, x).json)
        assert ids(lines["Observation"]) == set(weights.values())

    def test_that_are_not_known_or_not_opened_are_refused_alike(self, world, machine, x):
        kept(machine, x, counted(self.URL, "29463-7"))
        narrow = system_token(world.x, scopes=("system/Observation.rs",))
        heard = [
            kick_off(machine, narrow, f"_type=Observation&_typeFilter=Observation?code:in={url}")
            for url in (self.URL, f"{self.URL}-none")
        ]
        assert {(one.status, one.body) for one in heard} == {(400, heard[0].body)}
        assert "not known here" in heard[0].words

    def test_of_all_searches_together_are_bounded(self, machine, x):
        many = [f"{number}-0" for number in range(9_999)]
        kept(machine, x, counted(f"{self.URL}-many", *many))
        one = f"Observation?code:in={self.URL}-many"
        query = "&".join(f"_typeFilter={quote(one)}" for _ in range(11))
        assert "comes to more than" in kick_off(machine, x, query).words


class TestPlaces:
    def test_are_gone_down_where_the_scopes_open_them(self, world, machine, x):
        house, room = (new_uuid(), new_uuid())
        for key, parent in ((house, None), (room, house)):
            of = {"partOf": {"reference": f"Location/{encode_uuid(parent)}"}} if parent else {}
            text = json.dumps({"resourceType": "Location", "name": "place", **of})
            put(owner=None, resource_id=key, text=text, now=RECORDED)
        held = world.boris_at_x
        done = held.put(
            {
                "resourceType": "Procedure",
                "status": "completed",
                "subject": {"reference": f"Patient/{held.patient}"},
                "location": {"reference": f"Location/{encode_uuid(room)}"},
            }
        )
        query = f"_typeFilter=Procedure?location:below={encode_uuid(house)}"
        lines = found(machine, x, f"_type=Procedure&{query}")
        assert (ids(lines["Procedure"]), set(lines)) == ({done}, {"Procedure"})
        above = f"_type=Procedure&_typeFilter=Procedure?location:above={encode_uuid(house)}"
        assert found(machine, x, above) == {}
        narrow = system_token(world.x, scopes=("system/Procedure.rs",))
        heard = kick_off(machine, narrow, f"_type=Procedure&{query}")
        assert (heard.status, "do not open Location" in heard.words) == (403, True)


class TestElements:
    def test_are_all_that_goes_out_with_what_is_mandatory_and_a_mark(self, machine, x, weights):
        lines = found(machine, x, "_elements=id,value&_type=Observation,Patient")
        heard = next(one for one in lines["Observation"] if one["id"] == weights["70.50"])
        assert heard.keys() == {"resourceType", "id", "meta", "status", "code", "valueQuantity"}
        assert SUBSETTED in heard["meta"]["tag"]
        assert all(one.keys() == {"resourceType", "id", "meta"} for one in lines["Patient"])

    def test_of_one_type_leave_the_others_whole(self, machine, x):
        lines = found(machine, x, "_elements=Observation.id&_type=Observation,Condition")
        assert all("subject" not in one for one in lines["Observation"])
        assert all("subject" in one and "tag" not in one["meta"] for one in lines["Condition"])

    def test_of_one_type_come_beside_those_of_all(self, machine, x):
        query = "_elements=id&_elements=Patient.name&_type=Patient,Condition"
        lines = found(machine, x, query)
        assert all("name" in one for one in lines["Patient"])
        assert all("code" not in one for one in lines["Condition"])

    def test_keep_numbers_to_the_digit(self, machine, x):
        _, manifest = exported(machine, x, "_elements=value&_type=Observation")
        path = manifest["output"][0]["url"].partition("/fhir/")[2]
        assert b"70.50" in machine.get(path, x).body

    def test_without_references_bring_nothing_that_they_led_to(self, machine, anna):
        lines = found(machine, anna, "_elements=Observation.code&_type=Observation,Practitioner")
        assert set(lines) == {"Observation"}

    def test_are_of_shared_resources_too(self, machine, anna):
        query = "_elements=Practitioner.id&_type=Observation,Practitioner"
        lines = found(machine, anna, query)
        assert [set(one) for one in lines["Practitioner"]] == [{"resourceType", "id", "meta"}] * 2


class TestAScopesQuery:
    """`patient/Observation.rs?category=laboratory` exports what it opens, and no more."""

    @pytest.mark.parametrize(
        ("query", "values"),
        [
            ("code=29463-7&status=amended,final", {"70.50", "90"}),
            ("code=29463-7&status=final", {"90"}),
            ("code=29463-7&category=laboratory", set()),
        ],
    )
    def test_leaves_of_a_type_what_it_opens_and_what_that_refers_to(
        self, world, machine, weights, query, values
    ):
        doctors = {"90": "Второй", "70.50": "Первый"}
        scopes = (f"patient/Observation.rs?{query}", "patient/Practitioner.rs", "patient/Patient.r")
        lines = found(machine, app_token(world.anna, scopes=scopes))
        assert ids(lines.pop("Observation", ())) == {weights[one] for one in values}
        assert families(lines.pop("Practitioner", ())) == {doctors[one] for one in values}
        assert lines == {}

    def test_holds_of_each_entry_of_a_clinic_and_of_each_slice(
        self, world, machine, weights, monkeypatch
    ):
        for name in ("_MOST_ENTRIES", "_AT_ONCE"):
            monkeypatch.setattr(writing, name, 1)
        scopes = ("system/Observation.rs?date=ge2025-03-05", "system/Condition.rs")
        token = system_token(world.x, scopes=(*scopes, "system/Observation.s?status=amended"))
        lines = found(machine, token)
        assert ids(lines["Observation"]) == {weights["70.50"]}
        assert len(lines["Condition"]) == 3

    def test_is_not_gone_round_by_a_search_or_through_another_type(self, world, machine, weights):
        scopes = ("patient/Observation.rs?status=final", "patient/Patient.rs")
        token = app_token(world.anna, scopes=scopes)
        sought = quote("Observation?code=29463-7")
        assert ids(found(machine, token, f"_typeFilter={sought}")["Observation"]) == {weights["90"]}
        for status, there in (("final", True), ("amended", False)):
            through = quote(f"Patient?_has:Observation:subject:status={status}")
            lines = found(machine, token, f"_type=Patient&_typeFilter={through}")
            assert ("Patient" in lines) is there
