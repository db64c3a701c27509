"""Batch and transaction through the API."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asgi_client import Machine
from bearers import app_token, system_token
from django.db import transaction

from medkarta.audit import queries as audit
from medkarta.foundation.ids import PersonId, parse_logical_id
from medkarta.record.actions.imports import import_bundle
from medkarta.record.intake.locks import lock_patients

pytestmark = pytest.mark.django_db
FHIR = {"content_type": "application/fhir+json"}
PERSON = "urn:uuid:3f2b6f64-31a5-4b5e-9d0a-0c1e6d2f7a11"


@pytest.fixture
def x(world):
    return system_token(world.x)


@pytest.fixture
def anna(world):
    return app_token(world.anna)


def bundle(*entries, kind="transaction"):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def post(resource, full_url=None, **request):
    made = {
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"], **request},
    }
    return {**made, "fullUrl": full_url} if full_url else made


def get(url, **request):
    return {"request": {"method": "GET", "url": url, **request}}


def note(reference, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "note"},
        "subject": {"reference": reference},
        **more,
    }


def put(held, words):
    """Change this entry's Observation."""
    resource = note(f"Patient/{held.patient}", id=held.observation, valueString=words)
    return {
        "resource": resource,
        "request": {"method": "PUT", "url": f"Observation/{held.observation}"},
    }


@contextmanager
def locked(held):
    with transaction.atomic():
        lock_patients([parse_logical_id(held.patient)[0]])
        yield


def statuses(heard):
    assert heard.status == 200, heard.body
    return [entry["response"]["status"] for entry in heard.json["entry"]]


class TestTransaction:
    def test_stores_all_and_resolves_what_refers_to_each_other(self, machine, x):
        sent = bundle(
            post(note(PERSON)), post({"resourceType": "Patient", "gender": "male"}, PERSON)
        )
        heard = machine.call("POST", "", x, sent)
        assert statuses(heard) == ["201", "201"]
        assert heard.json["type"] == "transaction-response"
        observation, patient = (
            entry["response"]["location"].partition("/fhir/")[2].partition("/_history")[0]
            for entry in heard.json["entry"]
        )
        assert machine.get(observation, x).json["subject"]["reference"] == patient

    def test_stores_nothing_where_one_entry_is_bad_and_names_it(self, world, machine, x):
        before = audit.count(PersonId(world.boris.person_id))
        reference = f"Patient/{world.boris_at_x.patient}"
        sent = bundle(post(note(reference)), post(note(reference, status="nonsense")))
        heard = machine.call("POST", "", x, sent)
        assert heard.status == 422
        assert {issue["expression"][0][:15] for issue in heard.json["issue"]} == {"Bundle.entry[1]"}
        unknown = bundle(post(note(reference)), post(note(reference, colour="red")))
        (issue,) = machine.call("POST", "", x, unknown).json["issue"]
        assert issue["expression"] == ["Bundle.entry[1].resource"]
        assert audit.count(PersonId(world.boris.person_id)) == before

    def test_of_another_clinics_patient_stores_nothing(self, world, machine, x):
        sent = bundle(
            post(note(f"Patient/{world.boris_at_x.patient}")),
            post(note(f"Patient/{world.anna_at_y.patient}")),
        )
        heard = machine.call("POST", "", x, sent)
        assert heard.status >= 400
        assert world.anna_at_y.canary.encode() not in heard.body

    def test_needs_a_scope_for_each_entry(self, world, machine):
        token = system_token(world.x, scopes=("system/Patient.cruds",))
        sent = bundle(post(note(f"Patient/{world.boris_at_x.patient}")))
        assert machine.call("POST", "", token, sent).status == 403

    def test_is_safe_to_repeat_with_a_key(self, world, machine, x):
        sent = bundle(post(note(f"Patient/{world.boris_at_x.patient}")))
        first, again = (machine.call("POST", "", x, sent, idempotency_key="t1") for _ in range(2))
        assert (
            first.json["entry"][0]["response"]["location"]
            == again.json["entry"][0]["response"]["location"]
        )


class TestBatch:
    def test_does_each_entry_by_itself(self, world, machine, x):
        reference = f"Patient/{world.boris_at_x.patient}"
        sent = bundle(
            post(note(reference)),
            post(note(reference, status="nonsense")),
            get(f"Observation/{world.boris_at_x.observation}"),
            get(f"Observation/{world.anna_at_y.observation}"),
            get(f"Observation?patient={world.boris_at_x.patient}&_count=1"),
            get("Nonsense/1"),
            kind="batch",
        )
        heard = machine.call("POST", "", x, sent)
        assert statuses(heard) == ["201", "422", "200", "404", "200", "404"]
        assert heard.json["entry"][4]["resource"]["type"] == "searchset"
        assert world.anna_at_y.canary.encode() not in heard.body

    def test_of_reads_alone_is_for_apps_too_and_each_has_its_line(self, world, machine, anna):
        before = audit.count(PersonId(world.anna.person_id))
        sent = bundle(
            get(f"Observation/{world.anna_at_x.observation}"),
            get(f"Condition/{world.anna_at_y.condition}"),
            get(f"Condition/{world.boris_at_x.condition}"),
            kind="batch",
        )
        heard = machine.call("POST", "", anna, sent)
        assert statuses(heard) == ["200", "200", "404"]
        assert audit.count(PersonId(world.anna.person_id)) == before + 2
        assert world.boris_at_x.canary.encode() not in heard.body

    @pytest.mark.parametrize(
        ("known", "status"),
        [
            ({"ifNoneMatch": 'W/"1"'}, "304"),
            ({"ifNoneMatch": 'W/"2"'}, "200"),
            ({"ifNoneMatch": 'W/"2"', "ifModifiedSince": "2026-11-25T12:00:00Z"}, "200"),
            ({"ifModifiedSince": "2026-11-20T15:00:00+03:00"}, "304"),
            ({"ifModifiedSince": "2026-11-20T12:00:00.000Z"}, "304"),
            ({"ifModifiedSince": "2026-11-20T11:59:59.999Z"}, "200"),
            ({"ifModifiedSince": "yesterday"}, "400"),
            ({"ifModifiedSince": "2026-11-20"}, "400"),
        ],
    )
    def test_does_not_send_again_what_its_reader_has(self, world, machine, anna, known, status):
        """https://hl7.org/fhir/R4/http.html#cread, recorded at noon of 20 November."""
        asked = get(f"Observation/{world.anna_at_x.observation}", **known)
        theirs = get(f"Observation/{world.boris_at_x.observation}", **known)
        heard = machine.call("POST", "", anna, bundle(asked, theirs, kind="batch"))
        assert statuses(heard) == [status, "400" if status == "400" else "404"]
        entry = heard.json["entry"][0]
        assert ("resource" in entry) == (status == "200")
        assert entry["response"].get("etag") == (None if status == "400" else 'W/"1"')

    def test_that_writes_is_not_for_apps(self, world, machine):
        token = app_token(world.anna, scopes=("patient/*.cruds",))
        entries = post(note(f"Patient/{world.anna_at_x.patient}")), get("Condition?_summary=count")
        heard = machine.call("POST", "", token, bundle(*entries, kind="batch"))
        assert statuses(heard) == ["403", "200"]
        assert heard.json["entry"][1]["resource"]["total"] == 2
        assert machine.call("POST", "", token, bundle(*entries)).status == 403

    def test_of_many_entries_refuses_what_it_has_written_already(self, world, machine, x):
        held = world.boris_at_x
        first, *_ = writes = [put(held, "first")]
        writes += [{"request": {"method": "DELETE", "url": "Observation/of-nobody"}}] * 200
        sent = bundle(*writes, first, put(held, "last"), kind="batch")
        heard = statuses(machine.call("POST", "", x, sent))
        assert (heard[0], heard[-2:]) == ("200", ["400", "400"])


class TestAddressesOfATransaction:
    """https://hl7.org/fhir/R4/http.html#trules: wherever they stand, they lead to what is made."""

    @pytest.mark.parametrize("quote", ['"', "'"])
    def test_become_ours_in_uris_and_narratives(self, machine, x, quote):
        link = f"<a href={quote}{PERSON}{quote}>кто</a>"
        told = f'<div xmlns="http://www.w3.org/1999/xhtml">{link} {PERSON}</div>'
        sent = note(PERSON)
        sent |= {
            "text": {"status": "generated", "div": told},
            "extension": [
                {"url": "urn:x", "valueUri": PERSON},
                {"url": "urn:y", "valueUuid": PERSON},
                {"url": "urn:z", "valueUrl": "urn:uuid:99999999-9999-4999-8999-999999999999"},
            ],
            "identifier": [{"system": "urn:ietf:rfc:3986", "value": PERSON}],
        }
        about = {"resourceType": "Patient", "gender": "male"}
        heard = machine.call("POST", "", x, bundle(post(about, PERSON), post(sent)))
        assert statuses(heard) == ["201", "201"]
        patient, stored = (
            entry["response"]["location"].partition("/fhir/")[2].partition("/_history")[0]
            for entry in heard.json["entry"]
        )
        made = machine.get(stored, x).json
        assert made["extension"] == [{"url": "urn:x", "valueUri": patient}, *sent["extension"][1:]]
        assert made["text"]["div"] == told.replace(link, link.replace(PERSON, patient))
        assert made["identifier"] == sent["identifier"]

    def test_lead_to_nothing_of_another_patients(self, world, machine, x):
        theirs = "urn:uuid:33333333-3333-4333-8333-333333333333"
        boris, anna = (f"Patient/{one.patient}" for one in (world.boris_at_x, world.anna_at_x))
        sent = note(boris, extension=[{"url": "urn:x", "valueUri": theirs}])
        heard = machine.call("POST", "", x, bundle(post(note(anna), theirs), post(sent)))
        assert (heard.status, "another patient's Observation" in heard.words) == (422, True)


class TestWhileAPatientIsLocked:
    """What changes something of the patient's waits, large or small, and nobody else does."""

    @pytest.fixture
    def boris(self, world):
        return world.boris_at_x

    def test_others_are_written_beside_large_ones(self, world, machine, x, boris):
        mine, theirs = (post(note(f"Patient/{one.patient}")) for one in (boris, world.anna_at_x))
        of_many_entries = bundle(put(boris, "many"), *[mine] * 300)
        of_many_bytes = bundle(put(boris, "long" * 70_000))
        with locked(boris):
            held = [
                machine.begin("POST", "", x, json.dumps(one).encode(), FHIR)
                for one in (of_many_entries, of_many_bytes)
            ]
            ours = machine.begin("POST", "Observation", x, theirs["resource"])
            assert [one.status for one in machine.end(ours)] == [201]
            assert not any(one.done() for one in held)
        assert [one.status for one in machine.end(*held)] == [200] * 2

    def test_others_are_written_who_came_together_with_it(self, world, machine, x, boris):
        resource = put(boris, "small")["resource"]
        theirs = note(f"Patient/{world.anna_at_x.patient}")
        with locked(boris):
            first = machine.begin("POST", "Observation", x, theirs)
            held = machine.begin("PUT", f"Observation/{boris.observation}", x, resource)
            beside = machine.begin("POST", "Observation", x, theirs)
            assert [one.status for one in machine.end(first, beside)] == [201] * 2
            assert not held.done()
        (answer,) = machine.end(held)
        assert (answer.status, answer.json["valueString"]) == (200, "small")

    def test_who_still_waits_when_the_service_is_stopped_is_told_to_come_again(
        self, world, machine, x, boris
    ):
        resource = put(boris, "never")["resource"]
        theirs = note(f"Patient/{world.anna_at_x.patient}")
        with locked(boris):
            with Machine(machine.target) as another:
                first = another.begin("POST", "Observation", x, theirs)
                held = another.begin("PUT", f"Observation/{boris.observation}", x, resource)
                another.end(first, another.begin("POST", "Observation", x, theirs))
            answer = held.result()
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert "Send it again" in answer.words
        now = machine.get(f"Observation/{boris.observation}", x)
        assert now.json.get("valueString") != "never"


class TestWhatIsNoBundle:
    @pytest.mark.parametrize(
        "sent",
        [
            b"[]",
            b'{"resourceType":"Patient"}',
            b'{"resourceType":"Bundle","type":"collection"}',
            b'{"resourceType":"Bundle","type":"batch","entry":{}}',
        ],
    )
    def test_is_refused_in_words(self, machine, x, sent):
        heard = machine.call("POST", "", x, sent, content_type="application/fhir+json")
        assert heard.status == 400
        assert heard.words

    def test_or_has_too_many_entries_is_refused(self, machine, x):
        sent = bundle(*[get("Patient/1")] * 10_001, kind="batch")
        assert machine.call("POST", "", x, sent).status == 413
        entry = b"<entry><request><method value='GET'/><url value='a'/></request></entry>"
        head = b"<Bundle xmlns='http://hl7.org/fhir'><type value='batch'/>"
        sent = head + entry * 10_001 + b"</Bundle>"
        heard = machine.call("POST", "", x, sent, content_type="application/fhir+xml")
        assert (heard.status, "more than 10000 entries" in heard.words) == (400, True)

    def test_or_an_apps_and_larger_than_all_that_it_may_ask_is_refused(self, machine, anna):
        heard, parts = machine.flood("POST", "", anna, b" " * 1_000_000)
        assert (heard.status, parts) == (429, 6)

    def test_bundle_within_a_bundle_is_refused(self, machine, x):
        sent = bundle(post(bundle(kind="batch")), kind="batch")
        assert statuses(machine.call("POST", "", x, sent))[0].startswith("4")


SYNTHEA = Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"


@pytest.mark.skipif(not SYNTHEA.exists(), reason="Synthea's files are not on this machine")
def test_a_person_of_synthea_is_posted_as_it_is_and_each_resource_read_back(machine, x):
    """Organisations and practitioners are an operator's import: no clinic writes another's."""
    files = sorted(SYNTHEA.glob("*.json"), key=lambda one: one.stat().st_size)
    for file in files:
        if "nformation" in file.name:
            import_bundle(text=file.read_bytes(), now=datetime.now(UTC))
    (person, *_) = (one for one in files if "nformation" not in one.name)
    sent = json.loads(person.read_bytes())
    heard = machine.call("POST", "", x, person.read_bytes(), content_type="application/fhir+json")
    assert set(statuses(heard)) == {"201"}
    names = [entry["response"]["location"] for entry in heard.json["entry"]]
    for name, entry in zip(names, sent["entry"], strict=True):
        path = name.partition("/fhir/")[2].partition("/_history")[0]
        found = machine.get(path, x)
        assert found.status == 200, path
        assert found.json.keys() - {"meta"} == entry["resource"].keys() - {"meta"}
