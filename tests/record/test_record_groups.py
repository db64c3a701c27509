"""A Group: a clinic's list of its own patients, kept for the clinic alone."""

import json
from datetime import UTC, datetime, timedelta

import citizens
import pytest
from record_bundles import entry as bundle_entry
from record_bundles import rows, take_in
from record_taking import (
    LATER,
    body,
    delete,
    do,
    known,
    observation,
    patch,
    patient,
    patient_id,
    post,
    practitioner,
    put,
    sender,
    transact,
)

from medkarta.consents import actions as consents
from medkarta.consents.rules import Kind
from medkarta.fhir.patching.json_patch import json_patched
from medkarta.patients.models import Link
from medkarta.record.actions.destroying import destroy_due
from medkarta.record.destructions import KEPT
from medkarta.record.rules.groups import members_at
from medkarta.record.submissions import Taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return sender()


@pytest.fixture
def them():
    return sender("Больница № 2")


def group(*members, **more):
    named = [{"entity": {"reference": one}} for one in members]
    found = {"resourceType": "Group", "type": "person", "actual": True, **more}
    return found | ({"member": named} if named else {})


def test_a_clinic_keeps_a_list_of_its_patients_and_writes_it_again(us):
    one, other = known(us), known(us)
    made = do(us, post(group(one)))
    assert (made.status, body(made)["member"]) == (201, group(one)["member"])
    name = made.reference
    again = group(one, other) | {"id": name.partition("/")[2]}
    assert do(us, put(again)).version == 2
    operations = json.dumps([{"op": "remove", "path": "/member/0"}])
    patched = do(us, patch(name, lambda text: json_patched(text, operations)))
    assert body(patched)["member"] == group(other)["member"]
    assert do(us, delete(name)).status == 204


def test_a_patient_of_the_same_bundle_is_a_member(us):
    who, list_ = (
        "urn:uuid:11111111-2222-4333-8444-555555555555",
        group("urn:uuid:11111111-2222-4333-8444-555555555555"),
    )
    taken = transact(us, post(patient(), full_url=who), post(list_))
    assert isinstance(taken, Taken)
    made, kept = taken.answers
    assert body(kept)["member"] == group(made.reference)["member"]


def test_its_members_are_patients_that_the_clinic_keeps_and_nothing_else(us, them):
    mine, theirs = known(us), known(them)
    note = do(us, post(observation(mine))).reference
    doctor = do(us, post(practitioner())).reference
    elsewhere = "https://clinic.example/fhir/Patient/1"
    refusals = {one: do(us, post(group(mine, one))) for one in (theirs, note, doctor, elsewhere)}
    assert {one.status for one in refusals.values()} == {422}
    assert "neither in the bundle nor in the store" in refusals[theirs].words
    assert "no Patient that its clinic keeps" in refusals[doctor].words
    assert "no Patient that its clinic keeps" in refusals[elsewhere].words
    nowhere = f"Patient/{'-'.join(['a' * 26] * 2)}"
    absent = do(us, post(group(mine, nowhere)))
    assert absent.words.replace(nowhere, theirs) == refusals[theirs].words


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"type": "animal"}, "type person"),
        ({"actual": False}, "actual"),
        ({"member": [{"entity": {"display": "Anna"}}]}, "by a reference"),
        ({"member": [{"entity": {"identifier": {"value": "1"}}}]}, "by a reference"),
    ],
)
def test_what_is_no_list_of_patients_is_refused_in_words(us, more, said):
    refused = do(us, post(group() | more))
    assert refused.status == 422
    assert said in refused.words


def test_to_another_clinic_it_is_not_there(us, them):
    """Neither by its id, nor by a condition, nor for a reference to it."""
    named = {"identifier": [{"system": "urn:lists", "value": "7"}]}
    made = do(us, post(group(known(us), **named)))
    id_ = made.reference.partition("/")[2]
    theirs = group(known(them), **named)
    assert do(them, put(theirs | {"id": id_})).status == 404
    assert do(them, delete(made.reference)).status == 404
    condition = "identifier=urn:lists|7"
    assert do(them, delete(f"Group?{condition}")).version is None
    own = do(them, post(theirs, if_none_exist=condition))
    assert (own.status, own.reference == made.reference) == (201, False)
    note = observation(known(them), focus=[{"reference": made.reference}])
    assert do(them, post(note)).status == 422
    again = do(us, post(group(known(us)), if_none_exist=condition))
    assert (again.status, again.reference) == (200, made.reference)


def test_an_import_takes_none_as_it_has_no_clinic():
    report = take_in(bundle_entry(group()))
    (refused,) = report.refused
    assert "belongs to a clinic" in refused.words


def test_its_members_of_a_moment_are_those_whose_time_it_is():
    now = datetime(2026, 11, 26, tzinfo=UTC)
    members = [
        {"entity": {"reference": "Patient/a"}},
        {"entity": {"reference": "Patient/b"}, "inactive": True},
        {"entity": {"reference": "Patient/c"}, "period": {"end": "2026-11-25"}},
        {"entity": {"reference": "Patient/d"}, "period": {"start": "2026-11", "end": "2026-12"}},
        {"entity": {"reference": "Patient/e"}, "period": {"start": "2026-11-27"}},
    ]
    assert list(members_at({"member": members}, now)) == ["Patient/a", "Patient/d"]


def test_a_record_that_is_destroyed_leaves_no_name_in_it(us):
    citizen = citizens.consenting()
    hers, others = known(us), known(us)
    Link.objects.create(
        entry_id=patient_id(hers), person_id=citizen.person_id, linked_at=citizens.NOW
    )
    first, second = do(us, post(group(hers, others))), do(us, post(group(hers)))
    untouched = do(us, post(group(others)))
    do(us, put(group(hers) | {"id": second.reference.partition("/")[2]}), now=LATER)
    withdrawn = citizens.later(days=1)
    consents.withdraw(
        person_id=citizen.person_id,
        kind=Kind.PROCESSING,
        by=citizen.account_id,
        origin=citizens.ORIGIN,
        now=withdrawn,
    )
    assert destroy_due(now=withdrawn + KEPT + timedelta(days=1)) == 1
    name = hers.partition("/")[2]
    for table in ("shared_resource", "shared_resource_version"):
        assert rows(f"SELECT 1 FROM {table} WHERE body LIKE %s", f"%{name}%") == []
    assert rows("SELECT 1 FROM shared_index_reference WHERE target = %s", name) == []
    texts = dict(rows("SELECT resource_id::text, body FROM shared_resource ORDER BY recorded_at"))
    bodies = {one["id"]: one for one in map(json.loads, texts.values())}
    assert bodies[first.reference.partition("/")[2]]["member"] == group(others)["member"]
    assert "member" not in bodies[second.reference.partition("/")[2]]
    assert bodies[untouched.reference.partition("/")[2]] == body(untouched)
