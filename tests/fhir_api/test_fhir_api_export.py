"""Bulk Data export: who gets what, and that it can be fetched like the standard says."""

from datetime import UTC, datetime, timedelta

import pytest
from asgi_client import BASE
from bearers import app, app_token, system, system_token
from exporting import asked, exported, kick_off, lines_of, path_of, work
from test_fhir_api_read import newest_line

from medkarta.audit import queries as audit
from medkarta.exports.models import Export

pytestmark = pytest.mark.django_db
OF_VISITS = "_typeFilter=Observation%3Fencounter.class%3DAMB"
HUNDRED = ",".join(map(str, range(100)))


@pytest.fixture
def anna(world):
    return app_token(world.anna)


@pytest.fixture
def x(world):
    return system_token(world.x)


class TestAnApp:
    def test_exports_its_persons_record_of_every_clinic_and_nobody_elses(
        self, world, machine, anna
    ):
        _, manifest = exported(machine, anna)
        found = lines_of(machine, anna, manifest)
        ids = {one["id"] for one in found["Observation"]}
        assert ids == {world.anna_at_x.observation, world.anna_at_y.observation}
        assert set(found) == {"Patient", "Observation", "Condition"}

    def test_leaves_a_line_for_the_person_before_anything_is_written(self, world, machine, anna):
        path = asked(machine, anna, "_type=Condition")
        before = audit.count(world.anna.person_id)
        work(path)
        line = newest_line(world.anna.person_id)
        assert audit.count(world.anna.person_id) == before + 1
        assert (line.action, line.resources) == ("export-record", ("export", "Condition"))
        assert (line.app, line.outcome) == ("Дневник вымышленный", "granted")

    def test_is_told_which_gate_is_closed(self, world, machine, anna):
        from django.utils import timezone
        from test_fhir_api_read import meanwhile

        from medkarta.insurance.models import Policy

        policy = Policy.objects.get(person_id=world.anna.person_id)
        with meanwhile(Policy, policy.pk, active_to=timezone.localdate() - timedelta(days=1)):
            heard = kick_off(machine, anna)
        assert heard.status == 403
        assert "policy" in heard.words

    @pytest.mark.parametrize(
        ("scopes", "query", "said"),
        [
            (("patient/Condition.rs",), "_type=Observation,Condition", "Observation"),
            (("patient/Condition.rs",), "_type=Observation", "scopes"),
            (("patient/Observation.r",), "", "scopes"),
            (("patient/Condition.rs",), "_typeFilter=Observation%3Fcode%3D1", "Observation"),
            (("patient/Observation.rs",), f"_type=Observation&{OF_VISITS}", "open Encounter"),
            (("patient/Observation.rs",), OF_VISITS, "open Encounter"),
            (
                ("patient/Observation.rs", "patient/Organization.rs"),
                "_typeFilter=Organization%3F_has:Location:organization:name%3DX",
                "open Location",
            ),
        ],
    )
    def test_is_refused_what_its_scopes_do_not_open(self, world, machine, scopes, query, said):
        heard = kick_off(machine, app_token(world.anna, scopes=scopes), query)
        assert heard.status == 403
        assert said in heard.words

    def test_gets_of_all_types_those_that_its_scopes_open(self, world, machine):
        token = app_token(world.anna, scopes=("patient/Condition.rs",))
        _, manifest = exported(machine, token)
        assert {one["type"] for one in manifest["output"]} == {"Condition"}


class TestASystem:
    def test_exports_what_its_clinic_keeps_and_nothing_of_another_clinics(self, world, machine, x):
        _, manifest = exported(machine, x)
        found = lines_of(machine, x, manifest)
        assert {one["id"] for one in found["Patient"]} == {
            world.anna_at_x.patient,
            world.boris_at_x.patient,
            world.stranger.patient,
        }
        assert world.anna_at_y.canary not in str(found)

    def test_leaves_one_line_for_each_person(self, world, machine, x):
        """B136; an entry that is nobody's has a log of its own."""
        logs = [world.anna.person_id, world.boris.person_id, world.stranger.patient_id]
        before = [audit.count(one) for one in logs]
        exported(machine, x)
        assert [audit.count(one) for one in logs] == [one + 1 for one in before]
        line = newest_line(world.boris.person_id)
        assert (line.action, line.resources, line.ground) == (
            "export-record",
            ("export",),
            "keeper",
        )
        assert line.organisation_name == "Клиника X"

    def test_gets_what_was_recorded_since(self, machine, x):
        _, manifest = exported(machine, x, "_since=2026-11-20T12:00:00Z&_type=Condition")
        assert sum(one["count"] for one in manifest["output"]) == 3
        _, manifest = exported(machine, x, "_since=2026-11-20T15:00:01+03:00")
        assert manifest["output"] == []


class TestTheAnswers:
    def test_are_those_of_the_standard(self, machine, x):
        query = "_type=Patient&_outputFormat=application/fhir+ndjson"
        heard = kick_off(machine, x, query)
        assert (heard.status, heard.body) == (202, b"")
        address = heard.headers["content-location"]
        assert address.startswith(BASE + "/$export/")
        path = path_of(address)
        heard = machine.get(path, x)
        assert (heard.status, heard.body) == (202, b"")
        assert int(heard.headers["retry-after"]) > 0
        assert heard.headers["x-progress"]
        work(path)
        heard = machine.get(path, x)
        assert heard.status == 200
        assert heard.headers["content-type"] == "application/json"
        assert "GMT" in heard.headers["expires"]
        said = heard.json
        assert said["request"] == f"{BASE}/Patient/$export?{query}"
        assert said["requiresAccessToken"] is True
        assert said["error"] == []
        assert datetime.fromisoformat(said["transactionTime"]) < datetime.now(UTC)
        (file,) = said["output"]
        assert (file["type"], file["count"]) == ("Patient", 3)
        heard = machine.get(path_of(file["url"]), x, accept="application/fhir+ndjson")
        assert heard.headers["content-type"] == "application/fhir+ndjson"
        assert heard.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("_elements=", "_elements"),
            ("_elements=id,nonsense", "nonsense"),
            ("_elements=Patient.nonsense", "Patient.nonsense"),
            ("_elements=Patient.name.family", "Patient.name.family"),
            ("_elements=Patient.name&_type=Condition", "Patient.name"),
            ("_elements=" + ",".join(["id"] * 101), "100 names"),
            ("_typeFilter=", "resource type"),
            ("_typeFilter=Nonsense%3Fcode%3D1", "resource type"),
            ("_typeFilter=Observation%3Fnonsense%3D1", "nonsense"),
            ("_typeFilter=Observation%3Fvalue-quantity%3Dabc", "value-quantity"),
            ("_typeFilter=Observation%3Fcode%3D1%26_sort%3Ddate", "_sort"),
            ("_typeFilter=Observation%3F_include%3DObservation:subject", "_include"),
            ("_typeFilter=Observation%3Fsubject:Group.code%3D1", "Group is not exported"),
            ("_typeFilter=Patient%3F_has:Group:member:code%3D1", "Group is not exported"),
            ("_typeFilter=Practitioner%3F_has:Observation:performer:code%3D1", "not chosen"),
            ("_typeFilter=Patient%3F_list%3D$current-problems", "by function"),
            ("_typeFilter=Medication%3Fcode%3D1,MessageHeader%3Fcode%3D1", "MessageHeader"),
            ("_typeFilter=Observation%3Fcode%3D1&_type=Condition", "not exported"),
            ("_typeFilter=" + ",".join(["Condition%3Fcode%3D1"] * 21), "20 searches"),
            ("_typeFilter=" + ",".join([f"Condition%3Fcode%3D{HUNDRED}"] * 11), "1000 values"),
            ("patient=Patient/1", "patient"),
            ("_type=Organization", "Organization"),
            ("_type=Nonsense", "Nonsense"),
            ("_type=", "_type"),
            ("_since=2026-11-20", "_since"),
            ("_since=2026-11-20T12:00:00", "_since"),
            ("_since=2026-13-45T12:00:00Z", "_since"),
            ("_outputFormat=text/csv", "_outputFormat"),
            ("code=1", "code"),
        ],
    )
    def test_to_what_is_not_done_are_refusals_in_words(self, machine, x, query, said):
        heard = kick_off(machine, x, query)
        assert heard.status == 400
        assert said in heard.words

    def test_to_one_who_would_wait_is_a_refusal_in_words(self, machine, x):
        heard = machine.get("Patient/$export", x)
        assert heard.status == 400
        assert "respond-async" in heard.words

    def test_need_a_token(self, machine, x):
        path, manifest = exported(machine, x)
        for address in ("Patient/$export", path, path_of(manifest["output"][0]["url"])):
            assert machine.get(address, prefer="respond-async").status == 401


class TestOneAtATime:
    def test_the_second_waits_for_the_first(self, world, machine):
        client = system(world.x)
        token = system_token(world.x, client=client)
        first = kick_off(machine, token)
        assert first.status == 202
        heard = kick_off(machine, system_token(world.x, client=client))
        assert heard.status == 429
        assert int(heard.headers["retry-after"]) > 0
        assert "former" in heard.words
        other = kick_off(machine, system_token(world.x))
        assert other.status == 202
        there = first.headers["content-location"]
        assert heard.headers["content-location"] == there != other.headers["content-location"]
        assert machine.call("DELETE", path_of(there), token).status == 202
        assert kick_off(machine, token).status == 202

    def test_an_app_has_one_for_each_person(self, world, machine):
        client = app()
        named = []
        for citizen, status in ((world.anna, 202), (world.boris, 202), (world.boris, 429)):
            heard = kick_off(machine, app_token(citizen, client=client))
            assert heard.status == status
            named.append(heard.headers["content-location"])
        assert named[0] != named[1] == named[2]

    def test_many_at_once_are_one(self, machine, x):
        path = "Patient/$export"
        heard = machine.together(*[("GET", path, x, b"", {"prefer": "respond-async"})] * 4)
        assert sorted(one.status for one in heard) == [202, 429, 429, 429]

    def test_a_new_one_takes_the_place_of_the_former(self, machine, x):
        path, manifest = exported(machine, x)
        asked(machine, x)
        assert machine.get(path, x).status == 404
        assert machine.get(path_of(manifest["output"][0]["url"]), x).status == 404
        assert Export.objects.filter(ended_how="newer").exists()
