"""What is safe to repeat of Subscriptions, and what is refused where it would not be."""

import pytest
from bearers import app, app_token
from django.test import override_settings
from subscribing import subscribed, wish

from medkarta.subscriptions.models import Listener, Subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def hook():
    with override_settings(DEMO=True):
        yield "http://localhost:1/hook"
    Subscription.objects.all().delete()
    Listener.objects.all().delete()


@pytest.fixture
def client():
    return app()


@pytest.fixture
def anna(world, client):
    return app_token(world.anna, client=client)


def test_is_made_once_for_each_key(world, machine, anna, client, hook):
    sent, other = wish(hook, "Observation?code=718-7"), wish(hook, "Condition")
    calls = [("POST", "Subscription", anna, one, {"idempotency_key": "k1"}) for one in [sent] * 2]
    first, again = machine.together(calls[0])[0], machine.together(calls[1])[0]
    assert (first.status, again.status, first.json["id"]) == (201, 201, again.json["id"])
    assert machine.call("POST", "Subscription", anna, other, idempotency_key="k1").status == 422
    boris = app_token(world.boris, client=client)
    theirs = machine.call("POST", "Subscription", boris, sent, idempotency_key="k1")
    assert (theirs.status, theirs.json["id"] == first.json["id"]) == (201, False)
    assert Subscription.objects.count() == 2


def test_sends_nothing_back_where_that_is_wished(machine, anna, hook):
    path, sent = subscribed(machine, anna, hook, "Observation"), wish(hook, "Condition")
    minimal = machine.call("PUT", path, anna, sent, prefer="return=minimal")
    assert (minimal.status, minimal.body) == (200, b"")
    told = machine.call("PUT", path, anna, sent, prefer="return=OperationOutcome")
    assert (told.status, told.json["resourceType"]) == (200, "OperationOutcome")


def test_comes_and_goes_as_xml_too(machine, anna, hook):
    sent = (
        '<Subscription xmlns="http://hl7.org/fhir"><status value="requested"/>'
        '<reason value="новые анализы"/><criteria value="Observation"/>'
        f'<channel><type value="rest-hook"/><endpoint value="{hook}"/></channel></Subscription>'
    ).encode()
    as_xml = {"content_type": "application/fhir+xml"}
    made = machine.call("POST", "Subscription", anna, sent, **as_xml)
    assert (made.status, made.json["reason"]) == (201, "новые анализы"), made.body
    path = "Subscription/" + made.json["id"]
    again = machine.call("PUT", path, anna, sent, **as_xml)
    assert again.headers["etag"] == 'W/"1"'
    read = machine.get(f"{path}?_format=xml", anna)
    assert b'<versionId value="1"/>' in read.body
    assert machine.call("POST", "Subscription", anna, b"<a/>", **as_xml).status == 400
