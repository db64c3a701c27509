"""A whole is read under a Grant of each who shares it, by its clinic, and in no other way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from record_bundles import grant_of
from record_searching import committed, connecting
from record_taking import do, known, patient_id, post, sender
from test_record_several import visit

from medkarta.foundation.ids import ClinicId, ResourceId, decode_uuid, encode_uuid, new_uuid
from medkarta.record import reading, reading_wholes
from medkarta.record.reading import HistoryWished
from medkarta.record.reading_wholes import Whole

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shared(request, django_db_blocker):
    """A whole with the Grants of both who share it."""
    request.getfixturevalue("django_db_setup")
    yield from committed(django_db_blocker, fill)


@pytest.fixture
async def database():
    async with await connecting() as connected:
        yield connected


def fill():
    us = sender()
    people = [known(us), known(us)]
    made = do(us, post(visit(*people)))
    return Whole(
        clinic_id=us.clinic_id,
        resource_type="Appointment",
        resource_id=ResourceId(decode_uuid(made.reference.partition("/")[2])),
        grants=tuple(grant_of(patient_id(one)) for one in people),
    )


def wished(key):
    return HistoryWished(
        resource_type="Appointment", key=key, since=None, at=None, after=None, count=5
    )


async def told(database, whole):
    """How many texts are read in each way."""
    read = await reading_wholes.read(database, whole)
    version = await reading_wholes.vread(database, whole, 1)
    found = await reading_wholes.history(database, whole, wished("…"))
    return [read is not None, version is not None, len(found.versions)]


async def test_it_takes_every_grant_and_the_clinic(shared, database):
    ended = datetime.now(UTC) - timedelta(seconds=1)
    first, second = shared.grants
    assert await told(database, shared) == [True, True, 1]
    for less in (
        replace(shared, grants=(first,)),
        replace(shared, grants=()),
        replace(shared, grants=(first, replace(second, expires_at=ended))),
        replace(shared, grants=(first, replace(second, types=frozenset({"Observation"})))),
        replace(shared, grants=(first, replace(second, narrowed={"Appointment": ()}))),
        replace(shared, clinic_id=ClinicId(new_uuid())),
        replace(shared, resource_type="Account"),
    ):
        assert await told(database, less) == [False, False, 0]


async def test_its_sharers_are_told_to_its_clinic_alone(shared, database):
    asked = ("Appointment", shared.resource_id)
    whose = {one for grant in shared.grants for one in grant.patient_ids}
    assert {*await reading_wholes.sharers(database, shared.clinic_id, *asked)} == whose
    assert await reading_wholes.sharers(database, ClinicId(new_uuid()), *asked) == []


async def test_among_what_is_shared_it_is_not_there(shared, database):
    """Not for its clinic either: there would be no line in anybody's log."""
    key = encode_uuid(shared.resource_id)
    for clinic_id in (None, shared.clinic_id):
        assert await reading.shared_read(database, clinic_id, "Appointment", key) is None
        assert await reading.shared_vread(database, clinic_id, "Appointment", key, 1) is None
        found = await reading.shared_history(database, clinic_id, wished(key))
        assert found.versions == []
