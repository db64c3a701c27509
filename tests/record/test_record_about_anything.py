"""A Provenance and an AuditEvent are theirs whose is what they are about."""

import json
from itertools import pairwise
from unittest.mock import Mock
from unittest.mock import patch as patched

import pytest
from record_taking import (
    LATER,
    body,
    delete,
    do,
    held,
    known,
    observation,
    patch,
    patient_id,
    post,
    practitioner,
    put,
    sender,
    transact,
)
from test_record_several import URN, id_of, part, ref, visit

from medkarta.fhir.patching.json_patch import json_patched
from medkarta.fhir.search import compartment
from medkarta.record.intake import identity

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


def test_the_narrative_of_what_is_about_a_whole_is_in_no_part(us):
    mother, child = known(us), known(us)
    visited = do(us, post(visit(mother, child))).reference
    text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Оба</div>'}
    made = do(us, post(provenance(visited, text=text)))
    assert "text" in body(made)
    assert "text" not in held(part(made.reference, mother))[1]


def test_it_may_be_about_another_of_the_same_transaction(us):
    mother = known(us)
    urns = [URN, URN.replace("1111-", "2222-")]
    event = {
        "resourceType": "AuditEvent",
        "type": {"system": "urn:x", "code": "x"},
        "recorded": "2026-11-20T09:00:00Z",
        "agent": [{"requestor": True}],
        "source": {"observer": {"display": "МИС"}},
        "entity": [{"what": ref(urns[1])}],
    }
    taken = transact(
        us,
        post(event),
        post(provenance(urns[0]), full_url=urns[1]),
        post(observation(mother), full_url=urns[0]),
    )
    assert {patient_id(one.reference) for one in taken.answers} == {patient_id(mother)}


def test_a_patch_does_not_take_it_from_whom_it_is_about(us):
    mother, child = known(us), known(us)
    notes = [do(us, post(observation(one))).reference for one in (mother, child)]
    made = do(us, post(provenance(*notes)))
    doctor = do(us, post(practitioner())).reference
    for operation in (
        {"op": "remove", "path": "/target/1"},
        {"op": "replace", "path": "/target/0", "value": ref(doctor)},
    ):
        change = json.dumps([operation])
        refused = do(
            us, patch(made.reference, lambda text, change=change: json_patched(text, change))
        )
        assert (refused.status, "whose it is" in refused.words) == (422, True)
    more = json.dumps([{"op": "add", "path": "/target/-", "value": ref(doctor)}])
    assert do(us, patch(made.reference, lambda text: json_patched(text, more))).version == 2


def test_a_long_chain_is_settled_in_its_order_and_a_circle_is_refused(us):
    """Each is looked at once or twice, and not once for each of the others."""
    urns = [f"urn:uuid:00000000-0000-4000-8000-{number:012}" for number in range(400)]
    chain = [post(provenance(two), full_url=one) for one, two in pairwise(urns)]
    note = post(observation(known(us)), full_url=urns[-1])
    asked = Mock(side_effect=compartment.things_named)
    with patched.object(identity, "things_named", asked):
        taken = transact(us, *chain, note)
    assert len({patient_id(one.reference) for one in taken.answers}) == 1
    assert asked.call_count < 6 * len(chain)
    circle = [
        post(provenance(urns[1]), full_url=urns[0]),
        post(provenance(urns[0]), full_url=urns[1]),
    ]
    assert all("names none" in one.words for _, one in transact(us, *circle).refusals)
