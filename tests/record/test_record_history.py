"""Versions under a Grant: what is restricted now is hidden in all of them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from record_bundles import NOW, asks, grant_of, observation, organization, patient, rows, take_in
from record_searching import committed, connecting

from medkarta.access.grants import Section
from medkarta.fhir.search.dates import Interval
from medkarta.foundation.ids import encode_uuid, logical_id
from medkarta.record import reading
from medkarta.record.actions.store import put
from medkarta.record.reading import HistoryWished
from medkarta.record.stored import parse_body
from medkarta.record.writing import Owner

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def record(request, django_db_blocker):
    """A patient with a value of two versions, one moved to another section, and one deleted."""
    request.getfixturevalue("django_db_setup")
    yield from committed(django_db_blocker, fill)


def fill():
    taken = take_in(
        organization(),
        patient(),
        observation(valueString="first"),
        observation(valueString="private", effectiveDateTime="2001"),
        observation(valueString="superfluous", effectiveDateTime="2002"),
    )
    (owner,) = taken.patient_ids
    kept = {
        parse_body(body)["valueString"]: (key, body)
        for key, body in rows(
            "SELECT resource_id, body FROM resource WHERE resource_type = 'Observation'"
        )
    }
    update(owner, *kept["first"], says="second")
    update(owner, *kept["private"], says="hidden", category="vital-signs")
    delete(kept["superfluous"][0])
    ((clinic, _),) = rows("SELECT resource_id, body FROM shared_resource")
    return owner, {name: logical_id(owner, key) for name, (key, _) in kept.items()} | {
        "clinic": encode_uuid(clinic)
    }


def update(owner, key, body, *, says, category="laboratory"):
    ((clinic,),) = rows("SELECT DISTINCT custodian_id FROM resource")
    text = re.sub('"(first|private)"', f'"{says}"', body).replace("laboratory", category)
    later = NOW + timedelta(days=1)
    put(owner=Owner(patient_id=owner, custodian_id=clinic), resource_id=key, text=text, now=later)


def delete(key):
    """A version without a body: what it was stays in its columns."""
    with connection.cursor() as cursor:
        columns = (
            "patient_id, resource_id, logical_id, resource_type, version, recorded_at, deleted,"
            " body, custodian_id, section, date, status, code_system, code"
        )
        cursor.execute(
            f"INSERT INTO resource_version ({columns}) SELECT {columns} FROM resource"
            " WHERE resource_id = %s",
            [key],
        )
        cursor.execute(
            "UPDATE resource SET deleted = true, body = '', version = 2,"
            " recorded_at = recorded_at + interval '1 day' WHERE resource_id = %s",
            [key],
        )
        cursor.execute("DELETE FROM index_token WHERE resource_id = %s", [key])


@pytest.fixture
async def database():
    async with await connecting() as connected:
        yield connected


def wished(key=None, **more):
    made = HistoryWished(
        resource_type="Observation", key=key, since=None, at=None, after=None, count=20
    )
    return replace(made, **more)


async def told(database, grant, **more):
    """(id, version, deleted) of a history."""
    found = await reading.history(database, grant, wished(**more))
    return [(one.id, one.version, one.deleted) for one in found.versions]


async def test_a_history_holds_all_versions_newest_first(record, database):
    owner, kept = record
    grant = grant_of(owner)
    key = kept["first"]
    assert await told(database, grant, key=key) == [(key, 2, False), (key, 1, False)]
    first = await reading.vread(database, grant, "Observation", key, 1)
    assert parse_body(first.body)["valueString"] == "first"
    assert await reading.vread(database, grant, "Observation", key, 3) is None
    assert (
        parse_body((await reading.read(database, grant, "Observation", key)).body)["valueString"]
        == "second"
    )


async def test_a_history_of_a_time_holds_what_was_present_then(record, database):
    """https://hl7.org/fhir/R4/http.html#history: `_at`. The second version came after a day."""
    owner, kept = record
    key, hour = kept["first"], timedelta(hours=1)

    async def versions(low, high):
        at = Interval(NOW + low, NOW + high)
        return [version for _, version, _ in await told(database, grant_of(owner), key=key, at=at)]

    (_, second), (_, first) = [
        (one.version, one.recorded_at - NOW)
        for one in (await reading.history(database, grant_of(owner), wished(key=key))).versions
    ]
    assert await versions(first - hour, first) == []
    assert await versions(first - hour, first + hour) == [1]
    assert await versions(first + hour, second) == [1]
    assert await versions(first + hour, second + hour) == [2, 1]
    assert await versions(second, second + hour) == [2]
    assert await versions(second + hour, second + 2 * hour) == [2]


async def test_the_history_of_a_type_comes_in_pages(record, database):
    grant = grant_of(record[0])
    whole = await told(database, grant)
    assert len(whole) == 6
    paged, after = [], None
    while True:
        page = await reading.history(database, grant, wished(count=2, after=after))
        paged += [(one.id, one.version, one.deleted) for one in page.versions]
        after = page.next
        if after is None:
            break
    assert paged == whole
    since = NOW + timedelta(hours=1)
    assert {version for _, version, _ in await told(database, grant, since=since)} == {2}


async def test_a_page_of_long_versions_is_shorter(record, database, monkeypatch):
    monkeypatch.setattr("medkarta.record.versions.LARGEST", 1)
    grant, after, paged = grant_of(record[0]), None, []
    while True:
        page = await reading.history(database, grant, wished(after=after))
        said = [one for one in page.versions if one.body]
        assert len(said) <= 1  # a deletion has no bytes
        paged += [(one.id, one.version, one.deleted) for one in page.versions]
        after = page.next
        if after is None:
            break
    monkeypatch.undo()
    assert paged == await told(database, grant)


async def test_a_deletion_is_told_and_its_resource_is_not_there(record, database):
    owner, kept = record
    grant = grant_of(owner)
    key = kept["superfluous"]
    assert await reading.read(database, grant, "Observation", key) is None
    assert await told(database, grant, key=key) == [(key, 2, True), (key, 1, False)]
    assert (await reading.vread(database, grant, "Observation", key, 2)).body == ""


async def test_what_is_restricted_now_is_hidden_in_all_versions(record, database):
    """B074: the value moved from the laboratory's to the vital signs."""
    owner, kept = record
    key = kept["private"]
    for section in Section:
        grant = grant_of(owner, sections=frozenset({section}))
        versions = [version for _, version, _ in await told(database, grant, key=key)]
        assert versions == ([2] if section is Section.VITALS else []), section
        assert await reading.vread(database, grant, "Observation", key, 1) is None
    both = grant_of(owner, sections=frozenset({Section.LABS, Section.VITALS}))
    assert len(await told(database, both, key=key)) == 2


LIMITS = {
    "nobody": lambda owner: grant_of(owner, patient_ids=frozenset()),
    "organisations": lambda owner: grant_of(owner, organisations=frozenset()),
    "types": lambda owner: grant_of(owner, types=frozenset({"Patient"})),
    "expiry": lambda owner: grant_of(owner, expires_at=NOW - timedelta(days=300)),
    "narrowed": lambda owner: grant_of(
        owner, narrowed={"Observation": (asks("Observation", "code=x"),)}
    ),
}


@pytest.mark.parametrize("limited", LIMITS.values(), ids=LIMITS)
async def test_no_version_and_no_deletion_is_told_beyond_the_grant(record, database, limited):
    owner, kept = record
    grant = limited(owner)
    assert await told(database, grant) == []
    for key in kept.values():
        assert await told(database, grant, key=key) == []
        assert await reading.read(database, grant, "Observation", key) is None
        for version in (1, 2):
            assert await reading.vread(database, grant, "Observation", key, version) is None


@pytest.mark.parametrize("key", ["", "-", "x" * 53, "'; DROP TABLE resource"])
async def test_an_id_that_nobody_gave_out_is_nobodys(record, database, key):
    grant = grant_of(record[0])
    assert await reading.read(database, grant, "Observation", key) is None
    assert await reading.vread(database, grant, "Observation", key, 1) is None
    assert await told(database, grant, key=key) == []
    assert await reading.shared_read(database, None, "Organization", key) is None
    assert await reading.shared_vread(database, None, "Organization", key, 1) is None
    assert (await reading.shared_history(database, None, wished(key))).versions == []


async def test_what_is_nobodys_is_read_without_a_grant(record, database):
    _, kept = record
    key = kept["clinic"]
    one = await reading.shared_read(database, None, "Organization", key)
    assert (parse_body(one.body)["id"], one.id, one.patient_id) == (key, key, None)
    assert await reading.shared_read(database, None, "Practitioner", key) is None
    assert (await reading.shared_vread(database, None, "Organization", key, 1)) == one
    history = await reading.shared_history(
        database, None, replace(wished(key), resource_type="Organization")
    )
    assert [one.version for one in history.versions] == [1]
    assert await reading.shared_read(database, None, "Observation", kept["first"]) is None
