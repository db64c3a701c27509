"""What ends between two requests, and while one is answered: it holds from that moment on."""

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from bearers import app, app_token, system_token
from django.db import connection
from django.utils import timezone
from fhir_meanwhile import allowed, meanwhile
from fhir_world import LABORATORY

from medkarta.accounts.models import Account
from medkarta.audit.models import Entry
from medkarta.clients.models import Authorization, Client, Token
from medkarta.consents.models import Consent
from medkarta.consents.rules import Kind
from medkarta.insurance.models import Policy
from medkarta.patients.models import Link

pytestmark = pytest.mark.django_db
PAGED = [
    "Observation?_count=1&_sort=date",
    "Observation/_history?_count=1",
    "Patient/$everything?_count=1",
    "Condition?_count=1&_include=*&_revinclude=*",
]


def next_page(heard):
    """The path of the next page."""
    (link,) = (one["url"] for one in heard.json["link"] if one["relation"] == "next")
    return link.partition("/fhir/")[2]


def now():
    return datetime.now(UTC)


ENDINGS = {
    "consent": 403,
    "policy": 403,
    "policy over time": 403,
    "link": 403,
    "identity": 403,
    "token": 401,
    "authorization": 401,
    "client": 401,
    "account": 401,
}


@contextmanager
def ended(world, how, client=None):
    """Of Anna and her app."""
    person = world.anna.person_id
    token = Token.objects.filter(client=client).first() or Token()
    rows, changes = {
        "consent": (Consent.objects.filter(person_id=person), {"withdrawn_at": now()}),
        "policy": (Policy.objects.filter(person_id=person), {"state": "ended"}),
        "policy over time": (
            Policy.objects.filter(person_id=person),
            {"active_to": timezone.localdate() - timedelta(days=1)},
        ),
        "link": (
            Link.objects.filter(person_id=person),
            {"unlinked_at": now()},
        ),
        "identity": (Account.objects.filter(pk=world.anna.account_id), {"level": "standard"}),
        "token": (Token.objects.filter(pk=token.pk), {"revoked_at": now()}),
        "authorization": (
            Authorization.objects.filter(pk=token.authorization_id),
            {"ended_at": now(), "ended_how": "person"},
        ),
        "client": (Client.objects.filter(pk=token.client_id), {"disabled_at": now()}),
        "account": (Account.objects.filter(pk=world.anna.account_id), {"is_active": False}),
    }[how]
    before = list(rows.values("pk", *changes))
    rows.update(**changes)
    try:
        yield
    finally:
        for row in before:
            rows.model.objects.filter(pk=row.pop("pk")).update(**row)


@pytest.mark.parametrize("how", ENDINGS)
def test_the_page_after_the_end_is_not_given(world, machine, how):
    """B056, B057, B059: of searches, histories and whole records."""
    client = app()
    token = app_token(world.anna, client=client)
    pages = {path: next_page(machine.get(path, token)) for path in PAGED}
    canaries = (world.anna_at_x.canary.encode(), world.anna_at_y.canary.encode())
    with ended(world, how, client):
        for path in (*pages.values(), *pages):
            heard = machine.get(path, token)
            assert heard.status == ENDINGS[how], path
            assert not any(one in heard.body for one in canaries)
    for path in pages.values():
        assert machine.get(path, token).status == 200


def test_one_link_less_is_one_entry_less(world, machine):
    """B057: the second page holds nothing of the clinic that was unlinked after the first."""
    token = app_token(world.anna)
    path = "Observation?_count=1&_sort=date"
    first = machine.get(path, token)
    shown = first.json["entry"][0]["resource"]["id"]
    other = world.anna_at_y if shown == world.anna_at_x.observation else world.anna_at_x
    link = Link.objects.get(entry_id=other.patient_id)
    with meanwhile(Link, link.pk, unlinked_at=now()):
        heard = machine.get(next_page(first), token)
        assert heard.status == 200
        assert "entry" not in heard.json
        assert machine.get(f"Observation/{other.observation}", token).status == 404


def test_what_another_clinic_was_allowed_is_over_between_its_pages(world, machine):
    """B056, B057: a consent of kind `access`, withdrawn or overruled by a denial."""
    x = system_token(world.x)
    held = world.anna_at_y
    held.put(lab(held))
    path = f"Observation?patient={held.patient}&_count=1"
    for how in ("withdrawn", "denied", "consent", "policy"):
        with allowed(world, ["labs"]) as word:
            second = next_page(machine.get(path, x))
            assert machine.get(second, x).json["entry"]
            if how == "withdrawn":
                Consent.objects.filter(pk=word.pk).update(withdrawn_at=now())
                refused(machine, x, held, second)
            elif how == "denied":
                with allowed(world, ["labs"], kind=Kind.DENIAL):
                    refused(machine, x, held, second)
            else:
                with ended(world, how):
                    refused(machine, x, held, second)


def refused(machine, x, held, page):
    for path in (page, f"Observation/{held.observation}", f"Observation?patient={held.patient}"):
        heard = machine.get(path, x)
        assert heard.status in (200, 400, 404)
        assert "entry" not in heard.json
        assert held.canary.encode() not in heard.body


def test_what_left_the_allowed_section_is_hidden_in_all_versions(world, machine):
    """B074: a laboratory result that was none."""
    x, held = system_token(world.x), world.anna_at_y
    made = held.put(lab(held))
    with allowed(world, ["labs"]):
        assert machine.get(f"Observation/{made}", x).status == 200
        held.change(made, {**lab(held), "category": []})
        for path in ("{}", "{}/_history", "{}/_history/1", "{}/_history/2", "{}/$meta"):
            assert machine.get(f"Observation/{path.format(made)}", x).status == 404


def test_a_bundle_of_reads_stops_being_answered_where_the_consent_ends(world, machine):
    """B057: each entry passes the door by itself, whatever was opened before it."""
    token = app_token(world.anna)
    entry = {"request": {"method": "GET", "url": f"Observation/{world.anna_at_x.observation}"}}
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry] * 400}
    rows = Consent.objects.filter(person_id=world.anna.person_id)
    before = Entry.objects.count()

    def withdraw():
        """As soon as the first have been read."""
        while Entry.objects.count() == before:
            time.sleep(0.001)
        rows.update(withdrawn_at=now())
        connection.close()

    try:
        heard = machine.during(withdraw, "POST", "", token, bundle)
    finally:
        rows.update(withdrawn_at=None)
    statuses = [one["response"]["status"] for one in heard.json["entry"]]
    given = statuses.count("200")
    assert statuses == ["200"] * given + ["403"] * (400 - given)
    assert 0 < given < 400
    assert heard.body.count(world.anna_at_x.canary.encode()) == given


def lab(held):
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [LABORATORY],
        "code": {"text": held.canary},
        "subject": {"reference": f"Patient/{held.patient}"},
        "effectiveDateTime": "2025-03-05",
    }
