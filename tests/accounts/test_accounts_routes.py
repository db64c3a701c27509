"""Who opens which address: every one of the service, by whole sessions of each role."""

import time

import citizens
import pytest
from django.test import Client
from test_accounts_half_way_in import FOR_ALL, named, of_the_password_alone

from medkarta.audit.models import Entry

# An account's own, whatever its role: how and where it signs in. Nothing of a person's is there.
OWN_SIGN_IN = (
    "account_",
    "choose_factor",
    "deed",
    "device_",
    "language",
    "mfa_",
    "oauth_",  # programs' addresses, and the question that is asked of a citizen alone
    "password_",
    "quick_exit",
    "session",
)


def whole(account_id):
    """A browser of the account, both factors shown this moment."""
    session = of_the_password_alone(citizens.Citizen(account_id=account_id), at=time.time())
    session["account_authentication_methods"].append(
        {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    )
    client = Client()
    copy = client.session
    copy.update(session)
    copy.save()
    return client


def opens(account_id, names):
    """Those of the addresses that show the account a page, or do something for it."""
    opened, addresses = set(), named()
    for name in names:
        for method in ("get", "post"):
            answer = getattr(whole(account_id), method)(addresses[name])
            away = answer.status_code == 302 and answer["Location"].startswith("/accounts/")
            if answer.status_code not in {403, 404, 405} and not away:
                opened.add(f"{method} {name}")
    return opened


@pytest.mark.django_db(transaction=True)
class TestRoles:
    def test_a_citizen_opens_nothing_of_the_back_office(self):
        citizen = citizens.with_open_record()
        office = {name for name in named() if name.startswith("backoffice")}
        assert len(office) >= 5
        assert opens(citizen.account_id, office) == set()

    def test_an_operator_opens_nothing_of_a_citizens(self):
        citizens.with_open_record()
        operator = citizens.operator()
        theirs = {
            name
            for name in named()
            if name not in FOR_ALL and not name.startswith((*OWN_SIGN_IN, "backoffice"))
        }
        assert {"card", "log", "consents", "people", "acting", "documents"} <= theirs
        before = Entry.objects.count()
        assert opens(operator, theirs) == set()
        assert Entry.objects.count() == before
