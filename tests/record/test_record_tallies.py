"""Tallies say what the resources say, whatever was written, under every Grant."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import connection, transaction
from record_bundles import (
    NOW,
    PATIENT,
    entry,
    everything,
    grant_of,
    observation,
    of_type,
    organization,
    patient,
    rows,
    take_in,
)

from medkarta.access.grants import EVERYTHING, Period, Section
from medkarta.record import queries
from medkarta.record.actions.recount import recount_everybody
from medkarta.record.actions.store import put
from medkarta.record.writing import Owner

pytestmark = pytest.mark.django_db

HELD = "SELECT patient_id, section, custodian_id, year, count, latest, received FROM resource_tally"
COUNTED = """
SELECT patient_id, section, custodian_id,
  extract(year FROM date AT TIME ZONE 'Europe/Moscow')::int AS year,
  count(*), max(date), max(recorded_at)
FROM resource WHERE NOT deleted GROUP BY 1, 2, 3, 4
"""
ALWAYS = Period(start=datetime.min.replace(tzinfo=UTC), end=datetime.max.replace(tzinfo=UTC))
LATER = NOW + timedelta(days=400)


def assert_exact():
    assert sorted(rows(HELD)) == sorted(rows(COUNTED)) != []


def visit(start):
    resource = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": PATIENT},
        "period": {"start": start},
    }
    return entry(resource)


@pytest.fixture
def taken():
    other = "urn:uuid:33333333-3333-4333-8333-333333333333"
    again = "urn:uuid:55555555-5555-4555-8555-555555555555"
    found = take_in(
        organization(),
        organization(full_url=other, name="Поликлиника № 2"),
        patient(),
        patient(full_url=again, clinic=other),
        observation(effectiveDateTime="1999-12-31T22:30:00Z"),
        observation(effectiveDateTime="1999-12-31T20:30:00Z"),
        observation(effectiveDateTime="2024-05-06"),
        observation(of=again, effectiveDateTime="2024-06-06"),
        visit("2024-05-06T07:00:00Z"),
        visit("0001-06-01T00:00:00Z"),
        visit("9999-12-31T23:59:59Z"),
    )
    assert found.refused == []
    return found.patient_ids


@pytest.fixture
def owner(taken):
    (who,) = of_type("Patient", taken[0])
    return Owner(patient_id=who.patient_id, custodian_id=who.custodian_id)


def value(owner, date, category="laboratory"):
    (who,) = of_type("Patient", owner.patient_id)
    return (
        '{"resourceType": "Observation", "status": "final", "code": {"text": "Вес"},'
        f' "category": [{{"coding": [{{"code": "{category}"}}]}}],'
        f' "subject": {{"reference": "Patient/{who.logical_id}"}}, "effectiveDateTime": "{date}"}}'
    )


@pytest.mark.usefixtures("taken")
def test_an_import_is_counted_with_its_years_by_moscows_clock():
    assert_exact()
    assert {year for (year,) in rows("SELECT year FROM resource_tally")} >= {1, 1999, 2000, 10000}


def test_a_new_version_leaves_one_group_for_another(owner):
    key = uuid4()
    put(owner=owner, resource_id=key, text=value(owner, "2025-01-01"), now=NOW)
    assert_exact()
    put(owner=owner, resource_id=key, text=value(owner, "2019-01-01", "vital-signs"), now=LATER)
    assert_exact()
    years = dict(queries.years(grant_of(owner.patient_id), [Section.VITALS]))
    assert years == {2019: 1}
    assert 2025 not in dict(queries.years(grant_of(owner.patient_id), [Section.LABS]))


def test_the_newest_is_told_anew_when_it_becomes_older(owner):
    key = uuid4()
    put(owner=owner, resource_id=key, text=value(owner, "2024-12-31"), now=NOW)
    put(owner=owner, resource_id=key, text=value(owner, "2024-01-01"), now=LATER)
    assert_exact()


def test_whatever_is_written_in_whatever_order_is_exact(owner):
    chance = random.Random(5)
    keys = [uuid4() for _ in range(6)]
    for turn in range(40):
        date = f"{chance.randint(2018, 2022)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        category = chance.choice(["laboratory", "vital-signs", "exam"])
        text = value(owner, date, category)
        now = NOW + timedelta(minutes=turn)
        put(owner=owner, resource_id=chance.choice(keys), text=text, now=now)
    assert_exact()


def test_a_write_that_is_taken_back_takes_its_counting_back(owner):
    before = sorted(rows(HELD))
    with transaction.atomic():
        put(owner=owner, resource_id=uuid4(), text=value(owner, "2025-01-01"), now=NOW)
        transaction.set_rollback(True)
    assert sorted(rows(HELD)) == before


def test_every_grant_is_answered_as_the_resources_answer_it(taken):
    """The period of all times has the resources counted, and none of them is outside it."""
    clinics = {one.custodian_id for one in everything(*taken)}
    opened = ((), taken[:1], taken[1:], taken)
    sections = (set(), {Section.LABS}, {Section.VISITS, Section.PERSON}, set(Section))
    keepers = (EVERYTHING, frozenset(), frozenset({min(clinics)}), frozenset(clinics))
    told = Counter()
    for whose, some, kept in product(opened, sections, keepers):
        limits = {"sections": frozenset(some), "organisations": kept}
        free = grant_of(*whose, **limits)
        bounded = grant_of(*whose, period=ALWAYS, **limits)
        for asked in (queries.sections, lambda g: queries.years(g, Section), queries.received):
            answer = asked(bounded)
            assert asked(free) == answer
            told[bool(answer)] += 1
    assert min(told[True], told[False]) > 20


def test_a_period_is_exact_to_the_moment(taken):
    end = datetime(1999, 12, 31, 22, tzinfo=UTC)
    period = Period(start=datetime(1999, 1, 1, tzinfo=UTC), end=end)
    assert queries.years(grant_of(*taken, period=period), Section) == [(1999, 1)]


@pytest.mark.usefixtures("taken")
def test_recounting_mends_what_is_wrong_and_says_how_much_was():
    assert set(recount_everybody()) == {False}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE resource_tally SET count = count + 1 WHERE section = 'visits'")
        cursor.execute(
            "INSERT INTO resource_tally VALUES (%s, 'labs', %s, 2020, 5, now(), now())",
            [uuid4(), uuid4()],
        )
    assert Counter(recount_everybody()) == {True: 2, False: 1}
    assert_exact()
    assert set(recount_everybody()) == {False}
