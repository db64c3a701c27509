"""Resources of several people through the API: whole for their clinic, a part for each of them."""

import pytest
from bearers import app_token, system, system_token
from test_fhir_api_denials import NOWHERE, alike, told

from medkarta.audit.models import Entry
from medkarta.foundation.ids import decode_uuid, logical_id

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


def visit(*helds, **more):
    actors = [{"reference": f"Patient/{one.patient}", "display": one.canary} for one in helds]
    return {
        "resourceType": "Appointment",
        "status": "proposed",
        "participant": [{"actor": one, "status": "accepted"} for one in actors],
        **more,
    }


@pytest.fixture(scope="module")
def whole(world, machine, x):
    """The id of a visit of Anna's and Boris's at X; its first version was Anna's alone."""
    held = (world.anna_at_x, world.boris_at_x)
    made = machine.call("POST", "Appointment", x, visit(*held))
    assert made.status == 201, made.body
    id_ = made.json["id"]
    again = machine.call(
        "PUT", f"Appointment/{id_}", x, visit(*held, comment="both come") | {"id": id_}
    )
    assert (again.status, again.json["id"]) == (200, id_)
    return id_


def part(whole, held):
    return logical_id(held.patient_id, decode_uuid(whole))


class TestItsClinic:
    def test_reads_it_whole_and_as_it_was(self, world, machine, x, whole):
        name = f"Appointment/{whole}"
        read = machine.get(name, x)
        assert len(read.json["participant"]) == 2
        assert machine.get(name, x, if_none_match='W/"2"').status == 304
        first = machine.get(f"{name}/_history/1", x)
        assert (first.status, "comment" in first.json) == (200, False)
        versions = machine.get(f"{name}/_history", x).json["entry"]
        assert [one["resource"]["meta"]["versionId"] for one in versions] == ["2", "1"]
        assert machine.get(f"{name}/$meta", x).status == 200
        entry = {"request": {"method": "GET", "url": name}}
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
        (answer,) = machine.call("POST", "", x, bundle).json["entry"]
        assert answer["resource"] == read.json
        assert machine.get(f"Appointment?patient={world.anna_at_x.patient}", x).json["total"] == 1
        assert machine.get(f"Appointment?_id={whole}", x).status == 403

    @pytest.mark.parametrize("way", ["", "/_history/1", "/_history", "/$meta"])
    def test_leaves_a_line_with_each_who_shares_it(self, world, machine, x, whole, way):
        whose = {world.anna.person_id: world.anna_at_x, world.boris.person_id: world.boris_at_x}
        before = {one: Entry.objects.filter(person_id=one).count() for one in whose}
        assert machine.get(f"Appointment/{whole}{way}", x).status == 200
        for person_id, held in whose.items():
            lines = Entry.objects.filter(person_id=person_id).order_by("number")
            (line,) = lines[before[person_id] :]
            assert line.resources == [f"Appointment/{part(whole, held)}"]

    def test_reads_that_it_is_gone(self, world, machine, x):
        made = machine.call("POST", "Appointment", x, visit(world.anna_at_x, world.boris_at_x))
        name = f"Appointment/{made.json['id']}"
        assert machine.call("DELETE", name, x).status == 204
        assert machine.get(name, x).status == 404
        assert machine.get(f"{name}/_history/2", x).status == 410
        assert len(machine.get(f"{name}/_history", x).json["entry"]) == 2


def test_to_all_others_it_is_as_one_that_never_was(world, machine, whole):
    """Another clinic's system, apps of those who share it, and systems of X without the right."""
    names = {"kept by X": whole, "absent": NOWHERE}
    narrow = system_token(
        world.x, scopes=("system/Appointment.r?status=proposed", "system/Observation.cruds")
    )
    tokens = (system_token(world.y), app_token(world.anna), app_token(world.boris), narrow)
    people = (world.anna.person_id, world.boris.person_id)
    lines = Entry.objects.filter(person_id__in=people, actor_role="clinic-system")
    machine.get(f"Appointment/{whole}", tokens[-1])  # one of X knows that it is there
    before = lines.count()
    for token in tokens:
        for path in ("Appointment/{}", "Appointment/{}/_history", "Appointment/{}/_history/1"):
            answers = {
                key: told(machine.get(path.format(name), token), name)
                for key, name in names.items()
            }
            status, body = alike(answers)
            assert status == 404
            assert b"canary" not in body
        assert token is narrow or lines.count() == before
    foreign = system_token(world.y)
    for method in ("PUT", "DELETE"):
        answers = {
            key: told(
                machine.call(
                    method, f"Appointment/{name}", foreign, visit(world.anna_at_y) | {"id": name}
                ),
                name,
            )
            for key, name in names.items()
        }
        assert alike(answers)[0] == 404
    without = system_token(world.x, client=system(world.x), scopes=("system/Observation.rs",))
    assert machine.get(f"Appointment/{whole}", without).status == 403


def test_each_of_them_reads_their_own_part_and_nothing_of_the_others(world, machine, anna, whole):
    mine = part(whole, world.anna_at_x)
    ways = (
        f"Appointment/{mine}",
        f"Appointment/{mine}/_history",
        "Appointment",
        "Patient/$everything",
        f"Appointment?_id={mine}&_include=*",
        f"Patient?_revinclude=Appointment:actor&_id={world.anna_at_x.patient}",
    )
    for way in ways:
        heard = machine.get(way, anna)
        assert heard.status == 200, way
        assert mine in heard.body.decode()
        for hidden in (world.boris_at_x.canary, world.boris_at_x.patient, f'"{whole}"'):
            assert hidden not in heard.body.decode(), way
    theirs = part(whole, world.boris_at_x)
    assert machine.get(f"Appointment/{theirs}", anna).status == 404
    found = machine.get(f"Appointment?actor=Patient/{world.boris_at_x.patient}", anna).json
    assert found["total"] == 0


class TestValidating:
    def test_what_is_of_several_looks_into_each_record(self, world, machine, x):
        held, people = (world.anna_at_x, world.boris_at_x), (world.anna, world.boris)
        before = [Entry.objects.filter(person_id=one.person_id).count() for one in people]
        notes = [{"reference": f"Observation/{one.observation}"} for one in held]
        body = visit(*held, supportingInformation=notes)
        assert severities(machine.call("POST", "Appointment/$validate", x, body)) == ["information"]
        after = [Entry.objects.filter(person_id=one.person_id).count() for one in people]
        assert after == [one + 1 for one in before]
        about = {
            "resourceType": "Provenance",
            "target": notes,
            "recorded": "2026-11-01T09:00:00Z",
            "agent": [{"who": {"display": "МИС"}}],
        }
        assert severities(machine.call("POST", "Provenance/$validate", x, about)) == ["information"]

    def test_a_whole_is_there_for_its_clinic_alone(self, world, machine, x, whole):
        body = {
            "resourceType": "AppointmentResponse",
            "appointment": {"reference": f"Appointment/{whole}"},
            "participantStatus": "accepted",
        }
        path = "AppointmentResponse/$validate"
        place = ["AppointmentResponse.appointment.reference"]
        told = [
            [one["expression"] for one in machine.call("POST", path, token, body).json["issue"]]
            for token in (x, system_token(world.y), app_token(world.anna))
        ]
        assert [place in one for one in told] == [False, True, True]


def severities(heard):
    return [one["severity"] for one in heard.json["issue"]]
