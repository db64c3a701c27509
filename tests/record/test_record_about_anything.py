"""A Provenance and an AuditEvent are theirs whose is what they are about."""

import pytest
from record_taking import (
    LATER,
    body,
    delete,
    do,
    held,
    known,
    observation,
    patient_id,
    post,
    practitioner,
    put,
    sender,
    transact,
)
from test_record_several import URN, id_of, part, ref, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return sender()


def provenance(*about, **more):
    return {
        "resourceType": "Provenance",
        "target": [ref(one) for one in about],
        "recorded": "2026-11-20T09:00:00Z",
        "agent": [{"who": {"display": "МИС"}}],
        **more,
    }


def test_it_needs_to_name_no_patient(us):
    mother = known(us)
    note = do(us, post(observation(mother))).reference
    made = do(us, post(provenance(note)))
    assert (made.status, patient_id(made.reference)) == (201, patient_id(mother))
    taken = transact(us, post(observation(mother), full_url=URN), post(provenance(URN)))
    assert patient_id(taken.answers[1].reference) == patient_id(mother)
    none = do(us, post(provenance(do(us, post(practitioner())).reference)))
    assert (none.status, "names none" in none.words) == (422, True)
    nowhere = do(us, post(provenance(note, "Observation/of-nobody")))
    assert (nowhere.status, "neither in the bundle" in nowhere.words) == (422, True)


def test_it_is_shared_by_those_whose_it_is_about(us):
    mother, child = known(us), known(us)
    note = do(us, post(observation(child))).reference
    made = do(us, post(provenance(mother, note)))
    assert held(part(made.reference, mother))[1]["target"] == [ref(mother)]
    assert held(part(made.reference, child))[1]["target"] == [ref(note)]


def test_of_a_whole_it_is_a_whole(us):
    mother, child = known(us), known(us)
    visited = do(us, post(visit(mother, child))).reference
    made = do(us, post(provenance(visited)))
    assert body(made)["target"] == [ref(visited)]
    for who in (mother, child):
        seen = held(part(made.reference, who))[1]
        assert seen["target"] == [ref(part(visited, who))]


def test_an_update_may_say_again_what_is_gone(us):
    mother = known(us)
    note, other = (do(us, post(observation(mother))).reference for _ in range(2))
    made = do(us, post(provenance(note, other)))
    do(us, delete(note))
    changed = provenance(note, other, policy=["urn:policy"]) | {"id": id_of(made.reference)}
    assert do(us, put(changed), now=LATER).version == 2
