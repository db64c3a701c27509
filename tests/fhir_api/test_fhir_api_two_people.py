"""Resources that name two people: what is stored of them, and who sees what.

Of one that is about two, each has a part; otherwise what is another's is named in a record at most
as «Patient/…»: so nobody's record holds what another's says.
"""

import json

import pytest
from bearers import app_token, system_token

from medkarta.foundation.ids import decode_uuid, logical_id

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def x(world):
    """Keeps both."""
    return system_token(world.x)


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def boris(world):
    return app_token(world.boris)


@pytest.fixture(scope="module")
def named(world):
    """References by which the two and what is theirs are named."""
    return {
        "A": {"reference": f"Patient/{world.anna_at_x.patient}", "display": "Anna"},
        "B": {"reference": f"Patient/{world.boris_at_x.patient}"},
        "of A": {"reference": f"Observation/{world.anna_at_x.observation}"},
    }


def filled(resource, named):
    """The resource with references in the place of their names."""
    if isinstance(resource, str):
        return named.get(resource, resource)
    if isinstance(resource, list):
        return [filled(one, named) for one in resource]
    return {name: filled(value, named) for name, value in resource.items()}


SYSTEM = {"system": "urn:example:1", "code": "x"}
DAY = "2026-11-01T09:00:00Z"
OF_TWO = {
    "Appointment": {
        "status": "proposed",
        "participant": [
            {"actor": "A", "status": "accepted"},
            {"actor": "B", "status": "accepted"},
        ],
    },
    "Provenance": {"target": ["A", "B"], "recorded": DAY, "agent": [{"who": "B"}]},
    "AuditEvent": {
        "type": SYSTEM,
        "recorded": DAY,
        "agent": [{"requestor": "yes"}],
        "source": {"observer": {"display": "somebody"}},
        "entity": [{"what": "A"}, {"what": "B"}],
    },
}
OF_ONE_WITH_ANOTHERS = {
    "List": {"status": "current", "mode": "working", "subject": "B", "entry": [{"item": "of A"}]},
    "Composition": {
        "status": "final",
        "type": {"text": "words"},
        "subject": "B",
        "date": DAY,
        "author": ["B"],
        "title": "words",
        "section": [{"entry": ["of A"]}],
    },
    "Observation": {
        "status": "final",
        "code": {"text": "words"},
        "subject": "B",
        "hasMember": ["of A"],
    },
}
YES = {"yes": True}


@pytest.mark.parametrize("kind", OF_TWO)
def test_of_what_is_about_two_each_has_a_part_without_the_other(machine, world, x, named, kind):
    """B068: no reference to the other, no name, and no identifier."""
    sent = filled({"resourceType": kind, **OF_TWO[kind]}, named | YES)
    heard = machine.call("POST", kind, x, sent)
    assert heard.status == 201, heard.body
    of_anna, of_boris = world.anna_at_x, world.boris_at_x
    whole = decode_uuid(heard.json["id"])
    for who, mine, other in (
        (world.anna, of_anna, of_boris),
        (world.boris, of_boris, of_anna),
    ):
        read = machine.get(f"{kind}/{logical_id(mine.patient_id, whole)}", app_token(who))
        text = read.body.decode()
        assert (read.status, mine.patient in text, other.patient in text) == (200, True, False)
        assert ("Anna" in text) == (who is world.anna)


@pytest.mark.parametrize("kind", OF_ONE_WITH_ANOTHERS)
def test_what_is_another_patients_is_not_named(machine, x, named, kind):
    """B061, B068: nor in a transaction, nor by an update or a patch."""
    sent = filled({"resourceType": kind, **OF_ONE_WITH_ANOTHERS[kind]}, named)
    heard = machine.call("POST", kind, x, sent)
    assert (heard.status, "another patient's Observation" in heard.words) == (422, True)
    entry = {"resource": sent, "request": {"method": "POST", "url": kind}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    assert machine.call("POST", "", x, bundle).status == 422


def test_nor_does_an_update_or_a_patch_name_it(machine, world, x, named):
    path = f"Observation/{world.boris_at_x.observation}"
    before = machine.get(path, x)
    sent = {**before.json, "hasMember": [named["of A"]]}
    assert machine.call("PUT", path, x, sent).status == 422
    patch = json.dumps([{"op": "add", "path": "/hasMember", "value": [named["of A"]]}])
    heard = machine.call("PATCH", path, x, patch, content_type="application/json-patch+json")
    assert heard.status == 422
    assert machine.get(path, x).body == before.body


def test_nothing_moves_from_one_person_to_another(machine, world, x, named):
    """B074: who keeps both may not pour one's into the other's."""
    path = f"Observation/{world.boris_at_x.observation}"
    before = machine.get(path, x)
    sent = {**before.json, "subject": named["A"]}
    assert machine.call("PUT", path, x, sent).status in (404, 409, 422)
    patch = json.dumps([{"op": "replace", "path": "/subject", "value": named["A"]}])
    heard = machine.call("PATCH", path, x, patch, content_type="application/json-patch+json")
    assert heard.status in (409, 422)
    assert machine.get(path, x).body == before.body


def test_who_is_named_in_anothers_record_sees_nothing_of_it(machine, world, x, anna, boris, named):
    """B066, B068: a care team of Boris's with Anna in it."""
    team = filled(
        {"resourceType": "CareTeam", "subject": "B", "participant": [{"member": "A"}]}, named
    )
    made = machine.call("POST", "CareTeam", x, team)
    assert made.status == 201, made.body
    name = f"CareTeam/{made.json['id']}"
    me = world.anna_at_x.patient
    for path in (name, f"{name}/_history", f"{name}/$meta"):
        assert machine.get(path, anna).status == 404
    for path in (
        "CareTeam",
        f"CareTeam?participant=Patient/{me}",
        f"Patient?_id={me}&_has:CareTeam:participant:_id={made.json['id']}",
    ):
        heard = machine.get(path, anna)
        assert (heard.status, heard.json.get("total")) == (200, 0), path
    for path in (f"Patient?_id={me}&_revinclude=*", "Patient/$everything"):
        assert made.json["id"].encode() not in machine.get(path, anna).body
    seen = machine.get("CareTeam?_include=*&_include:iterate=*", boris)
    assert seen.json["total"] == 1
    assert world.anna_at_x.canary.encode() not in seen.body


def test_who_points_at_a_binary_gets_no_right_to_it(machine, world, x, anna, boris, named):
    """B073: a document of Boris's that points at a Binary of Anna's."""
    sent = {
        "resourceType": "Binary",
        "contentType": "text/plain",
        "securityContext": named["A"],
        "data": "Q2FuYXJ5",
    }
    binary = machine.call("POST", "Binary", x, sent)
    assert binary.status == 201, binary.body
    address = f"Binary/{binary.json['id']}"
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": named["B"],
        "content": [{"attachment": {"url": address}}],
    }
    made = machine.call("POST", "DocumentReference", x, document)
    told = [
        machine.get(path, boris, **headers)
        for path in (
            address,
            f"{address}/_history/1",
            f"Binary?_id={binary.json['id']}",
            "DocumentReference?_include=*",
            "Patient/$everything",
        )
        for headers in (
            *({}, {"range": "bytes=0-3"}, {"accept": "application/fhir+xml"}),
            {"accept": "text/plain"},  # of a Binary alone, whose bytes it asks for
        )
    ]
    assert not any(word in one.body for one in told for word in (b"Q2FuYXJ5", b"Canary"))
    assert {one.status for one in told[:8]} == {404}
    assert machine.get(address, anna).json["data"] == "Q2FuYXJ5"
    assert made.status in (201, 422)
