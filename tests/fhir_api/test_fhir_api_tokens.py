"""Tokens as the authorization server gives them out, at the FHIR addresses."""

import allowed
import pytest
from citizens import ORIGIN
from django.utils import timezone

from medkarta.clients import actions
from medkarta.clients.rules.errors import OAuthError

pytestmark = pytest.mark.django_db
OPEN = "patient/Observation.rs?category=laboratory,vital-signs&date=ge2024"
ASKED = f"launch/patient offline_access {OPEN}"


@pytest.fixture
def app(world):
    assert world
    return allowed.app(scopes=ASKED.split(), now=timezone.now())


@pytest.fixture
def issued(world, app):
    now = timezone.now()
    code = allowed.allow(world.anna, app, asked=ASKED, now=now)
    return allowed.exchange(app, code, now=now)


def read(machine, world, token):
    return machine.get(f"Observation/{world.anna_at_x.observation}", token)


def test_what_the_person_allowed_is_read_and_no_more(world, machine, issued):
    assert read(machine, world, issued.access_token).status == 200
    found = machine.get("Observation?code=718-7", issued.access_token)
    assert found.status == 200
    assert world.anna_at_y.observation in found.body.decode()
    refused = machine.get(f"Condition/{world.anna_at_x.condition}", issued.access_token)
    assert refused.status == 403


def test_a_refresh_may_narrow_the_query_and_not_widen_it(world, machine, app, issued):
    now = timezone.now()
    assert OPEN in issued.scope.split()
    with pytest.raises(OAuthError, match="no more than there was"):
        allowed.refresh(app, issued.refresh_token, scope=OPEN.replace("2024", "2023"), now=now)
    less = OPEN.replace("laboratory,", "")
    narrow = allowed.refresh(app, issued.refresh_token, scope=less, now=now)
    assert narrow.scope == less
    assert read(machine, world, narrow.access_token).status == 404
    again = allowed.refresh(app, narrow.refresh_token, now=now)
    assert read(machine, world, again.access_token).status == 200


def test_no_other_word_is_a_bearer(world, machine, app, issued):
    now = timezone.now()
    launch = actions.launch_app(
        client_id=app.id, account_id=world.anna.account_id, session="one", now=now
    )
    others = (
        issued.refresh_token,
        allowed.allow(world.anna, app, asked=ASKED, now=now),
        launch,
        app.client_id,
        issued.access_token.upper(),
        issued.access_token[:-1],
        issued.access_token + "=",
    )
    assert {read(machine, world, word).status for word in others} == {401}


def end(world, app, issued):
    actions.end_app(
        client_id=app.id, account_id=world.anna.account_id, origin=ORIGIN, now=timezone.now()
    )


def give_back(world, app, issued):
    actions.revoke(client=app, token=issued.refresh_token, origin=ORIGIN, now=timezone.now())


def show_twice(world, app, issued):
    allowed.refresh(app, issued.refresh_token, now=timezone.now())
    with pytest.raises(OAuthError):
        allowed.refresh(app, issued.refresh_token, now=timezone.now())


def shut_out(world, app, issued):
    by = actions.By(account_id=None, app="cli")
    actions.disable_client(client_id=app.id, by=by, now=timezone.now())


@pytest.mark.parametrize("ending", [end, give_back, show_twice, shut_out])
def test_what_has_ended_reads_nothing_at_the_next_request(world, machine, app, issued, ending):
    assert read(machine, world, issued.access_token).status == 200
    ending(world, app, issued)
    assert read(machine, world, issued.access_token).status == 401
