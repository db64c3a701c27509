"""The thirteen files of Synthea go in whole and come out as they were sent."""

import json
from collections import Counter

import pytest
from django.db import connection, transaction
from record_bundles import NOW, grant_of, needs_synthea, outcomes, synthea_files

from medkarta.access.grants import Section
from medkarta.clinics.queries import names
from medkarta.fhir.search.index import index_values
from medkarta.foundation.ids import ClinicId
from medkarta.patients.models import ClinicPatient
from medkarta.record import queries
from medkarta.record.actions.imports import Outcome, import_bundle
from medkarta.record.rows import TABLES, index_rows
from medkarta.record.stored import parse_body

pytestmark = [needs_synthea, pytest.mark.django_db]

SENT = 2780
REPEATED = 34  # an organisation and a practitioner in patients' files, with other content


class UndoneError(Exception):
    """Takes the import back."""


@pytest.fixture(scope="module")
def files():
    return [path.read_bytes() for path in synthea_files()]


@pytest.fixture(scope="module")
def reports(request, files, django_db_blocker):
    """The files imported once for all tests of this module."""
    request.getfixturevalue("django_db_setup")
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                yield [import_bundle(text=text, now=NOW) for text in files]
                take_back()
        except UndoneError:
            pass


def take_back():
    raise UndoneError


def patient_ids(reports):
    return [patient_id for report in reports for patient_id in report.patient_ids]


def tokens(text):
    """Parsed so that a number is its own token."""
    return json.loads(
        text, parse_int=lambda token: ("number", token), parse_float=lambda token: ("number", token)
    )


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def stored_bodies():
    """Type/id → body, of patients' and shared resources."""
    all_rows = rows("SELECT resource_type, body FROM resource") + rows(
        "SELECT resource_type, body FROM shared_resource"
    )
    return {f"{kind}/{json.loads(body)['id']}": body for kind, body in all_rows}


def test_all_is_taken(files, reports):
    counted = Counter()
    for report in reports:
        counted.update(outcomes(report))
        assert report.refused == []
    assert counted == {"created": SENT - REPEATED, "kept": REPEATED}
    assert rows("SELECT (SELECT count(*) FROM resource) + (SELECT count(*) FROM shared_resource)")[
        0
    ] == (SENT - REPEATED,)
    kept = {kind for report in reports for kind, outcome in report.counts if outcome == "kept"}
    assert kept == {"Organization", "Practitioner"}


def test_what_is_read_back_is_what_was_sent(files, reports):
    """Every element, every number to the digit; references lead to what they named."""
    page = queries.timeline(grant_of(*patient_ids(reports)), sections=Section, limit=10_000)
    read = {f"{one.resource_type}/{one.logical_id}": tokens(one.body) for one in page.items}
    shared_ids = [key for (key,) in rows("SELECT resource_id FROM shared_resource")]
    assert len(read) + len(shared_ids) == SENT - REPEATED
    stored = {key: tokens(body) for key, body in stored_bodies().items()}
    assert stored.items() >= read.items()

    # Walk what was sent beside what is stored; what a fullUrl became must be one and the same.
    became = {}
    sent = [(one["fullUrl"], one["resource"]) for text in files for one in tokens(text)["entry"]]
    by_content = {}
    for place, body in stored.items():
        by_content.setdefault(shape(body), []).append(place)
    matched = 0
    for full_url, resource in sent:
        places = by_content.get(shape(resource), [])
        for place in places:
            found = {}
            if same(resource, stored[place], found) and agree(found, became):
                became.update(found)
                assert became.setdefault(full_url, place) == place
                matched += 1
                break
    assert matched == SENT - REPEATED


def shape(resource):
    """All but what the store may change, as a key."""
    return json.dumps(blanked(resource, top=True), sort_keys=True)


def blanked(value, *, top=False):
    if isinstance(value, dict):
        return {
            name: "…" if name == "reference" else blanked(one)
            for name, one in value.items()
            if not (top and (name == "id" or (name == "meta" and not kept_meta(one))))
            and name not in {"versionId", "lastUpdated"}
        }
    if isinstance(value, list | tuple):
        return [blanked(one) for one in value]
    return value


def kept_meta(meta):
    return {name: one for name, one in meta.items() if name not in {"versionId", "lastUpdated"}}


def same(sent, stored, became):
    """Compare two of one shape; gather what each reference became."""
    if isinstance(sent, dict):
        for name, one in sent.items():
            if name == "reference" and one != stored[name]:
                if became.setdefault(one, stored[name]) != stored[name]:
                    return False
            elif name not in {"id", "meta"} and not same(one, stored[name], became):
                return False
    elif isinstance(sent, list):
        return all(same(a, b, became) for a, b in zip(sent, stored, strict=True))
    return True


def agree(found, became):
    return all(became.get(name, place) == place for name, place in found.items())


def test_every_reference_leads_to_a_resource_of_the_type_it_names(reports):
    bodies = stored_bodies()
    dangling = [
        reference
        for body in bodies.values()
        for reference in references(json.loads(body))
        if not reference.startswith("#") and reference not in bodies
    ]
    assert dangling == []


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def test_index_rows_are_what_the_extractor_finds(reports):
    for prefix, owner in (("", "patient_id, "), ("shared_", "")):
        for table, columns in TABLES.items():
            names_ = ", ".join(("param", *columns))
            stored = Counter(rows(f"SELECT {owner}resource_id, {names_} FROM {prefix}{table}"))
            expected = Counter(
                (*key, *row)
                for *key, body in rows(f"SELECT {owner}resource_id, body FROM {prefix}resource")
                for row in index_rows(index_values(parse_body(body)))[table]
            )
            assert stored == expected
    assert rows("SELECT count(*) > 10000 FROM index_token") == [(True,)]


def test_a_second_run_changes_nothing(files, reports):
    tables = ["resource", "shared_resource", *TABLES, *(f"shared_{name}" for name in TABLES)]
    tables += ["clinic", "clinic_patient", "resource_version", "client_id"]

    def state():
        return [rows(f"SELECT ctid, xmin, cmin FROM {name} ORDER BY ctid") for name in tables]

    before = state()
    counted = Counter()
    for text in files:
        counted.update(outcomes(import_bundle(text=text, now=NOW)))
    assert counted == {"unchanged": SENT - REPEATED, "kept": REPEATED}
    assert state() == before


def test_each_person_is_in_a_clinics_index(reports):
    entries = ClinicPatient.objects.in_bulk(patient_ids(reports))
    assert len(entries) == 11
    keepers = {ClinicId(entry.clinic_id) for entry in entries.values()}
    assert all(names(keepers).values())
    (lonnie,) = (entry for entry in entries.values() if entry.family == "Von")
    assert (lonnie.given, lonnie.sex, lonnie.snils) == ("Lonnie", "male", "")


def test_patients_records_have_their_sections(reports):
    summary = queries.sections(grant_of(*patient_ids(reports)))
    assert {
        Section.DIAGNOSES,
        Section.LABS,
        Section.VITALS,
        Section.EXAMS,
        Section.ORDERS,
        Section.PRESCRIPTIONS,
        Section.VACCINATIONS,
        Section.VISITS,
        Section.PAYMENTS,
        Section.PERSON,
    } <= set(summary)
    assert sum(one.count for one in summary.values()) == SENT - REPEATED - 204
    assert summary[Section.LABS].latest < NOW


def test_the_outcomes_are_told_by_type(reports):
    total = sum((report.counts for report in reports), Counter())
    assert total["Observation", Outcome.CREATED] == 1432
    assert total["Organization", Outcome.KEPT] == total["Practitioner", Outcome.KEPT] == 17
