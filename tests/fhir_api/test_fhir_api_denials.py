"""What is absent, what is deleted and what is another's: one answer, byte for byte."""

import json

import pytest
from bearers import app_token, system_token

from medkarta.audit.models import Entry
from medkarta.foundation.ids import encode_uuid, new_uuid

pytestmark = pytest.mark.django_db
NOWHERE = encode_uuid(new_uuid())
JSON_PATCH = "application/json-patch+json"
CONDITIONS = {
    "nothing": {},
    "If-None-Match of a version": {"if_none_match": 'W/"1"'},
    "If-None-Match of anything": {"if_none_match": "*"},
    "If-Match of the version": {"if_match": 'W/"1"'},
    "If-Match of another": {"if_match": 'W/"7"'},
    "If-Modified-Since long ago": {"if_modified_since": "Mon, 01 Jan 1990 00:00:00 GMT"},
    "If-Modified-Since to come": {"if_modified_since": "Mon, 01 Jan 2035 00:00:00 GMT"},
    "a range": {"range": "bytes=0-10"},
}


def note(held, words="a note", **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "note"},
        "subject": {"reference": f"Patient/{held.patient}"},
        "note": [{"text": words}],
        **more,
    }


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def deleted(world, machine, x):
    """Was Anna's at X."""
    made = machine.call("POST", "Observation", x, note(world.anna_at_x))
    assert machine.call("DELETE", f"Observation/{made.json['id']}", x).status in (200, 204)
    return made.json["id"]


@pytest.fixture(scope="module")
def names(world, deleted):
    """Logical ids of Observations that an app of Anna's cannot tell from each other."""
    own = world.anna_at_x.patient.partition("-")[0]
    return {
        "absent": f"{NOWHERE}-{NOWHERE}",
        "absent in her own entry": f"{own}-{NOWHERE}",
        "of nobody": NOWHERE,
        "deleted": deleted,
        "Boris's": world.boris_at_x.observation,
        "of an entry without a person": world.stranger.observation,
        "Boris's of another type": world.boris_at_x.condition,
    }


def told(heard, name):
    """All that an answer says, but for the id that it echoes."""
    headers = {key: value for key, value in heard.headers.items() if key != "content-length"}
    return heard.status, headers, heard.body.replace(name.encode(), b"ID")


def alike(answers):
    """The one answer that they all are."""
    first, *others = answers.values()
    assert {key: one for key, one in answers.items() if one != first} == {}
    assert others
    status, headers, body = first
    assert not {"etag", "location", "last-modified", "content-location"} & headers.keys()
    return status, body


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "Observation/{}"),
        ("HEAD", "Observation/{}"),
        ("GET", "Observation/{}?_format=xml"),
        ("GET", "Observation/{}?_summary=true"),
        ("GET", "Observation/{}/_history/9"),
    ],
)
def test_reading_says_one_thing_of_all(machine, world, names, condition, method, path):
    """B055, B077: whatever the caller says it has of it."""
    anna = app_token(world.anna)
    answers = {
        key: told(machine.call(method, path.format(name), anna, **CONDITIONS[condition]), name)
        for key, name in names.items()
    }
    assert alike(answers)[0] == 404


def test_former_versions_and_histories_say_one_thing_of_all(machine, world, names):
    """What was Anna's and is deleted has a history, to her."""
    anna = app_token(world.anna)
    others = {key: name for key, name in names.items() if key != "deleted"}
    for path in ("Observation/{}/_history", "Observation/{}/_history/1"):
        answers = {
            key: told(machine.get(path.format(name), anna), name) for key, name in others.items()
        }
        assert alike(answers)[0] == 404


def test_searching_finds_one_nothing(machine, world, names):
    anna = app_token(world.anna)
    for path in ("Observation?_id={}", "Observation?_id={}&_total=accurate&_include=*"):
        answers = {
            key: told(machine.get(path.format(name), anna), name) for key, name in names.items()
        }
        assert alike(answers)[0] == 200


@pytest.fixture(scope="module")
def foreign(world):
    """Observations that clinic Y cannot tell from each other."""
    entry = world.boris_at_x.patient.partition("-")[0]
    return {
        "absent": f"{NOWHERE}-{NOWHERE}",
        "absent in another clinic's entry": f"{entry}-{NOWHERE}",
        "another clinic's": world.boris_at_x.observation,
        "another clinic's of the same person": world.anna_at_x.observation,
        "another type": world.boris_at_x.condition,
    }


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_writing_says_one_thing_of_all(machine, world, foreign, condition, method):
    """B077, B045: a clinic writes over nothing that it does not keep, and learns nothing by it."""
    y = system_token(world.y)
    answers = {}
    for key, name in foreign.items():
        body, headers = b"", dict(CONDITIONS[condition])
        if method == "PUT":
            body = note(world.anna_at_y, id=name)
        elif method == "PATCH":
            body = json.dumps([{"op": "replace", "path": "/status", "value": "amended"}])
            headers["content_type"] = JSON_PATCH
        heard = machine.call(method, f"Observation/{name}", y, body, **headers)
        answers[key] = told(heard, name)
    status, body = alike(answers)
    assert status in (404, 412)
    assert b"canary" not in body


def test_every_attempt_of_a_clinics_leaves_one_line(machine, world, foreign):
    """B077: a line is what takes time, so that there is one whether something is there or not."""
    y = system_token(world.y)
    for key, name in foreign.items():
        before = Entry.objects.count()
        assert machine.get(f"Observation/{name}", y).status == 404
        assert Entry.objects.count() == before + 1, key
    machine.get(f"Observation/{foreign['absent']}", y)
    line = Entry.objects.filter(person_id=world.y).latest("number")  # nobody else's log to be in
    assert (line.outcome, line.ground) == ("refused", "relation")
    assert line.resources == [f"Observation/{foreign['absent']}"]


def test_what_was_tried_changed_nothing(machine, world, x):
    for held in (world.boris_at_x, world.anna_at_x):
        assert machine.get(f"Observation/{held.observation}", x).headers["etag"] == 'W/"1"'


@pytest.fixture(scope="module")
def _identified(machine, world, x):
    """An Observation that X knows by a number of its own, and Y knows nothing of."""
    sent = note(world.boris_at_x, identifier=[{"system": "urn:clinic", "value": "77"}])
    assert machine.call("POST", "Observation", x, sent).status == 201


@pytest.mark.usefixtures("_identified")
class TestConditions:
    """B078: the search in a condition is made with the caller's rights."""

    @pytest.mark.parametrize("value", ["77", "78"])
    def test_find_nothing_of_another_clinics(self, machine, world, value):
        """There or not, it is made: none of another's is found."""
        y = system_token(world.y)
        sent = note(world.anna_at_y, identifier=[{"system": "urn:clinic", "value": value}])
        condition = f"identifier=urn:clinic|{value}"
        made = machine.call("POST", "Observation", y, sent, if_none_exist=condition)
        assert made.status == 201
        for method in ("PUT", "DELETE"):
            answers = [
                machine.call(
                    method,
                    f"Observation?subject=Patient/{world.boris_at_x.patient}&identifier={value}",
                    y,
                    note(world.boris_at_x) if method == "PUT" else b"",
                )
                for value in ("urn:clinic|77", "urn:clinic|78")
            ]
            said = {(one.status, one.body.replace(b"=78", b"=77")) for one in answers}
            assert len(said) == 1, said
            assert "location" not in answers[0].headers

    def test_are_not_for_who_may_not_search(self, machine, world):
        """200 or 201 would say what is there."""
        blind = system_token(world.x, scopes=("system/Observation.cud",))
        sent = note(world.boris_at_x)
        for value in ("urn:clinic|77", "urn:clinic|nothing"):
            condition = f"identifier={value}"
            heard = [
                machine.call("POST", "Observation", blind, sent, if_none_exist=condition),
                machine.call("PUT", f"Observation?{condition}", blind, sent),
                machine.call("DELETE", f"Observation?{condition}", blind),
            ]
            assert {one.status for one in heard} == {403}
            entry = {
                "resource": sent,
                "request": {"method": "POST", "url": "Observation", "ifNoneExist": condition},
            }
            bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
            (answer,) = machine.call("POST", "", blind, bundle).json["entry"]
            assert answer["response"]["status"].startswith("403")
        assert machine.call("POST", "Observation", blind, sent).status == 201


@pytest.mark.parametrize("member", ["hasMember", "focus", "performer", "subject"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "transaction"])
def test_what_is_sent_says_nothing_of_what_it_refers_to(machine, world, foreign, member, method):
    """B077: a reference to another clinic's is as one to nothing, also where it would be stored."""
    y = system_token(world.y)
    kind = "Observation" if member == "hasMember" else "Patient"
    names = foreign if kind == "Observation" else patients(world)
    own = f"Observation/{world.anna_at_y.observation}"
    answers = {}
    for key, name in names.items():
        reference = {"reference": f"{kind}/{name}"}
        sent = note(world.anna_at_y)
        sent[member] = reference if member == "subject" else [reference]
        heard = {
            "POST": lambda sent: machine.call("POST", "Observation", y, sent),
            "PUT": lambda sent: machine.call("PUT", own, y, {**sent, "id": own.partition("/")[2]}),
            "PATCH": lambda sent: machine.call(
                "PATCH",
                own,
                y,
                json.dumps([{"op": "add", "path": f"/{member}", "value": sent[member]}]),
                content_type=JSON_PATCH,
            ),
            "transaction": lambda sent: machine.call("POST", "", y, transaction(sent)),
        }[method](sent)
        answers[key] = told(heard, name)
    assert alike(answers)[0] == 422


def patients(world):
    """Ids of Patients that clinic Y cannot tell from each other."""
    return {
        "absent": f"{NOWHERE}-{NOWHERE}",
        "another clinic's": world.boris_at_x.patient,
        "another clinic's of the same person": world.anna_at_x.patient,
        "another clinic's of nobody": world.stranger.patient,
    }


def transaction(sent):
    entry = {"resource": sent, "request": {"method": "POST", "url": "Observation"}}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}


def test_an_id_or_a_key_that_another_chose_is_as_free_as_any(machine, world, x):
    """B077: two clinics may call their patients alike, and learn nothing of each other by it."""
    y = system_token(world.y)
    patient = {"resourceType": "Patient", "id": "chosen-1", "name": [{"family": "canary"}]}
    theirs = machine.call("PUT", "Patient/chosen-1", x, patient)
    assert theirs.status == 201
    answers = {}
    for name in ("chosen-1", "chosen-2"):
        deleted = machine.call("DELETE", f"Patient/{name}", y)
        read = machine.get(f"Patient/{name}", y)
        answers[name] = told(deleted, name), told(read, name)
    assert answers["chosen-1"] == answers["chosen-2"]
    mine = machine.call("PUT", "Patient/chosen-1", y, {"resourceType": "Patient", "id": "chosen-1"})
    assert mine.status == 201
    assert mine.json["id"] != theirs.json["id"]
    assert b"canary" not in mine.body
    keyed = [
        machine.call("POST", "Observation", token, note(held), idempotency_key="the same")
        for token, held in ((x, world.boris_at_x), (y, world.anna_at_y))
    ]
    assert [one.status for one in keyed] == [201, 201]
