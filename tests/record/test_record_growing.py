"""What is found by a condition, or was one patient's, and is of several people."""

import json

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
    post,
    put,
    sender,
)
from test_record_several import NUMBER, ONE, id_of, part, people, ref, visit

from medkarta.fhir.patching.json_patch import json_patched

pytestmark = pytest.mark.django_db


@pytest.fixture
def us():
    return sender()


class TestGrowing:
    """What was one patient's, and is called by a name of the sender's or found by a condition."""

    def test_by_the_senders_id_it_becomes_several_peoples(self, us):
        mother, child = known(us), known(us)
        alone = do(us, put(visit(mother) | {"id": "APP-1"}))
        stale = do(us, put(visit(mother, child) | {"id": "APP-1"}, if_match='W/"7"'))
        assert stale.status == 412
        more = visit(mother, child, comment="both") | {"id": "APP-1"}
        both = do(us, put(more, if_match='W/"1"'), now=LATER)
        assert (both.status, part(both.reference, mother)) == (201, alone.reference)
        assert [held(part(both.reference, one))[0] for one in (mother, child)] == [2, 1]
        again = do(us, put(visit(mother, child, status="fulfilled") | {"id": "APP-1"}), now=LATER)
        assert (again.reference, again.version) == (both.reference, 2)
        assert do(us, delete("Appointment/APP-1"), now=LATER).status == 204
        assert [held(part(both.reference, one)) for one in (mother, child)] == [None, None]

    def test_who_is_named_no_more_loses_it(self, us):
        mother, child, other = known(us), known(us), known(us)
        alone = do(us, put(visit(mother) | {"id": "APP-2"}))
        both = do(us, put(visit(child, other) | {"id": "APP-2"}), now=LATER)
        assert part(both.reference, mother) == alone.reference
        seen = [held(part(both.reference, one)) for one in (mother, child, other)]
        assert [one and one[0] for one in seen] == [None, 1, 1]

    def test_what_is_found_by_if_none_exist_stays_as_it_is(self, us):
        mother, child = sorted((known(us), known(us)))
        alone = do(us, post(visit(mother, **NUMBER)))
        met = do(us, post(visit(mother, child, **NUMBER), if_none_exist=ONE))
        assert (met.status, met.reference, met.version) == (200, alone.reference, 1)


class TestConditions:
    def test_a_part_is_not_written_by_its_id_in_a_condition(self, us):
        mother, child = known(us), known(us)
        made = do(us, post(visit(mother, child, **NUMBER)))
        mine = part(made.reference, mother)
        own = held(mine)[1]
        asked = f"Appointment?_id={id_of(mine)}"
        over = json.dumps([{"op": "replace", "path": "/status", "value": "fulfilled"}])
        tries = [
            put(own | {"comment": "x"}, asked),
            put(own | {"comment": "x"}, f"Appointment?{ONE}"),
            delete(asked),
            patch(asked, lambda text: json_patched(text, over)),
        ]
        answers = [do(us, one, now=LATER) for one in tries]
        assert {one.status for one in answers} == {422}
        assert all(f"part of {made.reference}" in one.words for one in answers)
        assert [held(part(made.reference, one))[0] for one in (mother, child)] == [1, 1]

    def test_the_resource_may_have_the_id_of_the_whole(self, us):
        mother, child = known(us), known(us)
        made = do(us, post(visit(mother, child, **NUMBER)))
        said = visit(mother, child, status="fulfilled", **NUMBER) | {"id": id_of(made.reference)}
        assert do(us, put(said, f"Appointment?{ONE}")).version == 2

    def test_it_is_looked_for_in_the_record_of_each_who_is_named(self, us):
        first, *others = sorted(known(us) for _ in range(3))
        made = do(us, post(visit(*others, **NUMBER)))
        again = do(us, put(visit(first, *others, **NUMBER), f"Appointment?{ONE}"), now=LATER)
        assert (again.reference, again.version) == (made.reference, 2)
        assert people(body(again)) == [first, *others]

    def test_so_is_what_it_refers_to(self, us):
        first, second = sorted(known(us) for _ in range(2))
        number = {"identifier": [{"system": "urn:notes", "value": "3"}]}
        note = do(us, post(observation(second, **number))).reference
        asked = ref("Observation?identifier=urn:notes|3")
        made = do(us, post(visit(first, second, supportingInformation=[asked])))
        assert body(made)["supportingInformation"] == [ref(note)]
        assert held(part(made.reference, second))[1]["supportingInformation"] == [ref(note)]


def test_an_update_may_say_again_what_is_no_part_of_theirs_any_more(us):
    mother, child = known(us), known(us)
    visited = do(us, post(visit(mother, child))).reference
    reply = {
        "resourceType": "AppointmentResponse",
        "id": "R-1",
        "appointment": ref(visited + "/_history/1"),
        "actor": ref(child),
        "participantStatus": "accepted",
    }
    first = do(us, put(reply))
    assert body(first)["appointment"] == ref(part(visited, child))  # whose versions are others
    do(us, put(visit(mother) | {"id": id_of(visited)}), now=LATER)
    second = do(us, put(reply | {"comment": "late"}), now=LATER)
    do(us, delete(visited), now=LATER)
    third = do(us, put(reply | {"comment": "later"}), now=LATER)
    assert [second.version, third.version] == [2, 3]
    assert body(third)["appointment"] == ref(part(visited, child))
