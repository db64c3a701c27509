"""Numbers and dates as written; whose an entry is, and which clinic keeps it."""

import json
from datetime import UTC, datetime

import pytest
from record_bundles import (
    CLINIC,
    NOW,
    PATIENT,
    bundle,
    entry,
    everything,
    observation,
    of_type,
    organization,
    outcomes,
    patient,
    take_in,
    words,
)

from medkarta.clinics.models import Clinic
from medkarta.patients.models import ClinicPatient
from medkarta.record.actions.imports import import_bundle

pytestmark = pytest.mark.django_db


class TestNumbersAndDates:
    @pytest.mark.parametrize("token", ["1.10", "7.0", "1e3", "-0.0", "0.00000000000000000000001"])
    def test_a_number_keeps_its_digits(self, token):
        value = {"value": 12345.5, "unit": "г/л"}
        text = json.dumps(
            bundle(organization(), patient(), observation(valueQuantity=value))
        ).replace("12345.5", token)
        (patient_id,) = import_bundle(text=text.encode(), now=NOW).patient_ids
        (one,) = of_type("Observation", patient_id)
        assert f'"value": {token},' in one.body
        assert str(one.data["valueQuantity"]["value"]).lower() == str(token).lower().replace(
            "1e3", "1e+3"
        ).replace("0.00000000000000000000001", "1e-23")

    @pytest.mark.parametrize(
        ("written", "moment"),
        [
            ("2019", (2019, 1, 1)),
            ("2019-03", (2019, 3, 1)),
            ("2019-03-04", (2019, 3, 4)),
            ("2019-03-04T05:06:07Z", (2019, 3, 4, 5, 6, 7)),
            ("2019-03-04T05:06:07.089+03:00", (2019, 3, 4, 2, 6, 7, 89_000)),
        ],
    )
    def test_dates_of_every_precision_find_their_place(self, written, moment):
        report = take_in(organization(), patient(), observation(effectiveDateTime=written))
        (one,) = of_type("Observation", *report.patient_ids)
        assert one.date == datetime(*moment, tzinfo=UTC)
        assert one.dated

    def test_what_has_no_date_happened_when_it_was_recorded(self):
        undated = observation()
        del undated["resource"]["effectiveDateTime"]
        report = take_in(organization(), patient(), undated)
        (one,) = of_type("Observation", *report.patient_ids)
        assert one.date == NOW
        assert not one.dated


class TestWhoseAndWhichClinic:
    def test_the_clinic_and_its_entry_of_the_patient_are_known(self):
        names = [
            {"use": "old", "family": "Прежняя"},
            {"use": "official", "family": "Вымыслова", "given": ["Анна", "Петровна"]},
        ]
        snils = [{"system": "urn:oid:1.2.643.100.3", "value": "112-233-445 95"}]
        report = take_in(
            organization(
                address=[{"state": "Тульская область"}],
                identifier=[{"value": "1.2.643.5.1.13.13.12.2.71.1"}],
            ),
            patient(name=names, identifier=snils),
        )
        (kept,) = ClinicPatient.objects.filter(pk__in=report.patient_ids)
        told = (kept.family, kept.given, kept.patronymic, kept.snils, kept.birth_date.isoformat())
        assert told == ("Вымыслова", "Анна", "Петровна", "11223344595", "1980-02-29")
        clinic = Clinic.objects.get(pk=kept.clinic_id)
        assert (clinic.name, clinic.region) == ("Поликлиника № 1", "Тульская область")
        assert clinic.oid == "1.2.643.5.1.13.13.12.2.71.1"
        (one,) = of_type("Patient", *report.patient_ids)
        assert one.custodian_id == kept.clinic_id
        assert one.patient_id == one.resource_id

    def test_without_a_managing_organisation_the_one_named_most_keeps_the_patient(self):
        other = "urn:uuid:99999999-9999-4999-8999-999999999999"

        def visit(clinic):
            return entry(
                {
                    "resourceType": "Encounter",
                    "status": "finished",
                    "class": {"code": "AMB"},
                    "subject": {"reference": PATIENT},
                    "serviceProvider": {"reference": clinic},
                }
            )

        report = take_in(
            organization(),
            organization(full_url=other, name="Больница"),
            patient(clinic=None),
            *(visit(CLINIC), visit(other), visit(other)),
        )
        assert report.refused == []
        (kept,) = ClinicPatient.objects.filter(pk__in=report.patient_ids)
        assert Clinic.objects.get(pk=kept.clinic_id).name == "Больница"

    def test_a_patient_whom_no_clinic_keeps_is_refused_with_all_that_is_theirs(self):
        report = take_in(organization(), patient(clinic=None), observation())
        assert outcomes(report) == {"created": 1, "refused": 2}
        assert "no clinic keeps this patient" in words(report)[0]
        assert words(report)[1] == "its patient, entry 1, was refused"
        assert ClinicPatient.objects.count() == 0

    def test_a_patients_type_without_a_patient_is_refused(self):
        lonely = observation()
        del lonely["resource"]["subject"]
        report = take_in(organization(), lonely)
        assert words(report) == ["Observation belongs to a patient, and this one names none"]

    def test_two_clinics_with_one_address_have_two_patients(self):
        """`http://localhost/fhir/Patient/1` of one must not pour into that of the other."""
        address = "http://localhost/fhir/Patient/1"
        other = "urn:uuid:99999999-9999-4999-8999-999999999999"
        first = take_in(organization(), patient(full_url=address), observation(of=address))
        second = take_in(
            organization(full_url=other),
            patient(full_url=address, clinic=other),
            observation(of=address),
        )
        assert first.patient_ids != second.patient_ids
        assert len(everything(*first.patient_ids)) == len(everything(*second.patient_ids)) == 2

    def test_an_address_given_again_to_somebody_else_is_refused(self):
        take_in(organization(), patient())
        report = take_in(organization(), patient(birthDate="1999-09-09"), observation())
        assert outcomes(report) == {"unchanged": 1, "refused": 2}
        assert "another birth date or СНИЛС" in words(report)[0]

    def test_what_is_shared_must_not_name_a_patient(self):
        told = {"url": "http://his.example/liked-by", "valueReference": {"reference": PATIENT}}
        place = {"resourceType": "Location", "extension": [told]}
        report = take_in(organization(), patient(), entry(place))
        assert words(report) == ["a shared Location must not refer to a patient's resource"]
