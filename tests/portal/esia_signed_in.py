"""A browser in which a citizen of `citizens` has signed in."""

import time

from django.test import Client

from medkarta.accounts.models import Account


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
