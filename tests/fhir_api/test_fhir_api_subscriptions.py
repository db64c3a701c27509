"""Subscriptions: who may wait for what, and that a notice tells no more than one may read."""

from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from bearers import app, app_token, system_token
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from subscribing import counted, kept, measured, subscribed, wish, write
from test_fhir_api_read import NOWHERE, meanwhile, newest_line

from medkarta.audit import queries as audit
from medkarta.clients.models import Authorization, Client, Token
from medkarta.consents.models import Consent
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import PersonId, decode_uuid, new_uuid
from medkarta.insurance.models import Policy
from medkarta.patients.models import Link
from medkarta.subscriptions.actions.delivering import deliver
from medkarta.subscriptions.actions.tending import tend_all
from medkarta.subscriptions.models import Listener, Subscription
from medkarta.subscriptions.rules import MOST_FAILURES

pytestmark = pytest.mark.django_db


class Hook(BaseHTTPRequestHandler):
    """A program's address: it takes what comes, or fails as it is told."""

    came: list = []
    status = 200

    def do_POST(self):
        self.came.append(self.path)
        self.send_response(Hook.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def hook():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO = True
    Hook.came.clear()
    Hook.status = 200
    yield
    Subscription.objects.all().delete()
    Listener.objects.all().delete()


@pytest.fixture
def client():
    return app()


@pytest.fixture
def anna(world, client):
    return app_token(world.anna, client=client)


@pytest.fixture
def x(world):
    return system_token(world.x)


def work(now=None):
    """What the worker does with what waits; how many notices went out."""
    before = len(Hook.came)
    for row in Listener.objects.filter(pending_since__isnull=False):
        deliver(
            patient_id=row.patient_id,
            subscription_id=row.subscription_id,
            now=now or datetime.now(UTC),
        )
    return len(Hook.came) - before


class TestOnesOwn:
    def test_is_made_read_changed_and_deleted(self, machine, anna, hook):
        heard = machine.call("POST", "Subscription", anna, wish(hook, "Observation?code=718-7"))
        assert heard.status == 201
        path = "Subscription/" + heard.json["id"]
        assert heard.headers["location"].endswith(f"/{path}/_history/1")
        read = machine.get(path, anna)
        assert (read.status, read.json["status"]) == (200, "active")
        assert read.json["criteria"] == "Observation?code=718-7"
        assert read.json["channel"] == {"type": "rest-hook", "endpoint": hook}
        changed = machine.call("PUT", path, anna, {**read.json, "status": "off"})
        assert (changed.status, changed.json["status"]) == (200, "off")
        assert machine.call("DELETE", path, anna).status == 204
        assert machine.get(path, anna).status == 404

    def test_is_nobody_elses(self, world, machine, anna, client, hook, x):
        path = subscribed(machine, anna, hook, "Observation")
        for token in (app_token(world.anna), app_token(world.boris, client=client), x):
            for heard in (
                machine.get(path, token),
                machine.call("PUT", path, token, wish(hook, "Condition")),
                machine.call("DELETE", path, token),
            ):
                assert (heard.status, heard.words) == (404, NOWHERE)
        assert machine.get(path, anna).json["criteria"] == "Observation"

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"criteria": "Nonsense?a=b"}, "type"),
            ({"criteria": "Observation?nonsense=1"}, "nonsense"),
            ({"criteria": "Observation?subject:Patient.name=a"}, "Criteria"),
            ({"criteria": "Observation?_include=Observation:subject"}, "Criteria"),
            ({"criteria": "Observation?_lastUpdated=gt2020-01-01"}, "Criteria"),
            ({"criteria": "Observation?_content=a"}, "Criteria"),
            ({"status": "error"}, "status"),
            ({"end": "2020-01-01T00:00:00Z"}, "end"),
            ({"contact": [{"system": "email", "value": "a@example.test"}]}, "contact"),
            ({"channel": {"type": "email", "endpoint": "mailto:a@example.test"}}, "rest-hook"),
            ({"channel": {"type": "rest-hook"}}, "https"),
            ({"channel": {"type": "rest-hook", "endpoint": "https://evil.example"}}, "operator"),
            (
                {
                    "channel": {
                        "type": "rest-hook",
                        "endpoint": "http://localhost:1/",
                        "payload": "application/fhir+json",
                    }
                },
                "payload",
            ),
        ],
    )
    def test_that_would_not_do_as_it_says_is_refused_in_words(
        self, machine, anna, hook, changes, said
    ):
        heard = machine.call("POST", "Subscription", anna, {**wish(hook, "Observation"), **changes})
        assert heard.status == 422
        assert said in heard.words
        assert not Subscription.objects.exists()

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"resourceType":"Patient"}', b"\xff"])
    def test_that_is_none_is_refused(self, machine, anna, body):
        heard = machine.call(
            "POST", "Subscription", anna, body, content_type="application/fhir+json"
        )
        assert heard.status == 400

    def test_is_of_what_one_may_read(self, world, machine, hook, x, anna):
        less = app_token(world.anna, scopes=("patient/Condition.rs",))
        refused = {
            machine.call("POST", "Subscription", token, wish(hook, criteria)).status
            for token, criteria in (
                (less, "Observation"),
                (x, "Observation?code=718-7"),  # a system names the patient
                (x, f"Observation?patient={world.anna_at_y.patient}"),
                (anna, f"Observation?patient={world.boris_at_x.patient}"),
            )
        }
        assert refused == {403, 404}
        assert not Subscription.objects.exists()

    def test_are_not_without_end(self, machine, anna, hook):
        owner = Token.objects.order_by("-issued_at").first()
        path = subscribed(machine, anna, hook, "Observation")
        row = Subscription.objects.get(pk=decode_uuid(path.split("/")[1]))
        assert row.client_id == owner.client_id
        for _ in range(49):
            row.pk = new_uuid()
            row._state.adding = True
            row.save()
        heard = machine.call("POST", "Subscription", anna, wish(hook, "Observation"))
        assert heard.status == 422
        assert "delete" in heard.words


class TestANotice:
    def test_goes_out_for_what_is_new_and_matches(self, world, machine, anna, hook):
        subscribed(machine, anna, hook, "Observation?code=http://loinc.org|718-7")
        assert work() == 0
        write(world.anna_at_y)
        assert work() == 1
        assert work() == 0
        write(world.anna_at_x, code="2160-0")
        write(world.boris_at_x)
        assert work() == 0

    def test_comes_of_the_writes_own_transaction_with_its_job(self, world, machine, x, hook):
        criteria = f"Observation?patient={world.boris_at_x.patient}"
        path = subscribed(machine, x, hook, criteria)
        jobs = ProcrastinateJob.objects.filter(
            task_name="subscriptions.deliver",
            args__subscription_id=str(decode_uuid(path.split("/")[1])),
        )
        write(world.anna_at_x)
        assert jobs.count() == 0
        write(world.boris_at_x)
        assert jobs.count() == 1
        assert work() == 1

    def test_goes_out_for_what_a_clinic_sends_by_the_api(self, world, machine, anna, x, hook):
        subscribed(machine, anna, hook, "Observation?code=718-7")
        heard = machine.call("POST", "Observation", x, measured(world.anna_at_x))
        assert heard.status == 201
        assert work() == 1

    def test_stands_in_the_persons_log_first(self, world, machine, anna, hook):
        subscribed(machine, anna, hook, "Observation?code=718-7")
        write(world.anna_at_x)
        before = audit.count(PersonId(world.anna.person_id))
        assert work() == 1
        line = newest_line(world.anna.person_id)
        assert audit.count(PersonId(world.anna.person_id)) == before + 1
        assert (line.action, line.resources) == ("watch-record", ("Observation?code",))

    def test_outlives_the_token_but_not_the_permission(self, world, machine, anna, client, hook):
        path = subscribed(machine, anna, hook, "Observation")
        Token.objects.filter(client=client).delete()
        write(world.anna_at_x)
        assert work() == 1
        Authorization.objects.filter(client=client).update(
            ended_at=datetime.now(UTC), ended_how="person"
        )
        write(world.anna_at_x)
        assert work() == 0
        row = Subscription.objects.get(pk=decode_uuid(path.split("/")[1]))
        assert (row.state, bool(row.error)) == ("off", True)

    @pytest.mark.parametrize("how", ["consent", "policy", "link", "disabled"])
    def test_does_not_go_out_once_the_right_has_ended(
        self, world, machine, anna, client, hook, how
    ):
        """B060: nothing then, and nothing later of what came meanwhile."""
        subscribed(machine, anna, hook, "Observation")
        person_id, now = world.anna.person_id, datetime.now(UTC)
        model, pk, changes = {
            "consent": (
                Consent,
                Consent.objects.get(person_id=person_id, kind=Kind.PROCESSING.value).pk,
                {"withdrawn_at": now, "ended_as": "withdrawn"},
            ),
            "policy": (
                Policy,
                Policy.objects.get(person_id=person_id).pk,
                {"active_to": timezone.localdate() - timedelta(days=1)},
            ),
            "link": (
                Link,
                Link.objects.get(entry_id=world.anna_at_x.patient_id).pk,
                {"unlinked_at": now},
            ),
            "disabled": (Client, client.pk, {"disabled_at": now}),
        }[how]
        with meanwhile(model, pk, **changes):
            write(world.anna_at_x)
            assert work() == 0
        assert work() == 0

    def test_does_not_go_out_for_what_the_clinic_may_not_read_any_more(
        self, world, machine, x, hook
    ):
        from test_fhir_api_read import allowed

        with allowed(world, ["other"]):
            subscribed(machine, x, hook, f"Observation?patient={world.anna_at_y.patient}")
            write(world.anna_at_y)
            assert work() == 1
        write(world.anna_at_y)
        assert work() == 0

    def test_does_not_go_out_when_off_or_over(self, world, machine, anna, hook):
        path = subscribed(machine, anna, hook, "Observation", end="2099-01-01T00:00:00Z")
        write(world.anna_at_x)
        assert work(now=datetime(2099, 1, 2, tzinfo=UTC)) == 0
        machine.call("PUT", path, anna, wish(hook, "Observation", status="off"))
        write(world.anna_at_x)
        assert work() == 0


class TestAValueSet:
    URL = "http://clinic.example/ValueSet/watched"

    def test_is_asked_at_each_notice_and_ends_in_words_where_it_is_gone(
        self, world, machine, x, hook
    ):
        first = kept(machine, x, counted(self.URL, "718-7"))
        criteria = f"Observation?patient={world.boris_at_x.patient}&code:in={self.URL}"
        path = subscribed(machine, x, hook, criteria)
        write(world.boris_at_x)
        assert work() == 1
        assert newest_line(world.boris.person_id).resources == ("Observation?code:in&patient",)
        write(world.boris_at_x, code="2160-0")
        assert work() == 0
        newer = kept(machine, x, counted(self.URL, "2160-0"))
        write(world.boris_at_x, code="2160-0")
        assert work() == 1
        for one in (first, newer):
            assert machine.call("DELETE", one, x).status == 204
        write(world.boris_at_x, code="2160-0")
        assert work() == 0
        read = machine.get(path, x).json
        assert (read["status"], "not known here" in read["error"]) == ("error", True)
        heard = machine.call("POST", "Subscription", x, wish(hook, criteria))
        assert (heard.status, heard.json["issue"][0]["expression"]) == (
            422,
            ["Subscription.criteria"],
        )

    def test_is_of_what_the_scopes_open(self, world, machine, x, hook):
        kept(machine, x, counted(self.URL, "718-7"))
        scopes = ("launch/patient", "patient/Observation.rs", "offline_access")
        heard = [
            machine.call(
                "POST",
                "Subscription",
                app_token(world.anna, scopes=scopes),
                wish(hook, f"Observation?code:in={url}"),
            )
            for url in (self.URL, f"{self.URL}-none")
        ]
        assert {(one.status, one.body) for one in heard} == {(422, heard[0].body)}
        app = app_token(
            world.anna, scopes=("launch/patient", "patient/Condition.rs", "patient/ValueSet.rs")
        )
        criteria = f"Observation?code:in={self.URL}"
        assert machine.call("POST", "Subscription", app, wish(hook, criteria)).status == 403
        assert not Subscription.objects.exists()


class TestAPlace:
    def test_is_gone_down_where_the_scopes_open_places(self, world, machine, x, hook):
        house = kept(machine, x, {"resourceType": "Location"})
        of = {"partOf": {"reference": house}}
        room = kept(machine, x, {"resourceType": "Location", **of})
        held = world.boris_at_x
        criteria = f"Procedure?patient={held.patient}&location:below={house}"
        subscribed(machine, x, hook, criteria)
        for place, told in ((house, 1), (room, 1), ("Location/elsewhere", 0)):
            done = {
                "resourceType": "Procedure",
                "status": "completed",
                "subject": {"reference": f"Patient/{held.patient}"},
                "location": {"reference": place},
            }
            held.put(done, now=datetime.now(UTC))
            assert work() == told, place
        narrow = system_token(world.x, scopes=("system/Procedure.rs", "system/Subscription.cruds"))
        heard = machine.call("POST", "Subscription", narrow, wish(hook, criteria))
        assert heard.status == 403


class TestAProgramThatDoesNotAnswer:
    def test_is_told_again_after_growing_pauses_and_then_in_error(self, world, machine, anna, hook):
        path = subscribed(machine, anna, hook, "Observation")
        write(world.anna_at_x)
        Hook.status, now = 503, datetime.now(UTC)
        for failure in range(1, MOST_FAILURES + 1):
            assert work(now) == 1
            assert work(now + timedelta(seconds=59)) == 0
            now += timedelta(minutes=2 ** (failure - 1))
        read = machine.get(path, anna).json
        assert (read["status"], "503" in read["error"]) == ("error", True)
        Hook.status = 200
        assert work(now + timedelta(days=1)) == 0
        machine.call("PUT", path, anna, {**read, "status": "requested"})
        write(world.anna_at_x)
        assert work(now) == 1

    def test_is_told_once_it_answers_again(self, world, machine, anna, hook):
        subscribed(machine, anna, hook, "Observation")
        write(world.anna_at_x)
        Hook.status, now = 503, datetime.now(UTC)
        assert work(now) == 1
        Hook.status = 200
        before = ProcrastinateJob.objects.filter(task_name="subscriptions.deliver").count()
        tend_all(now=now + timedelta(seconds=30))
        tend_all(now=now + timedelta(minutes=2))
        jobs = ProcrastinateJob.objects.filter(task_name="subscriptions.deliver")
        assert jobs.count() == before + 1
        assert work(now + timedelta(minutes=2)) == 1
        assert work(now + timedelta(minutes=2)) == 0


def test_what_is_in_no_record_is_not_waited_for(world, machine, hook):
    """Nothing would ever be told of it."""
    for kind in ("Organization", "Group"):
        query = f"{kind}?_id={world.anna_at_x.patient}"
        heard = machine.call("POST", "Subscription", app_token(world.anna), wish(hook, query))
        assert (heard.status, "no patient's record" in heard.words) == (422, True)
