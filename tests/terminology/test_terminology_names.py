"""Which name is shown for a coded thing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import medkarta
from medkarta.terminology.queries import Name, concept_name, display

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "urn:oid:1.2.643.5.1.13.13.11.1005"


def test_a_known_code_gets_its_plain_and_official_name_and_keeps_what_the_source_wrote():
    name = display({"system": LOINC, "code": "718-7", "display": "Hb"})

    assert name == Name(
        plain="Гемоглобин",
        official="Гемоглобин, массовая концентрация в крови",
        code="718-7",
        system=LOINC,
        language="ru",
        original="Hb",
    )


def test_the_original_name_comes_from_the_table_where_the_source_wrote_none():
    assert display((LOINC, "718-7", None)).original == "Hemoglobin [Mass/volume] in Blood"


def test_the_russian_classification_wins_over_snomed_wherever_it_stands():
    name = concept_name(
        {
            "coding": [
                {"system": SNOMED, "code": "38341003", "display": "Hypertension"},
                {"system": ICD10, "code": "I10"},
            ],
            "text": "Hypertension",
        }
    )

    assert (name.plain, name.code) == ("Гипертоническая болезнь", "I10")
    assert name.official == "Эссенциальная [первичная] гипертензия"


def test_words_of_the_doctor_stay_as_the_original_behind_a_known_code():
    written = "Гипертоническая болезнь II стадии, риск 3"

    name = concept_name({"coding": [{"system": ICD10, "code": "I10"}], "text": written})

    assert (name.plain, name.original) == ("Гипертоническая болезнь", written)


def test_russian_text_is_shown_where_no_code_is_known():
    name = concept_name({"coding": [{"system": LOINC, "code": "0-0"}], "text": "Посев на флору"})

    assert (name.plain, name.language, name.code) == ("Посев на флору", "ru", "0-0")


def test_russian_text_wins_over_a_code_of_a_table_that_says_little():
    category = {
        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
        "code": "exam",
    }

    assert (
        concept_name({"coding": [category], "text": "Осмотр окулиста"}).plain == "Осмотр окулиста"
    )
    assert concept_name({"coding": [category]}).plain == "Осмотр"


def test_a_russian_display_is_shown_where_its_code_is_not_known():
    name = concept_name(
        {
            "coding": [
                {"system": SNOMED, "code": "1", "display": "Something"},
                {"system": ICD10, "code": "Q99.8", "display": "Другие хромосомные аномалии"},
            ]
        }
    )

    assert (name.plain, name.code, name.language) == ("Другие хромосомные аномалии", "Q99.8", "ru")


def test_a_known_english_sentence_without_code_is_translated():
    name = concept_name({"text": "Maintain blood pressure below 140/90 mmHg"})

    assert name.plain == "Артериальное давление ниже 140/90 мм рт. ст."
    assert name.original == "Maintain blood pressure below 140/90 mmHg"


def test_an_unknown_foreign_name_stays_and_says_its_language():
    name = concept_name(
        {"coding": [{"system": SNOMED, "code": "1", "display": "Some\u200b rare  thing"}]}
    )

    assert (name.plain, name.language, name.original) == (
        "Some rare thing",
        "en",
        "Some rare thing",
    )


def test_a_code_alone_is_nameless_and_the_code_is_shown():
    assert concept_name({"coding": [{"system": SNOMED, "code": "1"}]}).plain == "Без названия (1)"
    assert concept_name({}).plain == "Без названия"


@pytest.mark.parametrize(
    ("system", "code", "plain"),
    [
        ("http://hl7.org/fhir/sid/icd-10", "J06.9", "ОРВИ"),
        ("urn:oid:2.16.840.1.113883.6.1", "718-7", "Гемоглобин"),
        ("http://loinc.org|2.77", "718-7", "Гемоглобин"),
        ("http://loinc.org/", "718-7", "Гемоглобин"),
        ("urn:oid:1.2.643.5.1.13.13.11.1080", "1017128", "Гемоглобин"),
        ("1.2.643.5.1.13.13.11.1080", "1017128", "Гемоглобин"),
        ("http://hl7.org/fhir/v3/MaritalStatus", "M", "в браке"),
        ("http://hl7.org/fhir/administrative-gender", "female", "женский"),
    ],
)
def test_one_code_system_is_known_by_each_of_its_addresses(system, code, plain):
    assert display((system, code, None)).plain == plain


@pytest.mark.parametrize("code", ["E11.9", "\u041511.9", "e11.9", "E11.9 ", "E11.9*", "\u043511.9"])
def test_a_disease_is_found_by_a_code_typed_on_a_russian_keyboard(code):
    name = display((ICD10, code, None))

    assert name.plain == "Сахарный диабет 2 типа без осложнений"
    assert name.code == code.strip()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(
            st.sampled_from(["coding", "text", "system", "code", "display"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_no_input_however_odd_raises_or_gives_an_empty_name(odd):
    for name in (concept_name(odd), display(odd)):
        assert name.plain
        assert name.language in {"ru", "en", "und"}


def test_the_tables_travel_with_a_copy_of_the_package_folder(tmp_path: Path):
    source = Path(medkarta.__file__).parent
    copy = tmp_path / "medkarta"
    shutil.copytree(source / "terminology", copy / "terminology")
    shutil.copy(source / "__init__.py", copy)
    code = (
        "from django.conf import settings; settings.configure(LANGUAGE_CODE='ru');"
        "from medkarta.terminology import queries as q;"
        "print(q.__file__, len(q.display(('http://loinc.org', '718-7')).plain))"
    )

    answer = subprocess.run(
        [sys.executable, "-B", "-c", code],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        text=True,
        timeout=30,
    ).stdout

    assert answer.startswith(str(tmp_path))
    assert answer.split()[-1] == "10"
