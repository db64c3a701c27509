"""The tables of names that Medkarta carries, read once when first asked for."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from medkarta.terminology import rules

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
CVX = "http://hl7.org/fhir/sid/cvx"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
ICD10 = "urn:oid:1.2.643.5.1.13.13.11.1005"
FSLI = "urn:oid:1.2.643.5.1.13.13.11.1080"

# One code system each; the file named hl7 has many small ones and names them in a column.
_FILES = {
    "icd10": ICD10,
    "loinc": LOINC,
    "snomed": SNOMED,
    "cvx": CVX,
    "rxnorm": RXNORM,
    "dicom": DICOM,
}
_SYNONYMS = {
    "http://hl7.org/fhir/sid/icd-10": ICD10,
    "urn:oid:1.2.643.5.1.13.2.1.1.718": ICD10,
    "urn:oid:2.16.840.1.113883.6.3": ICD10,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.88": RXNORM,
    "urn:oid:2.16.840.1.113883.12.292": CVX,
    "urn:oid:1.2.840.10008.2.16.4": DICOM,
}
_BARE_OID = re.compile(r"\d+(\.\d+){3,}")
# STU3 and earlier named the same HL7 tables so; senders still do.
_OLD_HL7 = {
    "http://hl7.org/fhir/v3/": "http://terminology.hl7.org/CodeSystem/v3-",
    "http://hl7.org/fhir/v2/": "http://terminology.hl7.org/CodeSystem/v2-",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One code: what a person reads, what a form calls it, what the source language says."""

    plain: str
    official: str | None
    original: str | None
    group: str | None = None


def rows(table: str) -> Iterator[dict[str, str]]:
    """Read a seed: tab-separated, UTF-8, first line names the columns, nothing is quoted."""
    # Beside this file, so that a checkout and a copy of the package folder both find it.
    path = Path(__file__).parent / "seeds" / f"{table}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def canonical(system: str) -> str:
    """Return the one address under which a code system is kept here."""
    system = system.partition("|")[0].strip().rstrip("/")
    if _BARE_OID.fullmatch(system):
        system = f"urn:oid:{system}"
    for old, new in _OLD_HL7.items():
        if system.startswith(old):
            return new + system.removeprefix(old)
    return _SYNONYMS.get(system, system)


def find(system: str, code: str) -> Entry | None:
    """Return what is known of a code, however its code system is addressed."""
    system = canonical(system)
    return names().get((system, rules.disease_code(code) if system == ICD10 else code))


@cache
def names() -> dict[tuple[str, str], Entry]:
    """Every known code, by code system and code."""
    known: dict[tuple[str, str], Entry] = {}
    for table, system in _FILES.items():
        for row in rows(table):
            entry = _entry(row)
            known[system, row["code"]] = entry
            # A ФСЛИ test has one LOINC code, so that one line names both.
            if row.get("fsli"):
                known[FSLI, row["fsli"]] = entry
    for row in rows("hl7"):
        known[row["system"], row["code"]] = _entry(row)
    return known


@cache
def texts() -> dict[str, str]:
    """Known sentences that come without a code, by their lower-case original."""
    return {row["original"].lower(): row["plain"] for row in rows("texts")}


@cache
def units() -> dict[str, str]:
    """Russian units by UCUM code or by the usual English spelling."""
    return {row["code"]: row["plain"] for row in rows("ucum")}


@cache
def statuses() -> dict[tuple[str, str], str]:
    """Words for a status by resource type (`*` stands for any) and code."""
    return {(row["resource_type"], row["code"]): row["plain"] for row in rows("statuses")}


@cache
def resource_types() -> dict[str, str]:
    """Words for a resource type."""
    return {row["code"]: row["plain"] for row in rows("resource_types")}


@cache
def notes() -> dict[str, str]:
    """What an analyte is, by LOINC code; one line serves every code that it lists."""
    return {code: row["text"] for row in rows("notes") for code in row["loinc"].split()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """One line of the table of general ranges."""

    age_from: int
    low: Decimal | None
    high: Decimal | None
    concern_low: Decimal | None
    concern_high: Decimal | None
    condition: str | None
    source: str


@cache
def limits() -> dict[tuple[str, str, str], list[Limits]]:
    """General ranges by LOINC code, UCUM unit and FHIR gender (`*` for both), oldest age first."""
    known: dict[tuple[str, str, str], list[Limits]] = {}
    for row in sorted(rows("ranges"), key=lambda row: -int(row["age_from"])):
        for code in row["loinc"].split():
            for unit in row["unit"].split():
                known.setdefault((code, unit, row["sex"]), []).append(_limits(row))
    return known


def _entry(row: dict[str, str]) -> Entry:
    return Entry(
        plain=row["plain"],
        official=row.get("official") or None,
        original=row.get("original") or None,
        group=row.get("group") or None,
    )


def _limits(row: dict[str, str]) -> Limits:
    def number(column: str) -> Decimal | None:
        return Decimal(row[column]) if row[column] else None

    return Limits(
        age_from=int(row["age_from"]),
        low=number("low"),
        high=number("high"),
        concern_low=number("concern_low"),
        concern_high=number("concern_high"),
        condition=row["condition"] or None,
        source=row["source"],
    )
