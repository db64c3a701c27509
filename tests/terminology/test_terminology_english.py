"""For an English reader: English names of what the tables know, and everything else as it came."""

import re

import pytest
from django.utils import translation

from medkarta.terminology import languages, seeds
from medkarta.terminology.queries import (
    analyte_group,
    analyte_note,
    concept_name,
    display,
    general_range,
    resource_type_name,
    status,
    unit,
)

LOINC = "http://loinc.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def test_a_known_code_has_its_plain_and_its_official_english_name(english):
    name = display((LOINC, "718-7", "Гемоглобин"))
    assert (name.plain, name.official) == ("Haemoglobin", "Hemoglobin [Mass/volume] in Blood")
    assert (name.language, name.original) == ("en", "Гемоглобин")
    assert display((ICD10, "I10", None)).plain == "High blood pressure"


def test_the_doctors_english_is_kept_where_no_code_is_known(english):
    name = concept_name({"text": "Sprained thumb", "coding": [{"system": LOINC, "code": "0-0"}]})
    assert (name.plain, name.language) == ("Sprained thumb", "en")


def test_russian_words_that_no_table_knows_stay_and_say_what_they_are(english):
    name = concept_name({"text": "Посев на флору"})
    assert (name.plain, name.language) == ("Посев на флору", "ru")


def test_a_language_that_is_asked_for_wins_over_the_pages(english):
    assert display((LOINC, "718-7", None), language="ru").plain == "Гемоглобин"
    assert display((LOINC, "718-7", None), language="ru").language == "ru"


def test_a_code_without_any_name_says_so_in_english(english):
    assert display((LOINC, "0-0", None)).plain == "No name (0-0)"


@pytest.mark.parametrize(
    ("code", "value", "words"),
    [
        ("g/L", 1, "g/L"),
        ("mm[Hg]", 120, "mmHg"),
        ("{score}", 1, "point"),
        ("{score}", 21, "points"),
        ("{score}", 3, "points"),
        ("mmol/L", 5, "mmol/L"),
        ("мл", 10, "mL"),
        ("МЕ", 10, "IU"),
        ("щепоть", 2, "щепоть"),
    ],
)
def test_units_are_english_and_bend_by_two_forms(english, code, value, words):
    assert unit(code, value) == words


def test_statuses_kinds_groups_and_notes_are_english(english):
    assert status("Observation", "final") == "final"
    assert status("Encounter", None) == "status not stated"
    assert resource_type_name("Immunization") == "Vaccination"
    assert analyte_group("718-7") == "Full blood count"
    assert analyte_note("718-7").text.startswith("A protein inside red blood cells")
    limits = general_range("718-7", "g/L", "female", 30)
    assert (limits.condition, limits.unit) == ("if not pregnant", "g/L")
    assert not CYRILLIC.search(limits.source)


def test_every_name_of_the_tables_has_an_english_one():
    names = {entry.plain: languages.english_of(entry) for entry in seeds.names().values()}
    assert [plain for plain, name in names.items() if not name or CYRILLIC.search(name)] == []


def test_every_other_text_of_the_tables_has_an_english_one(english):
    said = [
        *seeds.units().values(),
        *seeds.statuses().values(),
        *seeds.resource_types().values(),
        *seeds.notes().values(),
        *(entry.group for entry in seeds.names().values() if entry.group),
        *(row[part] for row in seeds.rows("ranges") for part in ("condition", "source")),
    ]
    assert sorted({text for text in said if CYRILLIC.search(languages.say(text))}) == []


def test_the_english_table_translates_nothing_that_no_table_says():
    said = {value for table in TABLES for row in seeds.rows(table) for value in row.values()}
    spare = {"Другие анализы", "Без названия", "статус не указан", "Запись"}
    assert [
        row["russian"] for row in seeds.rows("english") if row["russian"] not in said | spare
    ] == ([])


TABLES = (
    *("cvx", "dicom", "hl7", "icd10", "loinc", "rxnorm", "snomed"),
    *("notes", "ranges", "resource_types", "statuses", "ucum"),
)
