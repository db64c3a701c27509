"""Rebuilding what search finds, out of the texts that are stored."""

import pytest
from django.db import connection
from record_bundles import rows
from record_taking import do, known, observation, organization, post, practitioner, put, sender

from medkarta.config.privileges import NEVER_REWRITTEN
from medkarta.foundation.ids import MalformedIdError
from medkarta.record.actions import reindexing
from medkarta.record.actions.reindexing import count_all, reindex
from medkarta.record.rows import TABLES

pytestmark = pytest.mark.django_db
DERIVED = (*TABLES, *(f"shared_{one}" for one in TABLES), "resource_tally", "clinic_identifier")
UNTOUCHED = ("resource", "resource_version", "shared_resource", "shared_resource_version")


@pytest.fixture
def stored():
    """Two patients with an Observation each, a Practitioner and an Organization."""
    us = sender()
    do(us, put(organization(us)))
    doctor = {"reference": do(us, post(practitioner())).reference}
    for number in "12":
        one = known(us, identifier=[{"system": "urn:card", "value": number}])
        value = {"value": 131, "unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"}
        coding = {"system": "http://loinc.org", "code": "718-7", "display": "Гемоглобин"}
        more = {"valueQuantity": value, "code": {"coding": [coding], "text": "Гемоглобин"}}
        do(us, post(observation(one, performer=[doctor], **more)))


def all_of(tables):
    return {table: sorted(map(str, rows(f"SELECT * FROM {table}"))) for table in tables}


def spoil():
    """No words, no targets, no numbers, and rows of what is not there any more."""
    for statement in (
        "DELETE FROM index_text",
        "DELETE FROM shared_index_token",
        "DELETE FROM clinic_identifier",
        "UPDATE index_reference SET target_id = NULL",
        "UPDATE index_token SET code = 'other' WHERE param = 'code'",
        "UPDATE resource_tally SET count = count + 1",
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.usefixtures("stored")
def test_it_makes_all_rows_as_a_write_makes_them_and_touches_no_text():
    before, texts = all_of(DERIVED), all_of(UNTOUCHED)
    assert all(before[table] for table in ("index_text", "index_reference", "shared_index_token"))
    spoil()
    batches = list(reindex())
    assert all_of(DERIVED) == before
    assert all_of(UNTOUCHED) == texts
    assert sum(one.count for one in batches) == count_all() == 6
    assert sum(one.mended for one in batches) == 3  # of the others nothing was spoilt


@pytest.mark.usefixtures("stored")
def test_a_resource_stands_where_it_would_be_filed_now():
    before = all_of((*DERIVED, *UNTOUCHED))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE resource SET section = 'other', date = '1990-01-01Z', status = 'x',"
            " code_system = 'x', code = 'x' WHERE resource_type = 'Observation'"
        )
        # As the application, which may not rewrite a row of these.
        cursor.execute(f"REVOKE UPDATE ON {', '.join(NEVER_REWRITTEN)} FROM CURRENT_USER")
    assert sum(one.mended for one in reindex()) == 2
    assert all_of((*DERIVED, *UNTOUCHED)) == before


@pytest.mark.usefixtures("stored")
def test_a_second_run_mends_nothing():
    before = all_of(DERIVED)
    assert sum(one.mended for one in reindex()) == 0
    assert all_of(DERIVED) == before


@pytest.mark.usefixtures("stored")
def test_a_run_that_was_cut_off_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr(reindexing, "_AT_ONCE", 1)
    before = all_of(DERIVED)
    spoil()
    run = reindex()
    first = [next(run) for _ in range(3)]
    run.close()
    others = list(reindex(after=first[-1].last))
    assert len({one.last for one in (*first, *others)}) == len(first) + len(others) == 6
    assert all_of(DERIVED) == before


@pytest.mark.usefixtures("stored")
def test_long_texts_go_in_small_batches(monkeypatch):
    monkeypatch.setattr(reindexing, "_LARGEST", 1)
    assert [one.count for one in reindex()] == [1] * 6


def test_what_no_run_has_told_is_no_place():
    with pytest.raises(MalformedIdError):
        list(reindex(after="nonsense"))
