"""Codes of generated records stand in the published dictionaries, with the names that they have."""

import csv
import gzip
from pathlib import Path

import pytest
from population_records import everybody

from medkarta.demo.charts.chart import DOCUMENT_KINDS, MEDICINES, SERVICES
from medkarta.demo.population.drugs import DRUGS

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "nsi"

pytestmark = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published dictionaries are not beside the checkout"
)


def rows(start):
    (path,) = PUBLISHED.glob(f"{start}__*")
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def codings(tree, system):
    if isinstance(tree, dict):
        if tree.get("system") == system and "code" in tree:
            yield tree["code"], tree.get("display")
        for value in tree.values():
            yield from codings(value, system)
    elif isinstance(tree, list):
        for value in tree:
            yield from codings(value, system)


def used(system):
    return {
        found
        for record in everybody()
        for _, resource in record.all()
        for found in codings(resource, system)
    }


def test_services_are_those_of_the_nomenclature():
    names = {row["S_CODE"]: row["NAME"] for row in rows("nmu_services") if row["REL"] == "1"}
    codes = {code for code, _ in used(SERVICES)}
    assert len(codes) > 50
    assert codes <= names.keys()


def test_vaccines_are_of_the_dictionary_and_against_what_it_says():
    known = {row["ID"]: row["DISEASEGROUP"].lower() for row in rows("vaccines")}
    for record in everybody():
        for _, shot in record.all("Immunization"):
            diseases = known[shot["vaccineCode"]["coding"][0]["code"]].replace("ё", "е")
            for part in shot["protocolApplied"]:
                word = part["targetDisease"][0]["text"].lower().replace("ё", "е")
                stem = {"гемофильная инфекция": "haemophilus", "эпидемический паротит": "паротит"}
                assert stem.get(word, word) in diseases


def test_kinds_of_documents_are_of_the_dictionary():
    names = {row["RECID"]: row["Name"] for row in rows("med_doc_kinds")}
    assert used(DOCUMENT_KINDS) <= set(names.items())


def test_medicines_are_of_the_catalogue_with_its_substance_and_atc():
    known = {row["smnn_code"]: row for row in rows("esklp_smnn")}
    assert {code for code, _ in used(MEDICINES)} <= known.keys()
    for drug in DRUGS.values():
        row = known[drug.code]
        assert drug.atc in row["code_atc"].split(";")
        substance = drug.name.split(",")[0].upper().replace(" + ", "+").replace("Ё", "Е")
        assert row["standard_inn"].replace("Ё", "Е") == substance
