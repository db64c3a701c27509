"""One of several people has their record destroyed: the others keep theirs, and nobody's goes."""

import json
from datetime import timedelta

import citizens
import pytest
from record_bundles import rows
from record_taking import LATER, do, held, known, patient_id, post, put, sender
from test_record_about_anything import provenance
from test_record_several import id_of, part, people, ref, visit

from medkarta.consents import actions as consents
from medkarta.consents.rules import Kind
from medkarta.patients.models import Link
from medkarta.record.actions.destroying import destroy_due
from medkarta.record.destructions import KEPT

pytestmark = pytest.mark.django_db
NARRATIVE = {
    "status": "generated",
    "div": '<div xmlns="http://www.w3.org/1999/xhtml">canary</div>',
}


@pytest.fixture
def us():
    return sender()


def destroyed(*people_):
    """Each withdraws the consent to the processing, and its term is over."""
    withdrawn = citizens.later(days=1)
    for number, one in enumerate(people_, 1):
        citizen = citizens.consenting(number)
        Link.objects.create(
            entry_id=patient_id(one), person_id=citizen.person_id, linked_at=citizens.NOW
        )
        consents.withdraw(
            person_id=citizen.person_id,
            kind=Kind.PROCESSING,
            by=citizen.account_id,
            origin=citizens.ORIGIN,
            now=withdrawn,
        )
    assert destroy_due(now=withdrawn + KEPT + timedelta(days=1)) == len(people_)


def test_a_record_that_is_destroyed_leaves_the_others_theirs(us):
    hers, others = known(us), known(us)
    both = do(us, put(visit(hers, others) | {"id": "APP-1"}))
    told_of = do(us, post(provenance(both.reference, text=NARRATIVE))).reference
    alone = do(us, post(visit(hers, others)))
    do(us, put(visit(hers) | {"id": id_of(alone.reference)}), now=LATER)
    destroyed(hers)
    name = id_of(hers)
    for table in ("shared_resource", "shared_resource_version", "resource", "resource_version"):
        assert rows(f"SELECT 1 FROM {table} WHERE body LIKE %s", f"%{name}%") == []
    assert held(part(both.reference, others))[0] == 1
    (left,) = rows("SELECT body FROM shared_resource WHERE resource_type = 'Appointment'")
    assert people(json.loads(left[0])) == [others]
    assert rows("SELECT DISTINCT patient_id FROM resource_part") == [(patient_id(others),)]
    assert rows("SELECT 1 FROM shared_resource_version WHERE body LIKE %s", "%canary%") == []
    (about,) = rows("SELECT body FROM shared_resource WHERE resource_type = 'Provenance'")
    assert ("text" in json.loads(about[0]), "canary" in about[0]) == (False, False)
    assert held(part(told_of, others))[1]["target"] == [ref(part(both.reference, others))]
    told = do(us, put(visit(others, status="fulfilled") | {"id": "APP-1"}), now=LATER)
    assert (told.reference, held(part(both.reference, others))[1]["status"]) == (
        both.reference,
        "fulfilled",
    )


def test_when_all_are_gone_nothing_of_it_is_left(us):
    """Also of what names a whole alone, and nobody's entry."""
    both = known(us), known(us)
    visited = do(us, post(visit(*both))).reference
    do(us, put(visit(*both, comment="canary") | {"id": id_of(visited)}), now=LATER)
    do(us, post(provenance(visited, text=NARRATIVE)))
    destroyed(*both)
    for table in ("shared_resource", "shared_resource_version", "resource", "resource_part"):
        assert rows(f"SELECT 1 FROM {table}") == []
    assert rows("SELECT 1 FROM client_id") == []
