"""Groups through the API: their clinic alone reads them, and has their members exported.

What other roles see of them by each way is in the matrix.
"""

import pytest
from bearers import app_token, system_token
from exporting import asked, exported, kick_off, lines_of, parameters, work
from test_fhir_api_denials import NOWHERE, alike, told
from test_fhir_api_writing import note

from medkarta.audit import queries as audit
from medkarta.exports.actions import writing
from medkarta.exports.models import Export

pytestmark = pytest.mark.django_db
CODED = {"coding": [{"system": "urn:lists", "code": "registry"}]}


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture
def exporter(world):
    """A system of X's with no export yet."""
    return system_token(world.x)


@pytest.fixture(scope="module")
def group(world, machine, x):
    """The id of one of Anna's entry and the stranger's, at X."""
    return made(machine, x, world.anna_at_x, world.stranger)


@pytest.fixture
def one_by_one(monkeypatch):
    """A slice is of one entry."""
    monkeypatch.setattr(writing, "_MOST_ENTRIES", 1)
    monkeypatch.setattr(writing, "_AT_ONCE", 1)


def made(machine, token, *helds, **more):
    sent = {
        "resourceType": "Group",
        "type": "person",
        "actual": True,
        "code": CODED,
        "name": "canary of a list",
        "member": [{"entity": {"reference": f"Patient/{one.patient}"}} for one in helds],
        **more,
    }
    heard = machine.call("POST", "Group", token, sent)
    assert heard.status == 201, heard.body
    return heard.json["id"]


def of(group):
    return f"Group/{group}/$export"


class TestItsClinic:
    def test_reads_and_finds_it(self, world, machine, x, group):
        assert machine.get(f"Group/{group}", x).json["name"] == "canary of a list"
        for query in (
            f"_id={group}",
            f"member=Patient/{world.anna_at_x.patient}",
            "code=urn:lists|registry",
            f"member:Patient._id={world.anna_at_x.patient}",
        ):
            found = machine.get(f"Group?{query}", x).json
            assert [one["resource"]["id"] for one in found["entry"]] == [group], query
        has = f"Patient?_id={world.anna_at_x.patient}&_has:Group:member:code=urn:lists|registry"
        assert machine.get(has, x).json["total"] == 1
        back = machine.get(f"Patient?_id={world.anna_at_x.patient}&_revinclude=Group:member", x)
        assert [one["resource"]["id"] for one in back.json["entry"]][1:] == [group]

    def test_reads_former_versions_and_that_it_is_gone(self, world, machine, x):
        name = f"Group/{made(machine, x, world.anna_at_x)}"
        assert machine.call("DELETE", name, x).status == 204
        assert machine.get(name, x).status == 404
        assert machine.get(f"{name}/_history/1", x).json["name"] == "canary of a list"
        assert machine.get(f"{name}/_history/2", x).status == 410
        assert len(machine.get(f"{name}/_history", x).json["entry"]) == 2


def test_to_all_others_it_is_as_one_that_never_was(world, machine, group):
    """B055, B077: read, histories, $meta, export, writing; for apps of its very members too."""
    names = {"kept by X": group, "absent": NOWHERE}
    reads = ("Group/{}", "Group/{}/_history", "Group/{}/_history/1", "Group/{}/$meta")
    for token in (system_token(world.y), app_token(world.anna), app_token(world.boris)):
        for path in (*reads, "Group?_id={}", "Group/{}/$export"):
            answers = {
                key: told(machine.get(path.format(name), token, prefer="respond-async"), name)
                for key, name in names.items()
            }
            status, body = alike(answers)
            assert status == (200 if "?" in path else 404)
            assert b"canary" not in body
    sent = {"resourceType": "Group", "type": "person", "actual": True}
    for method in ("PUT", "DELETE"):
        answers = {
            key: told(
                machine.call(method, f"Group/{name}", system_token(world.y), sent | {"id": name}),
                name,
            )
            for key, name in names.items()
        }
        assert alike(answers)[0] == 404


def test_what_is_checked_beside_it_is_as_beside_one_that_never_was(world, machine, group):
    """B055, B077: a reference to it, and itself, under `$validate`."""
    for token in (system_token(world.y), app_token(world.anna)):
        for path in ("Observation/$validate", "Group/{}/$validate?mode=delete"):
            answers = {}
            for name in (group, NOWHERE):
                focus = note(world.anna_at_x, focus=[{"reference": f"Group/{name}"}])
                sent = focus if path.startswith("Observation") else b""
                answers[name] = told(machine.call("POST", path.format(name), token, sent), name)
            status, body = alike(answers)
            assert (status, b"not open to you" in body) == (200, True), path


def test_it_does_not_go_along_with_a_record_that_names_it(world, machine, x, group):
    held = note(world.anna_at_x, focus=[{"reference": f"Group/{group}"}])
    kept = machine.call("POST", "Observation", x, held).json["id"]
    anna = app_token(world.anna)
    whole = machine.get("Patient/$everything", anna).body
    assert f"Group/{group}".encode() in whole
    assert b"canary of a list" not in whole
    _, manifest = exported(machine, anna)
    assert "Group" not in lines_of(machine, anna, manifest)
    assert machine.call("DELETE", f"Observation/{kept}", x).status == 204


def test_whoever_is_named_in_it_learns_nothing_of_it(world, machine, group):
    """B066, B068: not by a search through it, forward or backward, nor by what is counted."""
    anna = app_token(world.anna)
    me = f"_id={world.anna_at_x.patient}"
    for query in (
        "_has:Group:member:code=urn:lists|registry",
        f"_has:Group:member:_id={group}",
    ):
        assert machine.get(f"Patient?{me}&{query}", anna).json["total"] == 0
    for path in (
        f"Patient?{me}&_revinclude=Group:member",
        f"Patient?{me}&_revinclude=*",
        "Group?_include=*",
        "Group/_history",
        "Group/$meta",
        "Patient/$everything",
    ):
        heard = machine.get(path, anna)
        assert (heard.status, b"canary of a list" in heard.body) == (200, False), path
        assert group.encode() not in heard.body
    assert machine.get("Group?_summary=count", anna).json["total"] == 0


class TestItsExport:
    def test_is_of_its_members_with_a_line_for_each(self, world, machine, exporter, group):
        logs = [world.anna.person_id, world.stranger.patient_id, world.boris.person_id]
        path = asked(machine, exporter, path=of(group))
        before = [audit.count(one) for one in logs]
        work(path)
        assert [audit.count(one) for one in logs] == [before[0] + 1, before[1] + 1, before[2]]
        manifest = machine.get(path, exporter).json
        found = lines_of(machine, exporter, manifest)
        members = {world.anna_at_x.patient, world.stranger.patient}
        assert {one["id"] for one in found["Patient"]} == members
        assert {one["subject"]["reference"] for one in found["Observation"]} == {
            f"Patient/{one}" for one in members
        }

    def test_is_of_those_who_are_members_when_it_is_asked_for(self, world, machine, exporter):
        former = {"entity": {"reference": f"Patient/{world.boris_at_x.patient}"}, "inactive": True}
        now = {"entity": {"reference": f"Patient/{world.anna_at_x.patient}/_history/1"}}
        id_ = made(machine, exporter, member=[former, now])
        path = asked(machine, exporter, "_type=Patient", path=of(id_))
        assert machine.call("DELETE", f"Group/{id_}", exporter).status == 204
        work(path)
        found = lines_of(machine, exporter, machine.get(path, exporter).json)
        assert [one["id"] for one in found["Patient"]] == [world.anna_at_x.patient]

    @pytest.mark.usefixtures("one_by_one")
    def test_goes_on_slice_by_slice(self, machine, exporter, group):
        path = asked(machine, exporter, "_type=Patient", path=of(group))
        assert work(path) == 3
        found = lines_of(machine, exporter, machine.get(path, exporter).json)
        assert len(found["Patient"]) == 2

    def test_of_nobody_is_of_nobody(self, world, machine, exporter):
        former = {"entity": {"reference": f"Patient/{world.boris_at_x.patient}"}, "inactive": True}
        id_ = made(machine, exporter, member=[former])
        _, manifest = exported(machine, exporter, path=of(id_))
        assert manifest["output"] == []

    def test_needs_a_scope_that_reads_it(self, world, machine, group):
        token = system_token(world.x, scopes=("system/Patient.rs", "system/Observation.rs"))
        assert kick_off(machine, token, path=of(group)).status == 403


class TestPatientsChosen:
    """https://hl7.org/fhir/uv/bulkdata/export.html#query-parameters: `patient`, by POST alone."""

    def test_are_exported_and_no_others(self, world, machine, exporter):
        sent = parameters(
            ("patient", "valueReference", {"reference": f"Patient/{world.boris_at_x.patient}"}),
            ("_type", "valueString", "Patient,Condition"),
            ("_since", "valueInstant", "2026-11-20T00:00:00Z"),
        )
        _, manifest = exported(machine, exporter, body=sent)
        found = lines_of(machine, exporter, manifest)
        assert set(found) == {"Patient", "Condition"}
        assert [one["id"] for one in found["Patient"]] == [world.boris_at_x.patient]

    def test_of_an_app_are_entries_of_its_person(self, world, machine):
        anna = app_token(world.anna)
        mine = ("patient", "valueReference", {"reference": f"Patient/{world.anna_at_y.patient}"})
        _, manifest = exported(machine, anna, body=parameters(mine))
        found = lines_of(machine, anna, manifest)
        assert {one["id"] for one in found["Observation"]} == {world.anna_at_y.observation}
        assert Export.objects.filter(entries=[world.anna_at_y.patient_id]).exists()

    def test_who_are_not_the_callers_are_refused_alike(self, world, machine, exporter, group):
        """Another clinic's, nobody's, and (of a Group) one who is no member."""
        answers = {
            name: told(kick_off(machine, exporter, body=parameters(named(one))), one)
            for name, one in {
                "absent": f"{NOWHERE}-{NOWHERE}",
                "at Y": world.anna_at_y.patient,
                "no id": "7",
            }.items()
        }
        assert alike(answers)[0] == 422
        sent = parameters(named(world.boris_at_x.patient))
        heard = kick_off(machine, exporter, path=of(group), body=sent)
        assert (heard.status, "members of this Group" in heard.words) == (422, True)
        anna = app_token(world.anna)
        sent = parameters(named(world.boris_at_x.patient))
        assert kick_off(machine, anna, body=sent).status == 422

    def test_stand_in_no_address(self, world, machine, exporter):
        query = f"patient=Patient/{world.anna_at_x.patient}"
        for body in (b"", parameters(("_type", "valueString", "Patient"))):
            heard = kick_off(machine, exporter, query, body=body)
            assert (heard.status, "POST" in heard.words) == (400, True)

    def test_are_a_few_out_of_a_group(self, world, machine, exporter, group):
        sent = parameters(named(world.stranger.patient), ("_type", "valueString", "Patient"))
        _, manifest = exported(machine, exporter, path=of(group), body=sent)
        found = lines_of(machine, exporter, manifest)
        assert [one["id"] for one in found["Patient"]] == [world.stranger.patient]


def named(patient):
    return "patient", "valueReference", {"reference": f"Patient/{patient}"}


@pytest.fixture(scope="module")
def treated(machine, x):
    """The export of two people of one doctor's, the doctor, and another whom nobody names."""
    doctor, other = (kept(machine, x, "Practitioner", active=True) for _ in range(2))
    members = []
    for _ in range(2):
        patient = kept(machine, x, "Patient", generalPractitioner=[refer(doctor)])
        kept(
            machine,
            x,
            "Observation",
            status="final",
            code={"text": "a note"},
            subject=refer(patient),
            performer=[refer(doctor)],
        )
        members.append({"entity": refer(patient)})
    return of(made(machine, x, member=members)), doctor, other


def kept(machine, token, kind, **members):
    heard = machine.call("POST", kind, token, {"resourceType": kind, **members})
    assert heard.status == 201, heard.body
    return f"{kind}/{heard.json['id']}"


class TestWhatRecordsReferTo:
    """What is shared goes out with those who name it: Bulk Data's supporting data."""

    @pytest.mark.usefixtures("one_by_one")
    def test_goes_along_once_however_many_name_it(self, machine, exporter, treated):
        path, doctor, _ = treated
        _, manifest = exported(machine, exporter, path=path)
        found = lines_of(machine, exporter, manifest)
        assert set(found) == {"Patient", "Observation", "Practitioner"}
        assert [f"Practitioner/{one['id']}" for one in found["Practitioner"]] == [doctor]

    def test_goes_along_whenever_it_was_recorded(self, machine, exporter, treated):
        """As what names it is new to whoever asks for what came since."""
        path, doctor, _ = treated
        since = machine.get(doctor, exporter).json["meta"]["lastUpdated"].replace("Z", "999Z")
        _, manifest = exported(machine, exporter, f"_since={since}", path=path)
        assert {one["type"]: one["count"] for one in manifest["output"]} == {
            "Patient": 2,
            "Observation": 2,
            "Practitioner": 1,
        }

    @pytest.mark.parametrize(
        ("query", "scopes", "types"),
        [
            ("_type=Patient", ("system/*.rs",), {"Patient"}),
            ("_type=Patient,Practitioner", ("system/*.rs",), {"Patient", "Practitioner"}),
            ("", ("system/Group.rs", "system/Patient.rs"), {"Patient"}),
        ],
    )
    def test_is_of_types_that_are_wished_and_in_scope(
        self, world, machine, treated, query, scopes, types
    ):
        token = system_token(world.x, scopes=scopes)
        _, manifest = exported(machine, token, query, path=treated[0])
        assert {one["type"] for one in manifest["output"]} == types

    def test_is_nothing_alone(self, machine, exporter):
        heard = kick_off(machine, exporter, "_type=Practitioner")
        assert (heard.status, "_type=Patient,Practitioner" in heard.words) == (400, True)


def refer(name):
    return {"reference": name}


def test_what_the_server_says_of_itself_has_both_exports(machine):
    said = {one["type"]: one for one in machine.get("metadata").json["rest"][0]["resource"]}
    defined = {
        kind: {one["name"]: one["definition"] for one in said[kind]["operation"]}["export"]
        for kind in ("Group", "Patient")
    }
    assert defined["Group"].endswith("/group-export")
    assert defined["Patient"].endswith("/patient-export")
    assert all(one["name"] != "export" for one in said["Observation"]["operation"])
