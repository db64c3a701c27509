"""The tables: well-formed, in Russian, and right where the published dictionaries can tell."""

import csv
import re
from itertools import pairwise
from pathlib import Path

import pytest

from medkarta.terminology import rules, seeds

FOLDER = Path(seeds.__file__).parent / "seeds"
PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "nsi"
TABLES = sorted(path.stem for path in FOLDER.glob("*.tsv"))
KEYS = {
    "hl7": ("system", "code"),
    "statuses": ("resource_type", "code"),
    "texts": ("original",),
    "english": ("russian",),
    "notes": ("loinc",),
    "ranges": ("loinc", "unit", "sex", "age_from"),
}
RUSSIAN = ("plain", "official", "text", "group", "source", "condition")
LATIN_AND_CYRILLIC = re.compile(r"(?=\w*[A-Za-z])(?=\w*[А-Яа-яЁё])\w+")
# A lone Latin letter that passes for a Russian preposition; «гепатит A» is rightly Latin.
LONE_LOOK_ALIKE = re.compile(r"(?:^[ABCKO]|(?<![\w-])[aceokxy](?![\w-]))(?= [а-яё])")
# Names that no Russian word can stand for.
NOT_TRANSLATED = {"NT-proBNP"}


def published(name):
    found = next(PUBLISHED.glob(f"{name}*.csv"), None)
    if found is None:
        pytest.skip("the published dictionaries are not beside the project")
    return found


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_well_formed(table):
    lines = (FOLDER / f"{table}.tsv").read_bytes().decode("utf-8").split("\n")

    assert lines.pop() == ""
    width = lines[0].count("\t")
    for line in lines:
        assert line.count("\t") == width, line
        assert '"' not in line
        assert "\r" not in line
        for cell in line.split("\t"):
            assert cell == (rules.clean(cell) or ""), line


@pytest.mark.parametrize("table", TABLES)
def test_a_table_names_a_thing_once(table):
    keys = [
        tuple(row[column] for column in KEYS.get(table, ("code",))) for row in seeds.rows(table)
    ]

    assert all(all(key) for key in keys)
    assert len(keys) == len(set(keys))


def test_no_analyte_has_two_notes():
    codes = [code for row in seeds.rows("notes") for code in row["loinc"].split()]

    assert len(codes) == len(set(codes))
    assert all((seeds.LOINC, code) in seeds.names() for code in codes)


@pytest.mark.parametrize("table", [table for table in TABLES if table not in {"ucum", "english"}])
def test_every_name_is_in_russian(table):
    for row in seeds.rows(table):
        name = row.get("plain") or row.get("text") or row["source"]
        assert re.search("[А-Яа-яЁё]", name) or name in NOT_TRANSLATED, row
        if row.get("official"):
            assert rules.language_of(row["official"]) == "ru", row


def mixed_up(text):
    """Words of both alphabets together, and lone Latin letters among Russian words."""
    return [*LATIN_AND_CYRILLIC.findall(text), *LONE_LOOK_ALIKE.findall(text)]


def test_the_check_for_look_alikes_sees_them():
    assert mixed_up("Гемoглобин") == ["Гемoглобин"]
    assert mixed_up("осадок c большим увеличением") == ["c"]
    assert mixed_up("C реактивом") == ["C"]
    assert mixed_up("Холестерин ЛПНП, HbA1c, гепатит B, витамин В12") == []


@pytest.mark.parametrize("table", TABLES)
def test_no_latin_look_alike_hides_in_a_russian_name(table):
    for row in seeds.rows(table):
        for column in RUSSIAN:
            assert mixed_up(row.get(column) or "") == [], row


def test_an_official_name_that_says_the_same_is_left_out():
    for entry in seeds.names().values():
        assert entry.plain != entry.official


def test_there_are_names_enough_for_ordinary_practice():
    by_system = [system for system, _ in seeds.names()]

    assert by_system.count(seeds.LOINC) >= 200
    assert by_system.count(seeds.FSLI) >= 120
    assert by_system.count(seeds.ICD10) >= 300
    assert by_system.count(seeds.CVX) >= 40
    assert len(seeds.notes()) >= 120


def test_loinc_codes_carry_their_check_digit():
    """Luhn's digit after the hyphen: https://loinc.org/kb/users-guide/."""
    for row in seeds.rows("loinc"):
        number, _, digit = row["code"].partition("-")
        odd = sum(sum(divmod(int(each) * 2, 10)) for each in number[::-1][::2])
        even = sum(int(each) for each in number[::-1][1::2])
        assert (odd + even + int(digit)) % 10 == 0, row


def test_lines_of_one_loinc_group_stand_together():
    groups = [row["group"] for row in seeds.rows("loinc")]
    changes = [left for left, right in pairwise(groups) if left != right]

    assert len(changes) == len(set(changes))


def test_official_names_of_diseases_are_those_of_the_published_classification():
    with published("mkb10").open(encoding="utf-8-sig", newline="") as file:
        official = {row[2]: row[3] for row in csv.reader(file, delimiter=";") if len(row) > 3}

    for row in seeds.rows("icd10"):
        ours = row["official"] or row["plain"]
        # The published list adds pairs of codes such as «(G30.9+)» to some names.
        theirs = re.sub(r" \([A-Z]\d\d(\.\d)?[*+]?\)$", "", official[row["code"]])
        assert ours.replace(" ", "") == theirs.replace(" ", ""), row


def test_laboratory_tests_are_joined_to_loinc_as_the_published_dictionary_joins_them():
    with published("fsli_subset").open(encoding="utf-8-sig", newline="") as file:
        joined = {row["ID"]: row["LOINC"] for row in csv.DictReader(file)}
    ours = [row for row in seeds.rows("loinc") if row["fsli"]]

    assert len(ours) >= 120
    for row in ours:
        assert joined[row["fsli"]] == row["code"]
