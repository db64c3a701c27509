"""Every form of reference, and conditions."""

from uuid import uuid4

import pytest
from record_bundles import (
    CLINIC,
    NPI,
    grant_of,
    observation,
    of_type,
    organization,
    outcomes,
    patient,
    performed_by,
    practitioner,
    rows,
    take_in,
    words,
)

from medkarta.foundation.ids import logical_id
from medkarta.record import queries

pytestmark = pytest.mark.django_db


class TestReferences:
    def test_every_form_of_reference_leads_to_its_entry(self):
        base = "http://his.example/fhir"
        who = "urn:oid:1.2.3.4"
        report = take_in(
            organization(),
            patient(full_url=f"{base}/Patient/7"),
            practitioner(full_url=who),
            observation(
                of="Patient/7",
                full_url=f"{base}/Observation/8",
                performer=[{"reference": who}, {"reference": CLINIC}],
                hasMember=[{"reference": f"{base}/Observation/9"}],
            ),
            observation(of=f"{base}/Patient/7", full_url=f"{base}/Observation/9"),
        )
        assert report.refused == []
        one = next(
            one
            for one in of_type("Observation", *report.patient_ids)
            if one.code and "hasMember" in one.data
        )
        performers = [performer["reference"] for performer in one.data["performer"]]
        assert [name.partition("/")[0] for name in performers] == ["Practitioner", "Organization"]
        assert len(queries.shared(name.partition("/")[2] for name in performers)) == 2
        member = one.data["hasMember"][0]["reference"].partition("/")[2]
        assert queries.read(grant_of(*report.patient_ids), "Observation", member) is not None

    def test_a_reference_to_a_version_leads_to_its_resource_and_keeps_the_version(self):
        report = take_in(
            organization(),
            patient(full_url="http://his.example/fhir/Patient/7"),
            observation(
                of="Patient/7/_history/2", full_url="http://his.example/fhir/Observation/8"
            ),
        )
        assert report.refused == []
        (patient_id,) = report.patient_ids
        (one,) = of_type("Observation", patient_id)
        key = logical_id(patient_id, patient_id)
        assert one.data["subject"]["reference"] == f"Patient/{key}/_history/2"
        assert rows(
            "SELECT target, target_id FROM index_reference"
            " WHERE resource_type = 'Observation' AND param = 'subject'"
        ) == [(key, patient_id)]

    @pytest.mark.parametrize(
        "reference",
        [
            "Patient/77/_history/1",
            "urn:uuid:0e7e7e7e-0000-4000-8000-000000000000",
            "urn:oid:1.2.3",
            "Practitioner/77",
        ],
    )
    def test_a_reference_that_leads_nowhere_is_refused_with_who_refers_there(self, reference):
        lost = f"urn:uuid:{uuid4()}"
        report = take_in(
            organization(),
            patient(),
            observation(full_url=lost, performer=[{"reference": reference}]),
            observation(hasMember=[{"reference": lost}]),
            observation(),
        )
        assert outcomes(report) == {"created": 3, "refused": 2}
        assert words(report) == [
            f"{reference} is neither in the bundle nor in the store",
            "it refers to entry 2, which was refused",
        ]
        assert [one.index for one in report.refused] == [2, 3]
        assert report.refused[0].full_url == lost

    def test_what_is_inside_or_elsewhere_stays_as_written(self):
        inside = {"resourceType": "Practitioner", "id": "inside"}
        performers = [
            {"reference": "#inside"},
            {"reference": "https://elsewhere.example/Practitioner/1"},
        ]
        report = take_in(
            organization(), patient(), observation(contained=[inside], performer=performers)
        )
        (one,) = of_type("Observation", *report.patient_ids)
        assert one.data["performer"] == performers

    def test_a_later_bundle_refers_to_what_is_stored_by_our_ids(self):
        (patient_id,) = take_in(organization(), patient()).patient_ids
        (who,) = of_type("Patient", patient_id)
        report = take_in(observation(of=f"Patient/{who.logical_id}"))
        assert outcomes(report) == {"created": 1}
        assert len(of_type("Observation", patient_id)) == 1
        unknown = who.logical_id[:-1] + ("a" if who.logical_id[-1] != "a" else "e")
        assert outcomes(take_in(observation(of=f"Patient/{unknown}"))) == {"refused": 1}


class TestConditions:
    def test_a_conditional_reference_finds_what_is_stored(self):
        take_in(practitioner("1"), practitioner("2"))
        report = take_in(
            organization(), patient(), performed_by(f"Practitioner?identifier={NPI}|2")
        )
        (one,) = of_type("Observation", *report.patient_ids)
        found = one.data["performer"][0]["reference"].removeprefix("Practitioner/")
        assert queries.shared([found])[found]["identifier"][0]["value"] == "2"

    def test_a_conditional_reference_finds_what_the_bundle_itself_creates(self):
        report = take_in(
            performed_by(f"Practitioner?identifier={NPI}|3"),
            *(organization(), patient(), practitioner("3")),
        )
        assert report.refused == []

    @pytest.mark.parametrize(
        ("query", "because"),
        [
            (f"identifier={NPI}|4", "neither in the bundle nor in the store"),
            (f"identifier={NPI}|1", "is met by 2 resources"),
            ("name=Kub", "“name” of Practitioner is none of them"),
            ("identifier=", "does not name one identifier"),
            (f"identifier={NPI}|1,{NPI}|2", "does not name one identifier"),
        ],
    )
    def test_a_condition_that_is_not_met_once_is_refused(self, query, because):
        take_in(practitioner("1"), practitioner("1"))
        report = take_in(organization(), patient(), performed_by(f"Practitioner?{query}"))
        assert because in words(report)[0]
        assert outcomes(report) == {"created": 2, "refused": 1}

    def test_a_conditional_create_creates_once(self):
        condition = {"ifNoneExist": f"identifier={NPI}|5"}
        assert outcomes(take_in(practitioner("5", **condition))) == {"created": 1}
        assert outcomes(take_in(practitioner("5", **condition))) == {"unchanged": 1}
        assert rows("SELECT count(*) FROM shared_resource") == [(1,)]

    def test_two_conditional_creates_in_one_bundle_make_one(self):
        condition = {"ifNoneExist": f"identifier={NPI}|5"}
        report = take_in(practitioner("5", **condition), practitioner("5", **condition))
        assert outcomes(report) == {"created": 1, "unchanged": 1}

    def test_a_conditional_create_of_several_is_refused(self):
        take_in(practitioner("6"), practitioner("6"))
        report = take_in(practitioner("6", ifNoneExist=f"identifier={NPI}|6"))
        assert words(report) == ["its condition is met by 2 resources"]

    def test_a_clinics_patient_is_found_by_its_number_in_that_clinic_alone(self):
        card = [{"system": "urn:card", "value": "7"}]
        condition = {"ifNoneExist": "identifier=urn:card|7"}
        other = "urn:uuid:99999999-9999-4999-8999-999999999999"

        def again(clinic):
            made = patient(full_url=f"urn:uuid:{uuid4()}", clinic=clinic, identifier=card)
            made["request"] |= condition
            return take_in(organization(full_url=clinic), made).patient_ids

        first = again(CLINIC)
        assert again(CLINIC) == first
        assert again(other) != first
