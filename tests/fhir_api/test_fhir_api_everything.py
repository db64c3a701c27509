"""$everything: the whole of one person's record, and nothing of anybody else's (B067)."""

import json
from datetime import UTC, datetime

import pytest
from bearers import app_token, system_token
from fhir_world import RECORDED
from test_fhir_api_read import allowed

from medkarta.audit import queries as audit
from medkarta.foundation.ids import PersonId, encode_uuid, new_uuid
from medkarta.record.actions.store import put

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module", autouse=True)
def _more_of_anna(world):
    """A visit to the clinic, a thing without a date, and a practitioner that is nobody's here."""
    at = world.anna_at_x
    at.visit = at.put(
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{at.patient}"},
            "period": {"start": "2024-05-01T10:00:00Z", "end": "2024-05-03T10:00:00Z"},
            "serviceProvider": {"reference": f"Organization/{world.organization}"},
        }
    )
    at.report = at.put(
        {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "code": {"text": at.canary},
            "subject": {"reference": f"Patient/{at.patient}"},
            "issued": "2025-07-01T10:00:00Z",
        }
    )
    put(
        owner=None,
        resource_id=new_uuid(),
        text=json.dumps({"resourceType": "Practitioner", "name": [{"family": "Посторонняя"}]}),
        now=RECORDED,
    )


def names(heard, mode="match"):
    assert heard.status == 200, heard.body
    return {
        f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        for entry in heard.json.get("entry", ())
        if entry["search"]["mode"] == mode
    }


def all_of(held, *more):
    return {
        f"Patient/{held.patient}",
        f"Observation/{held.observation}",
        f"Condition/{held.condition}",
        *more,
    }


def of_anna_at_x(world):
    at = world.anna_at_x
    return all_of(at, f"Encounter/{at.visit}", f"DiagnosticReport/{at.report}")


class TestAnApp:
    def test_gets_all_entries_of_its_person(self, world, machine, anna):
        heard = machine.get("Patient/$everything", anna)
        assert names(heard) == of_anna_at_x(world) | all_of(world.anna_at_y)
        assert heard.json["type"] == "searchset"
        assert heard.json["total"] == len(names(heard))
        first = heard.json["entry"][0]
        assert first["resource"]["resourceType"] == "Patient"
        assert first["fullUrl"].endswith(f"/fhir/Patient/{first['resource']['id']}")

    def test_gets_with_one_entry_what_it_refers_to_and_no_other_shared_resource(
        self, world, machine, anna
    ):
        heard = machine.get(f"Patient/{world.anna_at_x.patient}/$everything", anna)
        assert names(heard) == of_anna_at_x(world)
        assert names(heard, "include") == {f"Organization/{world.organization}"}

    def test_gets_texts_as_they_are_stored(self, machine, anna):
        assert b'"value": 140.0' in machine.get("Patient/$everything", anna).body

    @pytest.mark.parametrize("query", ["", "?_type=Patient", "?_since=2020-01-01", "?start=1900"])
    def test_gets_nothing_of_anothers(self, world, machine, anna, query):
        """B067, by id, by words that are no id, and by another resource's id."""
        absent = encode_uuid(new_uuid())
        answers = [
            machine.get(f"Patient/{id_}/$everything{query}", anna)
            for id_ in (
                world.boris_at_x.patient,
                world.stranger.patient,
                f"{absent}-{absent}",
                absent,
                "1",
                world.anna_at_x.observation,
            )
        ]
        assert {heard.status for heard in answers} == {404}
        assert len({heard.body for heard in answers}) == 1
        whole = machine.get(f"Patient/$everything{query}", anna).body
        assert world.boris_at_x.canary.encode() not in whole
        assert world.stranger.canary.encode() not in whole

    def test_leaves_a_line_that_names_the_operation(self, world, machine, anna):
        machine.get("Patient/$everything", anna)
        (line,) = audit.entries(person_id=PersonId(world.anna.person_id), before=None, limit=1)
        assert line.said.resources == ("Patient/$everything",)
        assert set(line.said.patient_ids) == set(world.anna.patient_ids)

    def test_gets_the_types_that_its_scopes_name(self, world, machine):
        token = app_token(world.anna, scopes=("patient/Observation.rs", "patient/Patient.rs"))
        heard = machine.get(f"Patient/{world.anna_at_x.patient}/$everything", token)
        assert names(heard) == all_of(world.anna_at_x) - {f"Condition/{world.anna_at_x.condition}"}
        assert names(heard, "include") == set()

    def test_gets_what_a_scope_is_narrowed_to(self, world, machine):
        scopes = ("patient/Observation.rs?category=vital-signs", "patient/Condition.rs")
        heard = machine.get("Patient/$everything", app_token(world.anna, scopes=scopes))
        assert names(heard) == {
            f"Condition/{world.anna_at_x.condition}",
            f"Condition/{world.anna_at_y.condition}",
        }


class TestASystem:
    def test_gets_an_entry_that_its_clinic_keeps(self, world, machine, x):
        heard = machine.get(f"Patient/{world.boris_at_x.patient}/$everything", x)
        assert names(heard) == all_of(world.boris_at_x)

    def test_gets_nothing_of_another_clinics(self, world, machine, x):
        heard = machine.get(f"Patient/{world.anna_at_y.patient}/$everything", x)
        assert heard.status == 404
        assert world.anna_at_y.canary.encode() not in heard.body

    def test_gets_of_another_clinics_the_sections_that_the_person_allowed(self, world, machine, x):
        with allowed(world, ["labs"]):
            heard = machine.get(f"Patient/{world.anna_at_y.patient}/$everything", x)
        assert names(heard) == {f"Observation/{world.anna_at_y.observation}"}

    def test_is_told_to_name_the_patient(self, machine, x):
        heard = machine.get("Patient/$everything", x)
        assert heard.status == 403
        assert "name the patient" in heard.words


class TestParameters:
    def get(self, world, machine, anna, query):
        return names(machine.get(f"Patient/{world.anna_at_x.patient}/$everything?{query}", anna))

    def test_type_chooses(self, world, machine, anna):
        at = world.anna_at_x
        found = self.get(world, machine, anna, "_type=Condition,Encounter")
        assert found == {f"Condition/{at.condition}", f"Encounter/{at.visit}"}

    def test_since_is_when_it_was_recorded(self, world, machine, anna):
        assert self.get(world, machine, anna, "_since=2026-11-20T12:00:00Z") == of_anna_at_x(world)
        assert self.get(world, machine, anna, "_since=2026-11-20T12:00:01Z") == set()

    @pytest.mark.parametrize(
        ("query", "dated"),
        [
            ("start=2025-01-01&end=2025-03-04", {"observation"}),
            ("start=2024-05-02&end=2024-05-02", {"visit"}),
            ("end=2024", {"visit"}),
            ("start=2025-03-05", {"report"}),
            ("start=2026", set()),
        ],
    )
    def test_start_and_end_are_days_of_care_and_leave_what_has_no_date(
        self, world, machine, anna, query, dated
    ):
        at = world.anna_at_x
        kinds = {"observation": "Observation", "visit": "Encounter", "report": "DiagnosticReport"}
        assert self.get(world, machine, anna, query) == {
            f"Patient/{at.patient}",
            f"Condition/{at.condition}",
            *(f"{kinds[name]}/{getattr(at, name)}" for name in dated),
        }

    def test_may_come_as_a_resource(self, world, machine, anna):
        body = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "_type", "valueCode": "Condition"},
                {"name": "_count", "valueInteger": 10},
            ],
        }
        path = f"Patient/{world.anna_at_x.patient}/$everything"
        heard = machine.call("POST", path, anna, body)
        assert names(heard) == {f"Condition/{world.anna_at_x.condition}"}

    @pytest.mark.parametrize(
        "query",
        [
            "_type=Nonsense",
            "_type=",
            "_since=yesterday",
            "start=2025&end=2024",
            "_count=0",
            "_count=-1",
            "_count=x",
            "_count=1&_count=2",
            "nonsense=1",
        ],
    )
    def test_that_are_wrong_are_refused_in_words(self, machine, anna, query):
        heard = machine.get(f"Patient/$everything?{query}", anna)
        assert heard.status == 400
        assert query.partition("=")[0] in heard.words or "no parameters but" in heard.words

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"[]",
            b'{"resourceType":"Parameters","parameter":{}}',
            b'{"resourceType":"Parameters","parameter":[{"valueString":"a"}]}',
            b'{"resourceType":"Parameters","parameter":[{"name":"_count"}]}',
            b'{"resourceType":"Patient"}',
        ],
    )
    def test_in_a_body_that_is_none_are_refused(self, machine, anna, body):
        headers = {"content_type": "application/fhir+json"}
        heard = machine.call("POST", "Patient/$everything", anna, body, **headers)
        assert heard.status == 400

    def test_in_a_body_too_large_are_refused(self, machine, anna):
        body = {"resourceType": "Parameters", "id": "x" * 200_000}
        assert machine.call("POST", "Patient/$everything", anna, body).status == 413


class TestPages:
    def pages(self, machine, token, path):
        """Each page's names."""
        while path:
            heard = machine.get(path, token)
            yield names(heard)
            links = {link["relation"]: link["url"] for link in heard.json["link"]}
            path = links.get("next", "").partition("/fhir/")[2]

    @pytest.mark.parametrize("count", [1, 2, 3, 6, 7])
    def test_hold_each_resource_once(self, world, machine, anna, count):
        pages = list(self.pages(machine, anna, f"Patient/$everything?_count={count}"))
        found = [name for page in pages for name in page]
        assert len(found) == len(set(found))
        assert set(found) == of_anna_at_x(world) | all_of(world.anna_at_y)
        assert all(len(page) <= count for page in pages[1:])

    def test_keep_what_was_asked(self, machine, anna):
        path = "Patient/$everything?_type=Condition&_count=1"
        pages = list(self.pages(machine, anna, path))
        assert [{name.partition("/")[0] for name in page} for page in pages] == [
            {"Condition"},
            {"Condition"},
        ]

    def test_end_early_where_resources_are_very_long(self, world, machine, x):
        held = world.stranger
        long = {
            "resourceType": "Basic",
            "code": {"text": "a"},
            "subject": {"reference": f"Patient/{held.patient}"},
            "text": {"status": "generated", "div": f"<div>{'x' * 6_000_000}</div>"},
        }
        made = [held.put(long) for _ in range(3)]
        path = f"Patient/{held.patient}/$everything"
        pages = [{name.partition("/")[2] for name in page} for page in self.pages(machine, x, path)]
        assert [len(page.intersection(made)) for page in pages] == [2, 1]
        assert set().union(*pages) == {held.patient, held.observation, held.condition, *made}

    def test_are_for_whom_they_were_made_and_cannot_be_changed(self, world, machine, anna):
        heard = machine.get("Patient/$everything?_count=1", anna)
        url = next(link["url"] for link in heard.json["link"] if link["relation"] == "next")
        path = url.partition("/fhir/")[2]
        assert machine.get(path, anna).status == 200
        cursor = path.partition("_cursor=")[2]
        other = f"Patient/{world.anna_at_x.patient}/$everything?_cursor={cursor}"
        broken = path[:-6] + ("A" if path[-6] != "A" else "B") + path[-5:]
        answers = [
            machine.get(path, app_token(world.boris)),
            machine.get(path, app_token(world.anna)),  # another program of the same person's
            machine.get(other, anna),
            machine.get(broken, anna),
            machine.get(f"{path}&_type=Patient", anna),
            machine.get("Patient/$everything?_cursor=s1.abc", anna),
        ]
        assert {answer.status for answer in answers} == {400}
        canaries = (world.anna_at_x.canary, world.anna_at_y.canary, world.boris_at_x.canary)
        assert not any(one.encode() in answer.body for answer in answers for one in canaries)


def test_what_is_deleted_or_of_an_ended_token_is_not_there(world, machine):
    token = app_token(world.anna, expires_at=datetime(2026, 1, 1, tzinfo=UTC), issued_at=RECORDED)
    assert machine.get("Patient/$everything", token).status == 401
