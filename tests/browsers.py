"""People with several browsers, each signed in through the real pages."""

from citizens import PASSWORD, SECRET
from django.conf import settings
from django.test import Client
from django.utils import timezone

from medkarta.accounts import totp
from medkarta.accounts.models import Session, UsedStep
from medkarta.accounts.session_keys import hash_of

SIGN_IN = "/accounts/login/"
SECOND_STEP = "/accounts/2fa/authenticate/"
REAUTHENTICATE = "/accounts/2fa/reauthenticate/"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
WRONG = "не-тот-пароль-совсем-9"


def new_code():
    """The present code, as if this minute's had not been used in another browser."""
    UsedStep.objects.all().delete()
    return totp.code_at(SECRET, totp.step_at(timezone.now()))


def browser(agent=CHROME, address="127.0.0.1"):
    return Client(headers={"user-agent": agent}, REMOTE_ADDR=address)


def types_password(client, email, password=PASSWORD, **extra):
    return client.post(SIGN_IN, {"login": email, "password": password}, **extra)


def sign_in(client, email, password=PASSWORD):
    types_password(client, email, password)
    answer = client.post(SECOND_STEP, {"code": new_code()})
    assert answer.status_code == 302, answer.content.decode()
    return client


def signed_in(email, agent=CHROME, **place):
    return sign_in(browser(agent, **place), email)


def shows_both_again(client, password=PASSWORD):
    """Password and code once more, as before a change of either."""
    client.post("/accounts/reauthenticate/", {"password": password})
    client.post(REAUTHENTICATE, {"code": new_code()})
    return client


def key_of(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def row_of(client):
    return Session.objects.get(pk=hash_of(key_of(client)))


def set_back(client, **times):
    """As if the session had begun, or been used last, at another time."""
    Session.objects.filter(pk=hash_of(key_of(client))).update(**times)


def is_in(client):
    return client.get("/profile").status_code == 200


def says(client, address="/help"):
    return client.get(address, follow=True).content.decode()
