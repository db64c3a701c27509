"""Every address of Subscriptions, by every bearer who is not the owner: as if none were there.

The addresses are those of the table of routes, so that none is left out.
"""

import pytest
from bearers import app, app_token, system, system_token
from django.test import override_settings
from django.utils import timezone
from fhir_matrix import session_of
from subscribing import subscribed, wish

from medkarta.clients.models import Client
from medkarta.fhir_api.routes import OF_CLIENTS
from medkarta.subscriptions.models import Listener, Subscription, SubscriptionVersion

pytestmark = pytest.mark.django_db
SECRET = "known to the owner"
HOOK = "http://localhost:1/hook"
DOORS = [
    (method, shape)
    for shape, methods in OF_CLIENTS.items()
    for method in methods
    if shape[0] == "Subscription"
]
# What would be refused otherwise, where it were looked at.
BODIES = {
    "POST": wish(HOOK, "Nonsense"),
    "PUT": wish(HOOK, "Nonsense"),
    "PATCH": b'[{"op":"replace","path":"/status","value":"off"}]',
}
# Of what is there, and of what never was: by an id, and by a condition.
NEVER = ("a" * 26, "Procedure")


@pytest.fixture(scope="module")
def owned(world, machine):
    """The owner's token and client, and the subscription's id, by app and by system."""
    app_client, system_client = app(), system(world.x)
    tokens = {
        "app": (app_token(world.anna, client=app_client), "Observation"),
        "system": (
            system_token(world.x, client=system_client),
            f"Observation?patient={world.anna_at_x.patient}",
        ),
    }
    with override_settings(DEMO=True):
        ids = {
            name: subscribed(machine, token, HOOK, criteria, reason=SECRET).partition("/")[2]
            for name, (token, criteria) in tokens.items()
        }
    yield ids, strangers(world, app_client)
    Subscription.objects.all().delete()
    Listener.objects.all().delete()


def strangers(world, client):
    """(name, token, whether there is such a bearer)."""
    off = app()
    off_token = app_token(world.anna, client=off)
    Client.objects.filter(pk=off.pk).update(disabled_at=timezone.now())
    return [
        ("nobody", None, False),
        ("an invented token", "x" * 43, False),
        ("a session", session_of(world.anna), False),
        ("a disabled program", off_token, False),
        ("another app of the same person", app_token(world.anna), True),
        ("the same app of another person", app_token(world.boris, client=client), True),
        ("another system of the same clinic", system_token(world.x), True),
        ("a system of another clinic", system_token(world.y), True),
    ]


def call(method, shape, token, names):
    """A request of `machine.together` about what has this id, or such criteria."""
    name, criteria = names
    path = "/".join({"id": name, "v": "1"}.get(part, part) for part in shape)
    kind = "application/json-patch+json" if method == "PATCH" else "application/fhir+json"
    body = BODIES.get(method, b"")
    if shape[-1] == "_search":
        body, kind = f"criteria={criteria}".encode(), "application/x-www-form-urlencoded"
    elif shape == ("Subscription",) and method != "POST":
        path += f"?criteria={criteria}"
    return method, path, token, body, {"content_type": kind}


def told(heard, names):
    """The answer, with what was asked for taken out of it."""
    body = heard.body
    for name in names:
        body = body.replace(name.encode(), b"...")
    headers = {one: text for one, text in heard.headers.items() if one != "content-length"}
    return heard.status, headers, body


def stored():
    rows = SubscriptionVersion.objects.order_by("subscription_id", "version")
    return list(rows.values()), list(Subscription.objects.order_by("pk").values())


@pytest.mark.parametrize(("method", "shape"), DOORS)
def test_a_stranger_hears_what_one_hears_of_none(machine, owned, method, shape):
    ids, others = owned
    before = stored()
    asked = [(one, "Observation") for one in ids.values()]
    for name, token, known in others:
        with override_settings(DEMO=True):
            calls = [call(method, shape, token, names) for names in (*asked, NEVER)]
            answers = machine.end(*(machine.begin(*one) for one in calls))
        heard = [told(*one) for one in zip(answers, (*asked, NEVER), strict=True)]
        assert heard == [heard[-1]] * len(heard), name
        status, headers, body = heard[-1]
        assert (known or status == 401, "etag" in headers, SECRET.encode() in body) == (
            *(True, False, False),
        ), name
    assert stored() == before


def test_these_are_all_that_there_are():
    """Each kind of address, so that the table is not read past."""
    assert {shape for _, shape in DOORS} >= {
        ("Subscription",),
        ("Subscription", "_search"),
        ("Subscription", "_history"),
        ("Subscription", "id"),
        ("Subscription", "id", "$events"),
        ("Subscription", "id", "_history"),
        ("Subscription", "id", "_history", "v"),
    }
