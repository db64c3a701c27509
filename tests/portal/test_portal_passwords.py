"""How strong a password is, said while it is typed; and a way out in one press."""

import json

import citizens
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from esia_signed_in import signed_in as in_browser

from medkarta.portal.views.passwords import LARGEST

STRENGTH = "/accounts/password-strength"
CANARY = "канарейка-в-шахте-73-щебечет"


@pytest.fixture(autouse=True)
def _no_counts_of_the_test_before(db):
    cache.clear()


def ask(browser, password, **more):
    return browser.post(
        STRENGTH,
        json.dumps({"password": password, **more}, ensure_ascii=False).encode(),
        content_type="application/json",
    )


def signed_in(citizen):
    browser = Client()
    browser.post("/accounts/login/", {"login": citizen.email, "password": citizens.PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": citizen.code(timezone.now())})
    return browser


class TestStrength:
    @pytest.mark.parametrize(
        ("password", "step", "words"),
        [
            ("qwerty", 0, "Знаков не хватает: ещё 6."),
            ("dragon1987!!!", 1, "Цифры в конце не помогают."),
            ("сиреневый трамвай едет в депо", 4, "Надёжный пароль."),
            ("жЩ7!кЪ2#", 2, "Знаков не хватает: ещё 4."),
            ("ё" * 257, 0, "не больше 256 знаков"),
        ],
    )
    def test_is_a_step_and_a_sentence(self, password, step, words):
        said = ask(Client(), password).json()
        assert words in said["words"]
        assert said["step"] <= step

    def test_knows_the_address_that_stands_beside_it(self):
        password = "vasilisapremudrova"
        said = ask(Client(), password, email="vasilisa.premudrova@example.test").json()
        assert "ваше имя, адрес" in said["words"]

    def test_knows_who_is_signed_in(self):
        browser = signed_in(citizens.with_data())
        assert "ваше имя" in ask(browser, "Ёлкина-Примерова 1985").json()["words"]

    def test_speaks_the_readers_language(self):
        browser = Client(headers={"accept-language": "en"})
        assert ask(browser, CANARY).json()["words"] == "A strong password."

    def test_a_body_over_a_kilobyte_is_not_read(self):
        answer = ask(Client(), "я" * LARGEST)
        assert answer.status_code == 413

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"password": 1}', b"\xff"])
    def test_what_is_not_understood_is_said_so(self, body):
        answer = Client().post(STRENGTH, body, content_type="application/json")
        assert answer.status_code == 400
        assert answer.json()["words"]

    def test_the_longest_password_fits(self):
        answer = ask(Client(), "щ" * 256, email=f"{'a' * 60}@example.test")
        assert answer.status_code == 200

    def test_is_asked_by_nobody_elses_page(self):
        assert ask(Client(enforce_csrf_checks=True), CANARY).status_code == 403

    def test_is_limited_for_each_browser(self):
        browser, other = Client(), Client()
        for one in (browser, other):
            one.get("/accounts/signup/")  # its form brings the cookie that tells browsers apart
        statuses = [ask(browser, "a").status_code for _ in range(61)]
        assert statuses == [200] * 60 + [429]
        assert ask(other, "a").status_code == 200

    def test_keeps_nothing_and_writes_nothing_down(self, capfd, caplog):
        browser = signed_in(citizens.with_account())
        ask(browser, CANARY)
        browser.get("/")
        told = capfd.readouterr()
        assert CANARY not in told.out + told.err + caplog.text + str(dict(browser.session))
        with connection.cursor() as cursor:
            cursor.execute("SELECT value FROM django_cache")
            assert all(CANARY not in value for (value,) in cursor.fetchall())


class TestFields:
    @pytest.mark.parametrize(
        ("address", "wanted"),
        [
            ("/accounts/login/", {"login": "username", "password": "current-password"}),
            ("/accounts/signup/", {"email": "username", "password1": "new-password"}),
        ],
    )
    def test_tell_keepers_of_passwords_what_they_are(self, address, wanted):
        form = Client().get(address).context["form"]
        found = {name: form.fields[name].widget.attrs["autocomplete"] for name in wanted}
        assert found == wanted

    def test_of_the_change_too(self):
        citizen = citizens.with_account()
        page = in_browser(citizen, reauthenticated=True).get("/accounts/password/change/")
        fields = page.context["form"].fields
        found = {name: field.widget.attrs.get("autocomplete") for name, field in fields.items()}
        assert found == {
            "oldpassword": "current-password",
            "password1": "new-password",
            "password2": "new-password",
            "end_others": None,
        }
        assert 'autocomplete="username"' in page.content.decode()

    @pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/signup/"])
    def test_nothing_forbids_pasting_or_shortens_what_was_pasted(self, address):
        page = Client().get(address).content.decode()
        assert "onpaste" not in page
        assert "maxlength" not in page.split('type="password"')[1].split(">")[0]


class TestQuickExit:
    def test_ends_the_session_and_has_the_browser_forget_us(self):
        browser = signed_in(citizens.with_data())
        answer = browser.post("/exit")
        assert answer["Location"] == "/blank"
        assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
        assert browser.get("/profile").status_code == 302

    def test_leads_to_a_page_without_our_name(self):
        page = Client().get("/blank").content.decode()
        assert "Медкарта" not in page
        assert "Medkarta" not in page
        assert "/static/" not in page
        assert "http-equiv" not in page

    def test_or_to_a_site_that_the_operator_chose(self, settings):
        settings.QUICK_EXIT_URL = "https://weather.example/today?a=1&b=2"
        page = Client().get("/blank").content.decode()
        address = "https://weather.example/today?a=1&amp;b=2"
        assert f'<meta http-equiv="refresh" content="0; url={address}">' in page

    def test_is_a_press_and_no_link(self):
        assert Client().get("/exit").status_code == 405
        assert Client(enforce_csrf_checks=True).post("/exit").status_code == 403

    def test_stands_on_every_page_of_whoever_is_signed_in(self):
        browser = signed_in(citizens.with_open_record())
        for address in ("/", "/card", "/help", "/control/log"):
            assert 'action="/exit"' in browser.get(address).content.decode()
        assert 'action="/exit"' not in Client().get("/help").content.decode()


class TestHelp:
    def test_says_what_to_do_after_a_code_was_told_with_links_that_live(self):
        browser = signed_in(citizens.with_data())
        page = browser.get("/help/security").content.decode()
        for address in ("/accounts/password/change/", "/accounts/2fa/", "/control/log"):
            assert f'href="{address}"' in page
            assert browser.get(address).status_code in {200, 302}
        assert settings.PUBLIC_ORIGIN in page
        assert "/help/security" in browser.get("/help").content.decode()

    @pytest.mark.parametrize(
        "address",
        ["/accounts/login/", "/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/"],
    )
    def test_where_passwords_and_codes_are_typed_nobody_asks_for_them(self, address):
        browser = Client() if "login" in address else signed_in(citizens.with_account())
        assert "Медкарта не звонит" in browser.get(address).content.decode()

    def test_at_the_second_step_and_at_the_recovery_codes_too(self):
        citizen = citizens.with_account()
        browser = Client()
        browser.post("/accounts/login/", {"login": citizen.email, "password": citizens.PASSWORD})
        page = browser.get("/accounts/2fa/authenticate/").content.decode()
        assert "Медкарта не звонит" in page
        page = signed_in(citizens.with_account(2)).get("/accounts/2fa/recovery-codes/")
        if page.status_code == 200:
            assert "Медкарта не звонит" in page.content.decode()
