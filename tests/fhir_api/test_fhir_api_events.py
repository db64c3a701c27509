"""The event stream: it tells as little as a notice, and ends with the right to it (B022, B060)."""

import asyncio
import json
import time
from datetime import UTC, datetime

import pytest
from asgi_client import _request
from bearers import app, app_token, system_token
from django.db import connection
from subscribing import counted, subscribed, write
from test_fhir_api_read import meanwhile, newest_line

from medkarta.clients.models import Authorization, Client, Token
from medkarta.consents.models import Consent
from medkarta.consents.rules import Kind
from medkarta.fhir_api.operations import events
from medkarta.foundation.ids import decode_uuid, new_uuid
from medkarta.record.actions.store import put
from medkarta.subscriptions.models import Listener, Subscription

pytestmark = pytest.mark.django_db
HOOK = "http://localhost:1/"


@pytest.fixture(autouse=True)
def quick(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setattr(events, "_EVERY", 0.05)
    yield
    assert not events._open
    Subscription.objects.all().delete()
    Listener.objects.all().delete()


@pytest.fixture
def client():
    return app()


@pytest.fixture
def anna(world, client):
    return app_token(world.anna, client=client)


class Stream:
    """One stream that is read as it comes; `then` is done in a thread when so much has come."""

    def __init__(self, machine, path, token):
        self.machine, self.path, self.token = machine, path, token
        self.came, self.status, self.headers, self.ended = "", None, {}, False

    def read(self, *thens, leave=False):
        """After “open” the first of these is done, after each event the next; then it is left."""
        self.machine._loop.run(self._read(list(thens), leave))
        return self

    async def _read(self, thens, leave):
        gone = asyncio.Event()

        async def receive():
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {n.decode(): v.decode() for n, v in message["headers"]}
                return
            self.came += message["body"].decode()
            self.ended = not message.get("more_body", False)
            if thens and not self.ended:
                await asyncio.to_thread(beside, thens.pop(0))
            elif leave:
                gone.set()

        scope, _ = _request("GET", self.path, self.token, b"", {"accept": "text/event-stream"})
        async with asyncio.timeout(10):
            await self.machine.app(scope, receive, send)

    @property
    def events(self):
        return self.came.count("event: subscription")


def beside(then):
    try:
        then()
    finally:
        connection.close()


def revoke(client):
    return lambda: Token.objects.filter(client=client).update(revoked_at=datetime.now(UTC))


class TestAStream:
    def test_tells_that_something_new_matches_and_nothing_of_it(self, world, machine, anna, client):
        path = subscribed(machine, anna, HOOK, "Observation?code=718-7")
        stream = Stream(machine, f"{path}/$events", anna)
        stream.read(lambda: write(world.anna_at_y), lambda: write(world.anna_at_x), revoke(client))
        assert stream.status == 200
        assert stream.headers["content-type"] == "text/event-stream"
        assert stream.came == ": open\n\n" + 2 * (
            f"event: subscription\ndata: {path.split('/')[1]}\n\n"
        )
        assert stream.ended
        assert newest_line(world.anna.person_id).resources == ("Observation?code",)

    def test_ends_where_its_value_set_is_not_known_any_more(self, world, machine, anna):
        key, url = new_uuid(), "http://clinic.example/ValueSet/streamed"

        def keep(url):
            text = json.dumps(counted(url, "718-7"))
            put(owner=None, resource_id=key, text=text, now=datetime.now(UTC))

        keep(url)
        path = subscribed(machine, anna, HOOK, f"Observation?code:in={url}")

        def gone():
            write(world.anna_at_x)
            keep(f"{url}-no-more")

        stream = Stream(machine, f"{path}/$events", anna)
        stream.read(lambda: write(world.anna_at_y), gone)
        assert (stream.events, stream.ended) == (1, True)

    def test_tells_nothing_of_what_does_not_match_or_is_anothers(
        self, world, machine, anna, client
    ):
        path = subscribed(machine, anna, HOOK, "Observation?code=2160-0")

        def others():
            write(world.anna_at_x)
            write(world.boris_at_x, code="2160-0")
            connection.close()
            time.sleep(0.3)
            revoke(client)()

        assert Stream(machine, f"{path}/$events", anna).read(others).events == 0

    @pytest.mark.parametrize("quiet", [True, False])
    @pytest.mark.parametrize("how", ["consent", "ended", "disabled", "expired", "off"])
    def test_ends_with_the_right_to_it_and_tells_nothing_after(
        self, world, machine, anna, client, how, quiet
    ):
        """Also where nothing is written any more, for which the door would be asked."""
        path = subscribed(machine, anna, HOOK, "Observation")
        now = datetime.now(UTC)
        token = Token.objects.get(client=client)
        model, pk, changes = {
            "consent": (
                Consent,
                Consent.objects.get(person_id=world.anna.person_id, kind=Kind.PROCESSING.value).pk,
                {"withdrawn_at": now, "ended_as": "withdrawn"},
            ),
            "ended": (
                Authorization,
                token.authorization_id,
                {"ended_at": now, "ended_how": "person"},
            ),
            "disabled": (Client, client.pk, {"disabled_at": now}),
            "expired": (Token, token.pk, {"expires_at": now}),
            "off": (Subscription, decode_uuid(path.split("/")[1]), {"state": "off"}),
        }[how]
        row = model.objects.filter(pk=pk)

        def end():
            row.update(**changes)
            if not quiet:
                write(world.anna_at_x)

        with meanwhile(model, pk, **{name: row.values_list(name).get()[0] for name in changes}):
            stream = Stream(machine, f"{path}/$events", anna).read(end)
        assert stream.ended
        assert stream.events == 0

    def test_ends_when_its_client_goes_away(self, machine, anna):
        path = subscribed(machine, anna, HOOK, "Observation")
        stream = Stream(machine, f"{path}/$events", anna).read(leave=True)
        assert stream.came == ": open\n\n"

    def test_of_anothers_subscription_is_not_there(self, world, machine, anna, client):
        path = subscribed(machine, anna, HOOK, "Observation")
        for token in (app_token(world.anna), app_token(world.boris, client=client)):
            assert machine.get(f"{path}/$events", token).status == 404
        assert machine.get(f"{path}/$events").status == 401
        assert machine.get(f"{path}/$events", system_token(world.x)).status == 404

    def test_is_one_of_few_of_its_owner_and_leaves_place_for_others(
        self, world, machine, anna, monkeypatch
    ):
        monkeypatch.setattr(events, "_MOST_OF_ONE", 1)
        boris = app_token(world.boris)
        paths = {
            one: f"{subscribed(machine, one, HOOK, 'Observation')}/$events" for one in (anna, boris)
        }
        again, others = (Stream(machine, path, token) for token, path in paths.items())

        def come():
            for one in (again, others):
                task = one._read([], True)
                asyncio.run_coroutine_threadsafe(task, machine._loop.get_loop()).result(5)

        Stream(machine, paths[anna], anna).read(come, leave=True)
        assert (again.status, others.status) == (429, 200)
