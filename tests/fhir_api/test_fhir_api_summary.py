"""$summary: the International Patient Summary as a document."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from bearers import app_token, system_token
from fhir_world import RECORDED

from medkarta.audit import queries as audit
from medkarta.fhir.json_text import read_resource
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir_api.operations.ips.subject import about_one
from medkarta.foundation.ids import PersonId, encode_uuid, new_uuid
from medkarta.record.actions.store import put

pytestmark = pytest.mark.django_db
SNOMED = "http://snomed.info/sct"
ALLERGIES, PROBLEMS, MEDICINES = "48765-2", "11450-4", "10160-0"
IMMUNIZATIONS, PROCEDURES, RESULTS, VITALS = "11369-6", "47519-4", "30954-2", "8716-3"
PAST, SOCIAL = "11348-0", "29762-2"


def coded(code, system=SNOMED):
    return {"coding": [{"system": system, "code": code}], "text": f"Имя {code} <b>"}


def category(code):
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return [{"coding": [{"system": system, "code": code}]}]


def state(code, of="condition-clinical"):
    system = f"http://terminology.hl7.org/CodeSystem/{of}"
    return {"coding": [{"system": system, "code": code}]}


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def boris(world):
    """A record with something in each section, and beside it what does not belong there."""
    held = world.boris_at_x
    whose = {"reference": f"Patient/{held.patient}"}
    drug_id = new_uuid()
    drug = {"resourceType": "Medication", "code": {"text": "Вымыслин"}}
    put(owner=None, resource_id=drug_id, text=json.dumps(drug), now=RECORDED)
    held.drug = encode_uuid(drug_id)

    def condition(code, clinical, **more):
        return {
            "resourceType": "Condition",
            "clinicalStatus": state(clinical),
            "code": coded(code),
            "subject": whose,
            **more,
        }

    def observed(code, of, day, value):
        return {
            "resourceType": "Observation",
            "status": "final",
            "category": category(of),
            "code": coded(code),
            "subject": whose,
            "effectiveDateTime": day,
            "valueQuantity": {"value": value, "unit": "г/л"},
        }

    refuted = state("refuted", "condition-ver-status")
    resolved = {"abatementDateTime": "2020-01-01"}
    allergy = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": state("active", "allergyintolerance-clinical"),
        "code": coded("91936005"),
        "patient": whose,
    }
    medication = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationReference": {"reference": f"Medication/{held.drug}"},
        "subject": whose,
    }
    vaccination = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": coded("33879002"),
        "patient": whose,
        "occurrenceDateTime": "2024-10-01",
    }
    smoking = observed("72166-2", "social-history", "2024-05-01", 1)
    held.kept = {
        name: held.put(one)
        for name, one in {
            "hypertension": condition("38341003", "active", recordedDate="2025-01-01"),
            "fracture": condition("125605004", "resolved", recordedDate="2019-01-01", **resolved),
            "allergy": allergy,
            "medication": medication,
            "vaccination": vaccination,
            "haemoglobin": observed("718-7", "laboratory", "2026-01-02", 140.50),
            "pulse": observed("8867-4", "vital-signs", "2026-01-03", 71),
            "smoking": smoking,
        }.items()
    }
    held.left_out = [
        held.put(one)
        for one in (
            condition("38341003", "active", recordedDate="2015-01-01"),
            condition("1", "active", verificationStatus=refuted),
            medication | {"status": "stopped"},
            vaccination | {"status": "entered-in-error"},
            observed("718-7", "laboratory", "2025-01-02", 90),
            observed("1", "survey", "2026-01-03", 71),
        )
    ]
    return held


def summary(machine, token, held):
    heard = machine.get(f"Patient/{held.patient}/$summary", token)
    assert heard.status == 200, heard.body
    return heard


def composition(heard):
    return heard.json["entry"][0]["resource"]


def sections(heard):
    """Names of what stands in each section, by its code."""
    return {
        one["code"]["coding"][0]["code"]: [
            entry["reference"].rpartition("/")[2] for entry in one.get("entry", ())
        ]
        for one in composition(heard)["section"]
    }


class TestTheDocument:
    def test_is_right_by_our_own_check(self, machine, world, boris, anna):
        for token, held in ((app_token(world.boris), boris), (anna, world.anna_at_y)):
            body = summary(machine, token, held).body
            bundle = read_resource(body).resource
            types = {one["fullUrl"]: one["resource"]["resourceType"] for one in bundle["entry"]}
            assert issues_of(bundle, types=types) == []

    def test_has_what_it_refers_to(self, machine, world, boris):
        heard = summary(machine, app_token(world.boris), boris)
        urls = [entry["fullUrl"] for entry in heard.json["entry"]]
        assert len(urls) == len(set(urls))
        told = composition(heard)
        named = [told["subject"], *told["author"]]
        named += [entry for one in told["section"] for entry in one.get("entry", ())]
        assert {one["reference"] for one in named} <= set(urls)
        assert any(url.endswith(f"Medication/{boris.drug}") for url in urls)

    def test_says_each_thing_in_its_section_and_nothing_that_is_over(self, machine, world, boris):
        kept = boris.kept
        heard = summary(machine, app_token(world.boris), boris)
        found = sections(heard)
        assert found[PROBLEMS] == [boris.condition, kept["hypertension"]]
        assert found[PAST] == [kept["fracture"]]
        assert found[ALLERGIES] == [kept["allergy"]]
        assert found[MEDICINES] == [kept["medication"]]
        assert found[IMMUNIZATIONS] == [kept["vaccination"]]
        assert set(found[RESULTS]) == {kept["haemoglobin"], boris.observation}
        assert found[VITALS] == [kept["pulse"]]
        assert found[SOCIAL] == [kept["smoking"]]
        assert PROCEDURES not in found
        assert not any(name.encode() in heard.body for name in boris.left_out)

    def test_says_why_a_required_section_is_empty(self, machine, world, anna):
        told = composition(summary(machine, anna, world.anna_at_y))
        empty = {
            one["code"]["coding"][0]["code"]: one["emptyReason"]["coding"][0]["code"]
            for one in told["section"]
            if "entry" not in one
        }
        assert empty == {ALLERGIES: "unavailable", MEDICINES: "unavailable"}

    def test_has_titles_in_both_languages_and_a_text_of_each_section(self, machine, world, boris):
        told = composition(summary(machine, app_token(world.boris), boris))
        section = next(
            one for one in told["section"] if one["code"]["coding"][0]["code"] == MEDICINES
        )
        assert section["title"] == "Лекарства"
        words = section["_title"]["extension"][0]["extension"]
        assert {"url": "content", "valueString": "Medication summary"} in words
        assert "Вымыслин" in section["text"]["div"]
        results = next(
            one for one in told["section"] if one["code"]["coding"][0]["code"] == RESULTS
        )
        assert "140.5 г/л (2026-01-02)" in results["text"]["div"]
        assert "<b>" not in results["text"]["div"]

    def test_is_the_same_of_the_same_data_and_another_of_others(self, machine, world, boris):
        token = app_token(world.boris)
        first, second = (summary(machine, token, boris) for _ in range(2))
        assert first.body == second.body
        extra = {
            "resourceType": "Procedure",
            "status": "completed",
            "code": coded("80146002"),
            "subject": {"reference": f"Patient/{boris.patient}"},
        }
        name = boris.put(extra)
        third = summary(machine, token, boris)
        assert sections(third)[PROCEDURES] == [name]
        assert third.json["id"] != first.json["id"]
        assert composition(third)["id"] == composition(first)["id"]
        boris.change(name, extra | {"status": "entered-in-error"})
        assert summary(machine, token, boris).body == first.body


class TestWhoGetsIt:
    def test_is_whose_record_it_is_with_a_line_in_the_log(self, machine, world, anna):
        heard = summary(machine, anna, world.anna_at_x)
        assert world.anna_at_x.canary.encode() in heard.body
        assert world.anna_at_y.canary.encode() not in heard.body
        assert world.boris_at_x.canary.encode() not in heard.body
        (line,) = audit.entries(person_id=PersonId(world.anna.person_id), before=None, limit=1)
        assert line.said.resources == (f"Patient/{world.anna_at_x.patient}/$summary",)

    def test_is_nobody_else(self, machine, world, anna):
        x = system_token(world.x)
        answers = [
            machine.get(f"Patient/{held.patient}/$summary", token)
            for held, token in (
                (world.boris_at_x, anna),
                (world.stranger, anna),
                (world.anna_at_y, x),
            )
        ]
        assert {heard.status for heard in answers} == {404}
        assert len({heard.body for heard in answers}) == 1

    def test_gets_only_what_the_scopes_open(self, machine, world, boris):
        token = app_token(world.boris, scopes=("patient/Patient.rs", "patient/Condition.rs"))
        found = sections(summary(machine, token, boris))
        assert found == {
            PROBLEMS: [boris.condition, boris.kept["hypertension"]],
            PAST: [boris.kept["fracture"]],
            ALLERGIES: [],
            MEDICINES: [],
        }
        narrow = "patient/Condition.rs?clinical-status=active,resolved&recorded-date=ge2020"
        token = app_token(world.boris, scopes=("patient/Patient.rs", narrow))
        found = sections(summary(machine, token, boris))
        assert (found[PROBLEMS], found.get(PAST)) == ([boris.kept["hypertension"]], None)
        without = app_token(world.boris, scopes=("patient/Condition.rs",))
        assert machine.get(f"Patient/{boris.patient}/$summary", without).status == 403


class TestOfAllEntries:
    """Anna is at two clinics; the clinic Y has heard of her last."""

    @pytest.fixture(scope="class")
    @staticmethod
    def later(world):
        at_y, at_x = world.anna_at_y, world.anna_at_x
        name = {"resourceType": "Patient", "name": [{"family": at_y.canary, "given": ["Анна"]}]}
        at_y.change(at_y.patient, name, now=RECORDED + timedelta(days=1))
        by = {"reference": f"Organization/{world.organization}"}
        for held in (at_x, at_y):
            shot = {
                "resourceType": "Immunization",
                "status": "completed",
                "vaccineCode": coded("33879002"),
                "patient": {"reference": f"Patient/{held.patient}"},
                "occurrenceDateTime": "2024-10-01",
                "manufacturer": by,
            }
            held.put(shot)
        return at_y

    def test_has_all_that_each_clinic_has_once_and_one_patient(self, machine, world, anna, later):
        heard = machine.get("Patient/$summary", anna)
        assert heard.status == 200, heard.body
        entries = heard.json["entry"]
        urls = [entry["fullUrl"] for entry in entries]
        assert len(urls) == len(set(urls))
        kinds = Counter(entry["resource"]["resourceType"] for entry in entries)
        assert (kinds["Patient"], kinds["Organization"], kinds["Immunization"]) == (1, 1, 2)
        found = sections(heard)
        both = {world.anna_at_x.condition, world.anna_at_y.condition}
        assert set(found[PROBLEMS]) == both
        assert len(found[IMMUNIZATIONS]) == 2
        told = composition(heard)
        assert told["subject"]["reference"].endswith(f"/Patient/{later.patient}")
        named = [told["subject"], *told["author"]]
        named += [entry for one in told["section"] for entry in one.get("entry", ())]
        assert {one["reference"] for one in named} <= set(urls)

    def test_is_about_its_subject_in_every_resource(self, machine, anna, later):
        heard = machine.get("Patient/$summary", anna)
        whose = {
            (resource.get("subject") or resource["patient"])["reference"]
            for entry in heard.json["entry"][1:]
            if (resource := entry["resource"]).keys() & {"subject", "patient"}
        }
        assert whose == {f"Patient/{later.patient}"}
        assert b'"value": 140.0' in heard.body

    @pytest.mark.parametrize(
        ("reference", "told"),
        [
            ("Patient/a-a", "Patient/b-b"),
            ("Patient/a-a/_history/2", "Patient/b-b"),
            ("http://here/fhir/Patient/a-a", "Patient/b-b"),
            (r"Patient\/a-a", "Patient/b-b"),
            ("Patient/a-ab", "Patient/a-ab"),
            ("http://there/fhir/Patient/a-a", "http://there/fhir/Patient/a-a"),
            ("Observation/a-a", "Observation/a-a"),
        ],
    )
    def test_tells_of_its_subject_where_a_reference_means_the_other_patient(self, reference, told):
        about = about_one("b-b", ["a-a", "c-c"], base="http://here/fhir")
        text = '{"performer":[{"reference" : "%s"}],"note":"Patient/a-a","value":1.50}'
        assert about(text % reference) == text % told

    @pytest.mark.usefixtures("later")
    def test_is_right_by_our_own_check(self, machine, anna):
        bundle = read_resource(machine.get("Patient/$summary", anna).body).resource
        types = {one["fullUrl"]: one["resource"]["resourceType"] for one in bundle["entry"]}
        assert issues_of(bundle, types=types) == []

    def test_of_one_entry_alone_is_that_entrys(self, machine, world, boris):
        token = app_token(world.boris)
        alone = summary(machine, token, boris).body
        assert machine.get("Patient/$summary", token).body == alone
        named = {"name": "patient", "valueReference": {"reference": f"Patient/{boris.patient}"}}
        body = {"resourceType": "Parameters", "parameter": [named]}
        assert machine.call("POST", "Patient/$summary", token, body).body == alone
        query = f"Patient/$summary?patient={boris.patient}"
        assert machine.get(query, system_token(world.x)).body == alone

    def test_leaves_a_line_that_names_both_entries(self, machine, world, anna):
        machine.get("Patient/$summary", anna)
        (line,) = audit.entries(person_id=PersonId(world.anna.person_id), before=None, limit=1)
        assert line.said.resources == ("Patient/$summary",)
        assert set(line.said.patient_ids) == set(world.anna.patient_ids)

    def test_is_refused_to_who_names_nobody_or_anothers(self, machine, world, anna):
        x = system_token(world.x)
        unnamed = machine.get("Patient/$summary", x)
        assert unnamed.status == 403
        assert "name the patient" in unnamed.words
        for token, patient in ((anna, world.boris_at_x.patient), (x, world.anna_at_y.patient)):
            assert machine.get(f"Patient/$summary?patient={patient}", token).status == 404
        assert machine.get("Patient/$summary?identifier=urn:a|1", anna).status == 400
