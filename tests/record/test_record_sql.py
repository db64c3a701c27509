"""The builder of queries, without and within PostgreSQL."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from record_bundles import NOW, asks, grant_of

from medkarta.access.grants import Period, Section
from medkarta.record import counting, sql

ASKED = {
    "sections": counting.sections,
    "years": lambda grant: counting.years(grant, Section),
    "timeline": lambda grant: sql.timeline(
        grant, Section, sql.Stretch(start=NOW, end=NOW, before=None, limit=1)
    ),
    "by_ids": lambda grant: sql.by_ids(grant, [uuid4()]),
    "latest_by_code": lambda grant: sql.latest_by_code(grant, Section.LABS, "Observation"),
    "by_code": lambda grant: counting.by_code(grant, Section.LABS, "Observation"),
    "series": lambda grant: sql.series(grant, "Observation", ("s", "c"), 1),
    "referring": lambda grant: sql.referring(grant, "x", "Observation"),
    "mentioning": lambda grant: sql.mentioning(grant, "x", ["Observation"], 1),
    "linked": lambda grant: sql.linked(
        grant,
        sql.Link(kinds=("Condition",), params=("encounter",), target_types=("Encounter",)),
        ["x"],
        1,
    ),
    "in_state": lambda grant: sql.in_state(grant, ["Condition"], ["active"], 1),
    "listed": lambda grant: sql.listed(
        grant,
        sql.Kinds(resource_types=["Task"], states=["accepted"]),
        sql.Stretch(start=None, end=None, before=None, limit=1),
    ),
    "arrived": lambda grant: counting.arrived(grant, NOW, Section, 1),
    "received": counting.received,
}
COUNTED = {name: ASKED[name] for name in ("sections", "years", "received")}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_every_limit_of_the_grant_stands_in_every_patients_branch(asked):
    patients = [uuid4(), uuid4(), uuid4()]
    clinic = uuid4()
    grant = grant_of(
        *patients,
        organisations=frozenset({clinic}),
        period=Period(start=datetime(2001, 1, 1, tzinfo=UTC), end=NOW),
        types=frozenset({"Observation", "Condition"}),
        narrowed={"Observation": (asks("Observation", "category=x"),)},
    )
    made = asked(grant)
    for limit in (
        "NOT deleted",
        "resource_type = ANY(%s::text[])",
        "resource_type <> ALL(%s::text[]) OR resource_id IN (SELECT resource_id FROM index_token",
        "> statement_timestamp()",
        "section",
        "custodian_id = ANY",
        "date >= %s::timestamptz AND date < %s::timestamptz",
    ):
        assert all(limit in branch for branch in made.text.split("UNION ALL"))
    assert made.text.count("patient_id = %s::uuid") == len(patients)
    assert made.text.count("%s") == len(made.values)
    assert {value for value in made.values if value in patients} == set(patients)


@pytest.mark.parametrize("asked", COUNTED.values(), ids=COUNTED)
def test_what_is_not_limited_to_a_period_is_counted_out_of_tallies_with_every_other_limit(asked):
    patients, clinic = [uuid4(), uuid4()], uuid4()
    made = asked(grant_of(*patients, organisations=frozenset({clinic})))
    for limit in ("> statement_timestamp()", "section", "custodian_id = ANY", "resource_tally"):
        assert all(limit in branch for branch in made.text.split("UNION ALL"))
    assert made.text.count("patient_id = %s::uuid") == len(patients)
    assert {value for value in made.values if value in patients} == set(patients)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_no_patients_is_no_rows_and_not_all(asked):
    assert "WHERE FALSE" in asked(grant_of()).text


def test_nothing_from_outside_becomes_text():
    evil = "x'; DROP TABLE resource; --"
    made = sql.series(grant_of(uuid4()), evil, (evil, evil), 1)
    assert evil not in made.text
    assert made.values.count(evil) == 3


@pytest.fixture
def long_records():
    """Six patients with 2,000 values each, two of which are not final, and three came lately."""
    patients = [uuid4() for _ in range(6)]
    clinic = uuid4()
    with connection.cursor() as cursor:
        for owner in patients:
            cursor.execute(
                "INSERT INTO resource (patient_id, resource_id, logical_id, resource_type, version,"
                " recorded_at, deleted, body, custodian_id, section, date, status, code_system,"
                " code) SELECT %s, gen_random_uuid(), '', 'Observation', 1,"
                " %s::timestamptz + CASE WHEN n < 4 THEN '1' ELSE '-1' END::interval day, false,"
                " repeat('x', 800), %s, (ARRAY['labs', 'vitals'])[1 + n %% 2],"
                " now() - n * interval '1 hour',"
                " CASE WHEN n < 3 THEN 'preliminary' ELSE 'final' END, '', 'c' || n %% 40"
                " FROM generate_series(1, 2000) n",
                [owner, NOW, clinic],
            )
        cursor.execute("ANALYZE resource")
    return patients


def plan_of(asked):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (COSTS OFF) " + asked.text, asked.values)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("wished", [set(Section), {Section.LABS}], ids=["all", "one"])
def test_the_timeline_of_several_patients_reads_no_record_whole(wished, long_records):
    stretch = sql.Stretch(start=None, end=None, before=None, limit=20)
    plan = plan_of(sql.timeline(grant_of(*long_records[:3]), wished, stretch))
    index = "resource_date" if len(wished) > 1 else "resource_section_date"
    assert plan.count(f"Index Scan using {index} on resource") == 3
    assert "Bitmap" not in plan
    assert "Seq Scan" not in plan


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (lambda grant: sql.in_state(grant, ["Observation"], ["preliminary"], 9), "state_date"),
        (lambda grant: sql.latest_by_code(grant, Section.LABS, "Observation"), "section_code"),
        (lambda grant: counting.arrived(grant, NOW, Section, 9), "recorded"),
    ],
    ids=["in a state", "latest of each code", "arrived"],
)
def test_a_question_of_few_has_an_index_that_leads_to_them(asked, index, long_records):
    plan = plan_of(asked(grant_of(long_records[0])))
    assert f"resource_{index}" in plan
    assert "Seq Scan" not in plan
