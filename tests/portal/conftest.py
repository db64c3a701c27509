"""The demo people behind the pages, and a browser's place for each of them."""

import time

import allowed
import esia_standin as stand
import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from medkarta.accounts.models import Account
from medkarta.demo.actions import populate
from medkarta.demo.standins.server import Mood


class FolderAsHome:
    """A folder of the test in the place of the installation's home."""

    def __init__(self, folder):
        self.demo_people = folder / "demo-people.json"

    def write_private(self, path, text):
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def population(tmp_path_factory, django_db_setup, django_db_blocker):
    """The cast, made once for the tests of a file: each test takes back what it did to them."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # as around a test: what is durable inside may be so
        with around:
            home = FolderAsHome(tmp_path_factory.mktemp("home"))
            yield populate(home=home, now=timezone.now())
            transaction.set_rollback(True)


@pytest.fixture
def people(population, db):
    """By their state: `open`, `no-consent` and so on."""
    return {entry.state: entry for entry in population}


@pytest.fixture
def browse(people):
    """Sign somebody in, by two factors shown a moment ago or by the password alone."""

    def sign_in(state, *, two_factors=True):
        account = Account.objects.get(email=people[state].email)
        client = Client()
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        shown = {"at": time.time(), "reauthenticated": two_factors}
        records = [{"method": "password", **shown}]
        if two_factors:
            records.append({"method": "mfa", "type": "totp", **shown})
        session = client.session
        session["account_authentication_methods"] = records
        session["account_authentication_methods_user"] = str(account.pk)
        session.save()
        return client

    return sign_in


@pytest.fixture(scope="module")
def standin_of_esia():
    with stand.running() as made:
        yield made


@pytest.fixture
def esia(standin_of_esia, settings):
    """Our stand-in answers as ESIA; a test may change its mood and its clock."""
    settings.ESIA = stand.as_settings(standin_of_esia.ours)
    yield standin_of_esia
    standin_of_esia.server.be(Mood.WELL)
    standin_of_esia.clock.now = None


@pytest.fixture
def app(people):
    """An app that may ask for the whole record, known as «diary»."""
    assert people
    return allowed.app(
        client_id="diary",
        scopes=["patient/*.rs", "launch", "launch/patient", "offline_access"],
        now=timezone.now(),
        redirect_uris=[allowed.BACK, f"{allowed.BACK}?from=medkarta"],
    )
