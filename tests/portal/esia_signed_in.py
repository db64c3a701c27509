"""A browser in which a citizen of `citizens` has signed in, and its way out to ESIA and back."""

import time
from urllib.parse import urlencode

import esia_standin as stand
from django.test import Client

from medkarta.accounts.models import Account
from medkarta.demo.cast import CAST
from medkarta.patients.rules import PersonalDataInput, Sex


def signed_in(citizen, *, two_factors=True, reauthenticated=False):
    client = Client()
    account = Account.objects.get(pk=citizen.account_id)
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    shown = {"at": time.time(), "reauthenticated": reauthenticated}
    records = [{"method": "password", **shown}]
    if two_factors:
        records.append({"method": "mfa", "type": "totp", **shown})
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client


def data_of(place):
    one = CAST[place]
    return PersonalDataInput(
        family=one.family,
        given=one.given,
        patronymic=one.patronymic,
        birth_date=one.birth_date,
        sex=Sex(one.sex),
        snils=one.snils,
    )


def come_back(client, said):
    return client.get(f"/esia/callback?{urlencode(said)}")


def goes(client, oid=stand.ANNA, **kwargs):
    """Out to ESIA and back; the callback's answer."""
    out = client.post("/esia/start")
    assert out.status_code == 302
    return come_back(client, stand.walk(out["Location"], oid, **kwargs))
