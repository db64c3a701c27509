"""Who has an account stays unsaid: the same answer for a present, a closed and an absent one."""

import re

import citizens
import pytest
from citizens import PASSWORD
from django.core.cache import cache
from django.test import Client
from quick_hasher import QuickArgon2

from medkarta.accounts.models import Account

ABSENT = "nobody@example.test"
TOKEN = re.compile(r'value="[A-Za-z0-9]{64}"')
OTHER = "не-тот-пароль-совсем-9"


@pytest.fixture(autouse=True)
def _no_counts_of_the_test_before(db):
    cache.clear()


def present():
    return citizens.with_account(1).email


def closed():
    citizen = citizens.with_account(2)
    Account.objects.filter(pk=citizen.account_id).update(is_active=False)
    return citizen.email


def without_second_factor():
    return citizens.with_account(3, second_factor=False).email


def absent():
    return ABSENT


WHO = [present, closed, without_second_factor]


def answer_of(address, fields, email):
    """Everything by which one answer could be told from another, but for the address itself."""
    browser = Client()
    page = browser.post(address, fields)
    return {
        "status": page.status_code,
        "where": page.get("Location"),
        "cookies": sorted(page.cookies),
        "headers": sorted(page.headers),
        "body": TOKEN.sub("", page.content.decode()).replace(email, "…"),
    }


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.__name__)
def test_a_wrong_password_is_answered_alike(who):
    emails = (who(), absent())
    answers = [
        answer_of("/accounts/login/", {"login": email, "password": OTHER}, email)
        for email in emails
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.__name__)
def test_asking_for_a_new_password_is_answered_alike(who):
    emails = (who(), absent())
    answers = [answer_of("/accounts/password/reset/", {"email": email}, email) for email in emails]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.__name__)
def test_a_sign_up_is_answered_alike(who):
    emails = (who(), absent())
    answers = [
        answer_of("/accounts/signup/", {"email": email, "password1": PASSWORD}, email)
        for email in emails
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.__name__)
def test_the_page_of_the_letters_code_is_alike_too(who):
    pages = []
    for email in (who(), absent()):
        browser = Client()
        browser.post("/accounts/password/reset/", {"email": email})
        asked = browser.get("/accounts/password/reset/confirm/")
        wrong = browser.post("/accounts/password/reset/confirm/", {"code": "123-456-789"})
        pages.append((asked.status_code, wrong.status_code, str(wrong.context["form"].errors)))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("who", [present, absent], ids=lambda who: who.__name__)
@pytest.mark.parametrize(
    ("address", "name", "word"),
    [("/accounts/login/", "login", "password"), ("/accounts/signup/", "email", "password1")],
)
def test_a_password_is_hashed_once_whoever_has_an_account(who, address, name, word, monkeypatch):
    email = who()
    hashed = []
    encode = QuickArgon2.encode

    def counted(self, *given):
        hashed.append(1)
        return encode(self, *given)

    monkeypatch.setattr(QuickArgon2, "encode", counted)
    monkeypatch.setattr(QuickArgon2, "verify", lambda *_: bool(hashed.append(1)))
    Client().post(address, {name: email, word: PASSWORD})
    assert hashed == [1]
