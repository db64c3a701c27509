"""What FHIR R4 does not allow is refused by entry, and the rest is stored."""

import pytest
from record_bundles import (
    CLINIC,
    PATIENT,
    entry,
    observation,
    of_type,
    organization,
    outcomes,
    patient,
    performed_by,
    take_in,
    words,
)

pytestmark = pytest.mark.django_db


def test_an_entry_that_breaks_r4_is_refused_with_its_place_and_the_rest_is_stored():
    report = take_in(
        organization(),
        patient(),
        observation(),
        observation(effectiveDateTime="29.02.2024"),
    )
    assert outcomes(report) == {"created": 3, "refused": 1}
    assert words(report)[0].startswith(
        "FHIR R4 does not allow it: Observation.effective: not a date"
    )
    assert report.refused[0].index == 3
    assert len(of_type("Observation", *report.patient_ids)) == 1


def test_of_many_issues_three_are_told_and_the_others_counted():
    report = take_in(entry({"resourceType": "Claim", "x": 1}))
    assert words(report)[0] == (
        "FHIR R4 does not allow it: Claim: R4 has no member x here; Claim.created: missing;"
        " Claim.insurance: missing; and 6 more"
    )


def test_a_urn_must_stand_for_what_r4_allows_there():
    report = take_in(organization(), patient(), performed_by(CLINIC), observation(of=CLINIC))
    assert outcomes(report) == {"created": 3, "refused": 1}
    assert words(report)[0].startswith(
        "FHIR R4 does not allow it: Observation.subject: points at something else"
    )


def test_who_refers_to_a_refused_entry_is_refused_too():
    lost = "urn:uuid:33333333-3333-4333-8333-333333333333"
    report = take_in(
        organization(),
        patient(),
        observation(full_url=lost, status="done"),
        observation(hasMember=[{"reference": lost}]),
    )
    assert outcomes(report) == {"created": 2, "refused": 2}
    assert words(report)[1] == "it refers to entry 2, which was refused"


def test_a_refusal_quotes_nothing_of_the_person():
    secret = "Вымыслова"
    report = take_in(organization(), patient(gender=secret, name=[secret], **{secret: 1}))
    assert outcomes(report) == {"created": 1, "refused": 1}
    assert secret not in words(report)[0]
    assert report.refused[0].full_url == PATIENT
