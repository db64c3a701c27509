"""Units, statuses, kinds of records, groups and notes in Russian."""

import re

import pytest

from medkarta.terminology.queries import (
    analyte_group,
    analyte_note,
    resource_type_name,
    status,
    unit,
)

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)

# The required value sets of R4, by resource type: https://hl7.org/fhir/R4/terminologies-valuesets.html.
R4_STATUSES = {
    "Account": "active entered-in-error inactive on-hold unknown",
    "AllergyIntolerance": "active inactive resolved",
    "Appointment": "arrived booked cancelled checked-in entered-in-error fulfilled noshow pending"
    " proposed waitlist",
    "CarePlan": "active completed draft entered-in-error on-hold revoked unknown",
    "CarePlan.activity": "cancelled completed entered-in-error in-progress not-started on-hold"
    " scheduled stopped unknown",
    "CareTeam": "active entered-in-error inactive proposed suspended",
    "Claim": "active cancelled draft entered-in-error",
    "ClinicalImpression": "completed entered-in-error in-progress",
    "Communication": "completed entered-in-error in-progress not-done on-hold preparation stopped"
    " unknown",
    "Composition": "amended entered-in-error final preliminary",
    "Condition": "active inactive recurrence relapse remission resolved",
    "Consent": "active draft entered-in-error inactive proposed rejected",
    "Coverage": "active cancelled draft entered-in-error",
    "Device": "active entered-in-error inactive unknown",
    "DeviceRequest": "active completed draft entered-in-error on-hold revoked unknown",
    "DiagnosticReport": "amended appended cancelled corrected entered-in-error final partial"
    " preliminary registered unknown",
    "DocumentReference": "amended current entered-in-error final preliminary superseded",
    "Encounter": "arrived cancelled entered-in-error finished in-progress onleave planned triaged"
    " unknown",
    "EpisodeOfCare": "active cancelled entered-in-error finished onhold planned waitlist",
    "ExplanationOfBenefit": "active cancelled draft entered-in-error",
    "FamilyMemberHistory": "completed entered-in-error health-unknown partial",
    "Flag": "active entered-in-error inactive",
    "Goal": "accepted active cancelled completed entered-in-error on-hold planned proposed"
    " rejected",
    "ImagingStudy": "available cancelled entered-in-error registered unknown",
    "Immunization": "completed entered-in-error not-done",
    "List": "current entered-in-error retired",
    "Media": "completed entered-in-error in-progress not-done on-hold preparation stopped unknown",
    "Medication": "active entered-in-error inactive",
    "MedicationAdministration": "completed entered-in-error in-progress not-done on-hold stopped"
    " unknown",
    "MedicationDispense": "cancelled completed declined entered-in-error in-progress on-hold"
    " preparation stopped unknown",
    "MedicationRequest": "active cancelled completed draft entered-in-error on-hold stopped"
    " unknown",
    "MedicationStatement": "active completed entered-in-error intended not-taken on-hold stopped"
    " unknown",
    "NutritionOrder": "active completed draft entered-in-error on-hold revoked unknown",
    "Observation": "amended cancelled corrected entered-in-error final preliminary registered"
    " unknown",
    "Procedure": "completed entered-in-error in-progress not-done on-hold preparation stopped"
    " unknown",
    "QuestionnaireResponse": "amended completed entered-in-error in-progress stopped",
    "RiskAssessment": "amended cancelled corrected entered-in-error final preliminary registered"
    " unknown",
    "ServiceRequest": "active completed draft entered-in-error on-hold revoked unknown",
    "Slot": "busy busy-tentative busy-unavailable entered-in-error free",
    "Specimen": "available entered-in-error unavailable unsatisfactory",
    "Task": "accepted cancelled completed draft entered-in-error failed in-progress on-hold ready"
    " received rejected requested",
    "VisionPrescription": "active cancelled draft entered-in-error",
}


@pytest.mark.parametrize(
    ("code", "russian"),
    [
        ("mg/dL", "мг/дл"),
        ("mmol/L", "ммоль/л"),
        ("mmol/l", "ммоль/л"),
        ("%", "%"),
        ("kg/m2", "кг/м²"),
        ("mm[Hg]", "мм рт. ст."),
        ("10*3/uL", "×10³/мкл"),
        ("10*9/L", "×10⁹/л"),
        ("10^12/l", "×10¹²/л"),
        ("mL/min/{1.73_m2}", "мл/мин/1,73 м²"),
        ("U/L", "Ед/л"),
        ("m[IU]/L", "мМЕ/л"),
        ("Cel", "°C"),
        ("/min", "в минуту"),
        ("мкмоль/л", "мкмоль/л"),
        ("furlong", "furlong"),
        ("furlong/L", "furlong/L"),
        (None, ""),
        (7, ""),
    ],
)
def test_a_unit_is_written_in_russian_or_left_as_it_came(code, russian):
    assert unit(code) == russian


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "баллов"),
        (1, "балл"),
        ("41", "балл"),
        (3, "балла"),
        (5, "баллов"),
        (11, "баллов"),
        (12, "баллов"),
        (21, "балл"),
        (104, "балла"),
        (2.5, "балла"),
        (None, "баллов"),
        ("много", "баллов"),
        (float("nan"), "баллов"),
    ],
)
def test_a_count_noun_bends_after_its_number(value, words):
    assert unit("{score}", value) == words


@pytest.mark.parametrize(
    ("resource_type", "code"),
    [(kind, code) for kind, codes in R4_STATUSES.items() for code in codes.split()],
)
def test_every_status_of_r4_has_words_of_its_own(resource_type, code):
    assert CYRILLIC.search(status(resource_type, code))


@pytest.mark.parametrize(
    ("resource_type", "code", "words"),
    [
        ("Observation", "final", "готов"),
        ("Immunization", "completed", "сделана"),
        ("MedicationRequest", "stopped", "прекращено"),
        ("CarePlan", "completed", "завершён"),
        ("Basic", "completed", "завершено"),
        ("Observation", "brand-new", "brand-new"),
        ("Observation", None, "статус не указан"),
        (None, ["final"], "статус не указан"),
    ],
)
def test_a_status_agrees_with_the_word_for_the_record(resource_type, code, words):
    assert status(resource_type, code) == words


def test_every_kind_of_record_with_a_status_has_a_name():
    for resource_type in R4_STATUSES:
        kind = resource_type.partition(".")[0]
        assert CYRILLIC.search(resource_type_name(kind))
        assert resource_type_name(kind) != "Запись"
    assert resource_type_name("Nonsense") == resource_type_name(None) == "Запись"


@pytest.mark.parametrize(
    ("loinc", "group"),
    [
        ("718-7", "Общий анализ крови"),
        ("2093-3", "Липиды"),
        ("2339-0", "Сахар крови"),
        ("8480-6", "Основные показатели"),
        ("0-0", "Другие анализы"),
        (None, "Другие анализы"),
    ],
)
def test_an_analyte_stands_in_its_group(loinc, group):
    assert analyte_group(loinc) == group


def test_a_note_says_what_an_analyte_is_and_is_missing_for_an_unknown_one():
    note = analyte_note("4548-4")

    assert note is not None
    assert "средний сахар" in note.text
    assert analyte_note("0-0") is None
    assert analyte_note(None) is None
