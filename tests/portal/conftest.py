"""The demo people behind the pages, and a browser's place for each of them."""

import time

import pytest
from django.test import Client
from django.utils import timezone

from medkarta.accounts.models import Account
from medkarta.demo.actions import populate


class FolderAsHome:
    """A folder of the test in the place of the installation's home."""

    def __init__(self, folder):
        self.demo_people = folder / "demo-people.json"

    def write_private(self, path, text):
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def people(tmp_path, db):
    """By their state: `open`, `no-consent` and so on."""
    entries = populate(home=FolderAsHome(tmp_path), now=timezone.now())
    return {entry.state: entry for entry in entries}


@pytest.fixture
def browse(people):
    """Sign somebody in, by two factors or by the password alone."""

    def sign_in(state, *, two_factors=True):
        account = Account.objects.get(email=people[state].email)
        client = Client()
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        records = [{"method": "password", "at": time.time()}]
        if two_factors:
            records.append({"method": "mfa", "type": "totp", "at": time.time()})
        session = client.session
        session["account_authentication_methods"] = records
        session["account_authentication_methods_user"] = str(account.pk)
        session.save()
        return client

    return sign_in
