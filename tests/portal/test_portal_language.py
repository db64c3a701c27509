"""The switch of languages: where it stands, what it changes, and who remembers."""

import re

import pytest
from django.test import Client
from django.utils import translation

from medkarta.accounts.models import Account
from medkarta.notifications.queries import recent

SWITCH = re.compile(r'<form class="tongue" method="post" action="/language">.*?</form>', re.DOTALL)
pytestmark = pytest.mark.django_db


def language_of(page):
    return re.search(r'<html lang="(\w+)"', page.content.decode())[1]


def switches(page):
    return [" ".join(one.split()) for one in SWITCH.findall(page.content.decode())]


@pytest.mark.parametrize("address", ["/", "/card/labs", "/control/log", "/profile?edit=1", "/help"])
def test_every_page_has_the_switch_that_comes_back_to_it(browse, address):
    client = browse("open")
    switch = switches(client.get(address))
    assert len(switch) == 1
    assert f'name="next" value="{address}"' in switch[0]
    assert "csrfmiddlewaretoken" in switch[0]
    assert 'value="en" lang="en">English</button>' in switch[0]
    answer = client.post("/language", {"language": "en", "next": address})
    assert (answer.status_code, answer["Location"]) == (302, address)
    page = client.get(address)
    assert language_of(page) == "en"
    assert 'value="ru" lang="ru">Русский' in switches(page)[0]


def test_a_visitors_choice_stays_in_the_browser_and_holds_against_its_settings():
    client = Client(headers={"accept-language": "ru"})
    client.post("/language", {"language": "en", "next": "/"})
    assert language_of(client.get("/accounts/login/")) == "en"
    client.post("/language", {"language": "ru", "next": "/"})
    english = Client(headers={"accept-language": "en"})
    english.cookies = client.cookies
    assert language_of(english.get("/accounts/login/")) == "ru"


def test_a_choice_goes_with_the_account_to_another_browser(browse, people):
    browse("open").post("/language", {"language": "en", "next": "/"})
    assert Account.objects.get(email=people["open"].email).language == "en"
    assert language_of(browse("open").get("/help")) == "en"


def test_the_switch_takes_no_other_language_no_other_site_and_no_link(browse, people):
    client = browse("open")
    client.post("/language", {"language": "xx", "next": "/help"})
    assert Account.objects.get(email=people["open"].email).language == "ru"
    assert language_of(client.get("/help")) == "ru"
    away = client.post("/language", {"language": "en", "next": "https://elsewhere.test/"})
    assert "elsewhere" not in away.get("Location", "")
    assert client.get("/language?language=en").status_code == 405


def test_the_switch_needs_the_pages_own_token(browse):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/language", {"language": "en", "next": "/"}).status_code == 403


def test_who_signs_up_in_english_is_written_to_in_english():
    client = Client()
    client.post("/language", {"language": "en", "next": "/"})
    client.post(
        "/accounts/signup/",
        {"email": "reader@example.test", "password1": "a heron over the quiet harbour 17"},
    )
    assert Account.objects.get(email="reader@example.test").language == "en"
    (message,) = [one for one in recent() if one.address == "reader@example.test"]
    assert message.subject == "Medkarta: code to confirm your email"
    assert "Enter it on the page" in message.body


def test_a_mail_that_no_page_sends_is_in_the_accounts_language(people):
    from medkarta.accounts.messages import tell_of_wrong_codes
    from medkarta.foundation.ids import AccountId

    account = Account.objects.get(email=people["open"].email)
    Account.objects.filter(pk=account.pk).update(language="en")
    with translation.override("ru"):
        from django.utils import timezone

        tell_of_wrong_codes(AccountId(account.pk), timezone.now())
    (told,) = [one for one in recent() if one.address == account.email]
    assert told.subject == ("Medkarta: signing in is stopped for 15 minutes")
