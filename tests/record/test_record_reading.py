"""Nothing is read that the Grant does not open, by no query."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from record_bundles import NOW, PATIENT, asks, grant_of, observation, organization, patient, take_in

from medkarta.access.grants import Period, Section
from medkarta.foundation.ids import parse_logical_id
from medkarta.record import queries, tallies
from medkarta.record.stored import Cursor, MalformedCursorError

pytestmark = pytest.mark.django_db

OTHER_CLINIC = "urn:uuid:33333333-3333-4333-8333-333333333333"
TYPES = ("Patient", "Observation", "Encounter", "DiagnosticReport")
HAEMOGLOBIN = ("http://loinc.org", "718-7")


@pytest.fixture
def mine():
    """Three laboratory values, the middle one from the past century, and a visit."""
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": PATIENT},
        "period": {"start": "2024-05-06T07:00:00Z"},
    }
    first = "urn:uuid:44444444-4444-4444-8444-444444444444"
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "category": [{"coding": [{"code": "LAB"}]}],
        "code": {"text": "Общий анализ крови"},
        "subject": {"reference": PATIENT},
        "effectiveDateTime": "2024-05-06",
        "result": [{"reference": first}],
    }
    taken = take_in(
        organization(),
        patient(),
        observation(full_url=first, effectiveDateTime="2024-05-06"),
        observation(effectiveDateTime="1999-12-31T22:30:00Z"),
        observation(effectiveDateTime="2023-01-01", status="entered-in-error"),
        {"fullUrl": f"urn:uuid:{uuid4()}", "resource": encounter, "request": _post("Encounter")},
        {
            "fullUrl": f"urn:uuid:{uuid4()}",
            "resource": report,
            "request": _post("DiagnosticReport"),
        },
    )
    assert taken.refused == []
    return taken.patient_ids[0]


@pytest.fixture
def anothers():
    """The canary: another patient, of another clinic."""
    who = "urn:uuid:55555555-5555-4555-8555-555555555555"
    taken = take_in(
        organization(full_url=OTHER_CLINIC, name="Поликлиника № 2"),
        patient(full_url=who, clinic=OTHER_CLINIC),
        observation(of=who),
    )
    return taken.patient_ids[0]


def _post(kind):
    return {"method": "POST", "url": kind}


def everything_read(grant, *, knowing):
    """Whatever any query answers under a Grant, asked by one who knows all ids."""
    opened = grant_of(*knowing)
    ids = {one.logical_id: one for one in _timeline(opened)}
    found = {one.logical_id for one in _timeline(grant)}
    found |= set(queries.by_ids(grant, ids))
    found |= {key for key, one in ids.items() if queries.read(grant, one.resource_type, key)}
    for section in Section:
        for kind in {one.resource_type for one in ids.values()}:
            for latest in queries.latest_by_code(grant, section=section, resource_type=kind):
                found |= {latest.resource.logical_id}
                found |= {latest.previous.logical_id} if latest.previous else set()
    series = queries.series(
        grant, resource_type="Observation", code_system=HAEMOGLOBIN[0], code=HAEMOGLOBIN[1]
    )
    found |= {one.logical_id for one in series}
    for target in ids:
        for kind in ("DiagnosticReport", "Observation", "Encounter"):
            referring = queries.referring(grant, target=target, resource_type=kind)
            found |= {one.logical_id for one in referring}
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    arrived = queries.arrived(grant, since=long_ago, sections=Section, limit=100)
    counted = (
        sum(summary.count for summary in queries.sections(grant).values()),
        sum(count for _, count in queries.years(grant, Section)),
        arrived.count,
    )
    assert len(arrived.items) == arrived.count
    found |= {one.logical_id for one in arrived.items}
    return found, counted


def _timeline(grant):
    return queries.timeline(grant, sections=Section, limit=100).items


def test_a_grant_opens_its_patients_and_no_others(mine, anothers):
    own, counted = everything_read(grant_of(mine), knowing=[mine, anothers])
    assert {parse_logical_id(key)[0] for key in own} == {mine}
    assert counted == (6, 6, 6)
    both, counted = everything_read(grant_of(mine, anothers), knowing=[mine, anothers])
    assert {parse_logical_id(key)[0] for key in both} == {mine, anothers}
    assert counted == (8, 8, 8)


@pytest.mark.parametrize(
    "limits",
    [
        {"patient_ids": frozenset()},
        {"sections": frozenset()},
        {"organisations": frozenset()},
        {"types": frozenset()},
        {"narrowed": dict.fromkeys(TYPES, ())},
        {"period": Period(start=NOW, end=NOW)},
        {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
    ],
    ids=["patients", "sections", "organisations", "types", "narrowed", "period", "expiry"],
)
def test_what_is_empty_or_over_opens_nothing(mine, limits):
    grant = grant_of(mine, **limits)
    assert everything_read(grant, knowing=[mine]) == (set(), (0, 0, 0))
    assert queries.count_by_code(grant, section=Section.LABS, resource_type="Observation") == {}


def test_sections_limit_every_query(mine):
    found, counted = everything_read(
        grant_of(mine, sections=frozenset({Section.VISITS})), knowing=[mine]
    )
    assert len(found) == 1
    assert counted == (1, 1, 1)


def test_a_section_that_the_grant_lacks_is_empty_when_asked_for(mine):
    grant = grant_of(mine, sections=frozenset({Section.VISITS}))
    page = queries.timeline(grant, sections={Section.LABS}, limit=10)
    assert page.items == []
    assert queries.years(grant, {Section.LABS}) == []


def test_types_limit_every_query(mine):
    found, counted = everything_read(grant_of(mine, types=frozenset({"Encounter"})), knowing=[mine])
    assert len(found) == 1
    assert counted == (1, 1, 1)


def test_tokens_of_a_narrowed_type_limit_every_query(mine):
    final = asks("Observation", "status=final")
    grant = grant_of(mine, narrowed={"Observation": (final,), "Encounter": ()})
    found, counted = everything_read(grant, knowing=[mine])
    assert len(found) == 4  # the person, the report and two values: one is entered in error
    assert counted == (4, 4, 4)


def test_organisations_limit_every_query(mine, anothers):
    keeper = _timeline(grant_of(mine))[0].custodian_id
    grant = grant_of(mine, anothers, organisations=frozenset({keeper}))
    found, counted = everything_read(grant, knowing=[mine, anothers])
    assert {parse_logical_id(key)[0] for key in found} == {mine}
    assert counted == (6, 6, 6)


def test_the_period_limits_every_query(mine):
    period = Period(start=datetime(1999, 1, 1, tzinfo=UTC), end=datetime(2000, 1, 1, tzinfo=UTC))
    found, counted = everything_read(grant_of(mine, period=period), knowing=[mine])
    assert len(found) == 1
    assert counted == (1, 1, 1)


def test_deleted_resources_are_not_there(mine):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE resource SET deleted = true, body = ''")
    assert tallies.recount_all(mine)
    assert everything_read(grant_of(mine), knowing=[mine]) == (set(), (0, 0, 0))


def test_reading_by_another_type_finds_nothing(mine):
    one = next(o for o in _timeline(grant_of(mine)) if o.resource_type == "Observation")
    assert queries.read(grant_of(mine), "Observation", one.logical_id) == one
    assert queries.read(grant_of(mine), "Condition", one.logical_id) is None


@pytest.mark.parametrize("wrong", ["", "-", "x" * 53, "a-b", "..", "'; DROP TABLE resource"])
def test_an_id_that_nobody_gave_out_is_nobodys(mine, wrong):
    assert queries.read(grant_of(mine), "Observation", wrong) is None
    assert queries.shared([wrong]) == {}


def test_pages_of_the_timeline_hold_everything_once_newest_first(mine, anothers):
    grant = grant_of(mine, anothers)
    whole = _timeline(grant)
    assert whole == sorted(whole, key=lambda one: (-one.date.timestamp(), one.resource_id))
    paged, before = [], None
    while True:
        page = queries.timeline(grant, sections=Section, before=before, limit=3)
        paged += page.items
        if page.after is None:
            break
        before = Cursor.parse(str(page.after))
    assert paged == whole


@pytest.mark.parametrize("text", ["", "_", "1_x", "x_" + "a" * 26, "9" * 30 + "_" + "a" * 26])
def test_a_cursor_that_nobody_gave_out_is_refused(text):
    with pytest.raises(MalformedCursorError):
        Cursor.parse(text)


def test_years_are_those_of_moscow(mine):
    labs = {Section.LABS}
    # 22:30 in Greenwich on the last evening of 1999 is the first night of 2000 in Moscow.
    assert queries.years(grant_of(mine), labs) == [(2024, 2), (2023, 1), (2000, 1)]
    page = queries.timeline(grant_of(mine), sections=labs, year=2000, limit=10)
    assert [one.date.year for one in page.items] == [1999]
    for odd in (-5, 0, 9999, 10**9):
        assert queries.timeline(grant_of(mine), sections=labs, year=odd, limit=10).items == []


def test_the_latest_of_a_code_comes_with_the_one_before_and_without_errors(mine):
    (latest,) = queries.latest_by_code(
        grant_of(mine), section=Section.LABS, resource_type="Observation"
    )
    assert latest.resource.date.year == 2024
    assert latest.previous is not None
    assert latest.previous.date.year == 1999
    counts = queries.count_by_code(
        grant_of(mine), section=Section.LABS, resource_type="Observation"
    )
    assert counts == {HAEMOGLOBIN: 2}
    series = queries.series(
        grant_of(mine), resource_type="Observation", code_system=HAEMOGLOBIN[0], code="718-7"
    )
    assert [one.date.year for one in series] == [2024, 1999]


def test_a_concept_without_a_code_is_known_by_its_text(mine):
    (latest,) = queries.latest_by_code(
        grant_of(mine), section=Section.LABS, resource_type="DiagnosticReport"
    )
    assert (latest.resource.code_system, latest.resource.code) == ("", "Общий анализ крови")


def test_a_report_is_found_by_its_result(mine):
    grant = grant_of(mine)
    (report,) = (one for one in _timeline(grant) if one.resource_type == "DiagnosticReport")
    target = report.data["result"][0]["reference"].removeprefix("Observation/")
    assert queries.by_ids(grant, [target])[target].resource_type == "Observation"
    assert queries.referring(grant, target=target, resource_type="DiagnosticReport") == [report]


def test_organisations_are_read_without_a_grant(mine):
    (who,) = (one for one in _timeline(grant_of(mine)) if one.resource_type == "Patient")
    clinic = who.data["managingOrganization"]["reference"].removeprefix("Organization/")
    assert queries.shared([clinic, clinic])[clinic]["name"] == "Поликлиника № 1"


def test_a_patients_resource_is_never_shared(mine):
    ids = [one.logical_id for one in _timeline(grant_of(mine))]
    assert queries.shared(ids) == {}


def test_each_query_is_one_statement(mine, django_assert_num_queries):
    grant = grant_of(mine)
    with django_assert_num_queries(1):
        queries.timeline(grant, sections=Section, limit=10)
    with django_assert_num_queries(1):
        queries.latest_by_code(grant, section=Section.LABS, resource_type="Observation")
