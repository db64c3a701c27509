"""FHIR's logical id beside each resource: what answers are put together with."""

from importlib import import_module

import pytest
from record_bundles import rows
from record_taking import delete, do, known, observation, organization, post, put, sender

from medkarta.foundation.ids import encode_uuid, logical_id

pytestmark = pytest.mark.django_db
MIGRATION = import_module("medkarta.record.migrations.0006_logical_id")
OWNED = ("resource", "resource_version")
SHARED = ("shared_resource", "shared_resource_version")


@pytest.fixture
def stored():
    """Present, former and deleted versions, of a patient and of nobody."""
    us = sender()
    do(us, put(organization(us)))
    do(us, put({**organization(us), "name": "Другое название"}))
    one = known(us)
    made = do(us, post(observation(one))).reference
    changed = {**observation(one), "id": made.partition("/")[2], "status": "amended"}
    do(us, put(changed))
    do(us, delete(made))


@pytest.mark.usefixtures("stored")
class TestOfEveryVersion:
    def test_is_what_the_ids_are_written_as(self):
        for table in OWNED:
            found = rows(f"SELECT patient_id, resource_id, logical_id FROM {table}")
            assert found
            assert all(logical_id(who, what) == written for who, what, written in found)
        for table in SHARED:
            found = rows(f"SELECT resource_id, logical_id FROM {table}")
            assert found
            assert all(encode_uuid(what) == written for what, written in found)

    def test_is_what_an_older_store_is_filled_with(self):
        for table, written in MIGRATION.TABLES.values():
            pairs = rows(f"SELECT {written}, logical_id FROM {table}")
            assert pairs
            assert all(filled == held for filled, held in pairs)
