"""Changing factors: both shown once more, the last stays, the owner is told, codes seen once."""

import citizens
import pytest
from allauth.mfa.models import Authenticator
from citizens import PASSWORD, SECRET
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone
from test_accounts_half_way_in import named
from test_accounts_passkeys import add, fresh, passkeys

from medkarta.accounts import actions, queries, totp
from medkarta.accounts.freshness import DELICATE
from medkarta.accounts.models import Account
from medkarta.accounts.rules import CodeAnswer
from medkarta.audit import queries as audit
from medkarta.notifications import queries as notifications

pytestmark = pytest.mark.django_db

CODES_OFF = "/accounts/2fa/totp/deactivate/"
RENEW, SHOWN = "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/recovery-codes/"
PASSWORD_AGAIN = "/accounts/reauthenticate/"
CODE_AGAIN = "/accounts/2fa/reauthenticate/"


def shown_ago(citizen, *, password, mfa, flag="reauthenticated"):
    """A session whose password and second factor were shown again so many seconds ago."""
    client = fresh(citizen)
    session = client.session
    now = timezone.now().timestamp()
    ages = [("password", password), ("mfa", mfa)]
    session["account_authentication_methods"] = [
        {"method": method, "type": "totp", "at": now - age, flag: True}
        for method, age in ages
        if age is not None
    ]
    session.save()
    return client


def letters(citizen):
    return [m for m in notifications.recent() if m.address == citizen.email]


def has_codes(citizen):
    return queries.has_totp(citizen.account_id)


def code(citizen):
    return totp.code_at(SECRET, totp.step_at(timezone.now()))


def recovery(citizen):
    kind = Authenticator.Type.RECOVERY_CODES
    return Authenticator.objects.get(user_id=citizen.account_id, type=kind).wrap()


class TestFresh:
    """B014: what a stolen session cannot do."""

    @pytest.mark.parametrize(
        ("password", "mfa", "where"),
        [
            (None, None, PASSWORD_AGAIN),
            (0, None, CODE_AGAIN),
            (None, 0, PASSWORD_AGAIN),
            (301, 0, PASSWORD_AGAIN),
            (0, 301, CODE_AGAIN),
            (600, 600, PASSWORD_AGAIN),
        ],
    )
    @pytest.mark.parametrize("name", sorted(DELICATE - {"account_set_password", "esia_confirm"}))
    def test_without_both_within_five_minutes_nothing_changes(self, password, mfa, where, name):
        citizen = citizens.with_account()
        client = shown_ago(citizen, password=password, mfa=mfa)
        before = list(Authenticator.objects.order_by("pk").values())
        try:
            address = reverse(name)
        except NoReverseMatch:
            address = reverse(name, kwargs={"pk": 1})
        for answer in (client.get(address), client.post(address, {"action_add": ""})):
            assert answer.status_code == 302
            assert answer["Location"].startswith(where)
        assert list(Authenticator.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize("password", [0, 299])
    @pytest.mark.parametrize("mfa", [0, 299])
    def test_with_both_within_five_minutes_it_goes_on(self, password, mfa):
        citizen = citizens.with_account()
        client = shown_ago(citizen, password=password, mfa=mfa)
        assert client.post(CODES_OFF).status_code == 302
        assert not has_codes(citizen)

    def test_having_just_signed_in_is_not_enough(self):
        """A session that was stolen right after the sign-in."""
        citizen = citizens.with_account()
        client = shown_ago(citizen, password=1, mfa=1, flag="signed-in")
        assert PASSWORD_AGAIN in client.post(CODES_OFF)["Location"]
        assert has_codes(citizen)

    def test_one_shows_the_password_then_the_code_and_comes_back(self):
        citizen = citizens.with_account()
        client = shown_ago(citizen, password=None, mfa=None)
        first = client.get(RENEW)["Location"]
        second = client.post(first, {"password": PASSWORD})["Location"]
        second = client.get(second)["Location"] if second == RENEW else second
        assert second.startswith(CODE_AGAIN)
        assert client.post(second, {"code": code(citizen)})["Location"] == RENEW
        assert client.get(RENEW).status_code == 200

    def test_with_a_passkey_alone_one_shows_that(self):
        citizen = citizens.with_account()
        key, _ = add(fresh(citizen))
        Authenticator.objects.filter(type=Authenticator.Type.TOTP).delete()
        client = shown_ago(citizen, password=0, mfa=None)
        where = client.get(RENEW)["Location"]
        assert where.startswith("/accounts/2fa/webauthn/reauthenticate/")
        options = client.get(where).context["js_data"]["request_options"]
        assert client.post(where, {"credential": key.get(options)})["Location"] == RENEW
        assert client.get(RENEW).status_code == 200

    def test_an_account_without_a_second_factor_shows_its_password_again(self):
        citizen = citizens.with_account(second_factor=False)
        client = Client()
        client.post("/accounts/login/", {"login": citizen.email, "password": PASSWORD})
        for address in ("/accounts/email/", "/accounts/password/change/"):
            assert client.post(address)["Location"].startswith(PASSWORD_AGAIN)

    def test_the_first_factor_leads_to_its_recovery_codes_and_nowhere_else(self):
        citizen = citizens.with_account(second_factor=False)
        client = Client()
        client.post("/accounts/login/", {"login": citizen.email, "password": PASSWORD})
        add(client)
        assert client.get("/accounts/email/")["Location"].startswith(PASSWORD_AGAIN)
        assert client.get(SHOWN).status_code == 200

    def test_whoever_lost_the_passkey_gets_in_and_on_by_a_recovery_code(self):
        citizen = citizens.with_account()
        add(fresh(citizen))
        Authenticator.objects.filter(type=Authenticator.Type.TOTP).delete()
        codes = recovery(citizen).get_unused_codes()
        client = Client()
        client.post("/accounts/login/", {"login": citizen.email, "password": PASSWORD})
        assert client.post("/accounts/2fa/authenticate/", {"code": codes[0]})["Location"] == "/"
        setup = "/accounts/2fa/totp/activate/"
        client.post(client.get(setup)["Location"], {"password": PASSWORD})
        page = client.get(client.get(setup)["Location"])
        other = f"{CODE_AGAIN}?next={setup.replace('/', '%2F')}"
        assert other in page.content.decode()
        assert client.post(other, {"code": codes[1]})["Location"] == setup
        assert client.get(setup).status_code == 200

    def test_a_foreign_form_is_refused_however_fresh(self):
        citizen = citizens.with_account()
        client = Client(enforce_csrf_checks=True)
        client.cookies = fresh(citizen).cookies
        for address in (CODES_OFF, RENEW, "/accounts/email/", "/accounts/password/change/"):
            assert client.post(address).status_code == 403
        assert has_codes(citizen)

    def test_every_page_that_changes_a_factor_is_on_the_list(self):
        known = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
        about = {name for name in known if name.startswith(("mfa_", "account_"))}
        harmless = {
            "account_confirm_email",
            "account_confirm_login_code",
            "account_confirm_password_reset_code",
            "account_complete_password_reset",
            "account_email_verification_sent",
            "account_inactive",
            "account_login",
            "account_logout",
            "account_password_reset_completed",
            "account_reauthenticate",
            "account_request_login_code",
            "account_reset_password",
            "account_reset_password_done",
            "account_reset_password_from_key",
            "account_reset_password_from_key_done",
            "account_signup",
            "mfa_authenticate",
            "mfa_index",
            "mfa_list_webauthn",
            "mfa_login_webauthn",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
        }
        assert about - harmless == {name for name in DELICATE if not name.startswith("esia_")}

    def test_a_change_of_address_is_told_to_the_old_one(self):
        citizen = citizens.with_account()
        client = fresh(citizen)
        client.post("/accounts/email/", {"action_add": "", "email": "new@example.test"})
        (sent,) = [m for m in notifications.recent() if m.address == "new@example.test"]
        digits = next(
            word for word in sent.body.split() if word.strip(".-").replace("-", "").isdigit()
        )
        client.post("/accounts/confirm-email/", {"code": digits.strip(".")})
        assert Account.objects.get(pk=citizen.account_id).email == "new@example.test"
        assert any("new@example.test" in m.body for m in letters(citizen))


class TestTheLastOne:
    def test_stays_while_the_identity_is_confirmed(self):
        citizen = citizens.confirmed()
        page = fresh(citizen).post(CODES_OFF)
        assert "Сначала подключите другой способ" in page.content.decode()
        assert has_codes(citizen)

    def test_stays_with_an_operator(self):
        by = citizens.Citizen(account_id=citizens.operator())
        assert fresh(by).post(CODES_OFF).status_code == 200
        assert has_codes(by)

    def test_goes_when_another_is_there(self):
        citizen = citizens.confirmed()
        client = fresh(citizen)
        add(client)
        assert client.post(CODES_OFF).status_code == 302
        assert not has_codes(citizen)
        page = client.post(f"/accounts/2fa/webauthn/keys/{passkeys(citizen).get().pk}/remove/")
        assert "Сначала подключите другой способ" in page.content.decode()
        assert queries.has_second_factor(citizen.account_id)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_that_go_at_once_one_stays(self):
        citizen = citizens.confirmed()
        clients = [fresh(citizen), fresh(citizen)]
        add(clients[0])
        key = f"/accounts/2fa/webauthn/keys/{passkeys(citizen).get().pk}/remove/"
        citizens.at_once(lambda: clients[0].post(CODES_OFF), lambda: clients[1].post(key))
        assert queries.has_second_factor(citizen.account_id)

    def test_goes_before_anything_hangs_on_it_and_takes_the_recovery_codes_along(self):
        citizen = citizens.with_account()
        assert fresh(citizen).post(CODES_OFF).status_code == 302
        assert not Authenticator.objects.filter(user_id=citizen.account_id).exists()

    @pytest.mark.django_db(transaction=True)
    def test_each_change_is_told_by_mail_and_stands_in_the_log(self):
        citizen = citizens.with_account()
        client = fresh(citizen)
        add(client)
        client.post(RENEW)
        client.post(f"/accounts/2fa/webauthn/keys/{passkeys(citizen).get().pk}/remove/")
        client.post(CODES_OFF)
        lines = audit.entries(person_id=citizen.person_id, before=None, limit=4)
        assert [line.said.action for line in lines] == [
            "remove-codes",
            "remove-passkey",
            "renew-recovery-codes",
            "add-passkey",
        ]
        assert len(letters(citizen)) == 4


class TestRecoveryCodes:
    """B011."""

    def test_are_shown_whole_once_and_then_counted(self):
        citizen = citizens.with_account()
        client = fresh(citizen)
        codes = recovery(citizen).get_unused_codes()
        first, second = client.get(SHOWN).content.decode(), client.get(SHOWN).content.decode()
        assert all(one in first for one in codes)
        assert not any(one in second for one in codes)
        assert "10 из 10" in second
        index = client.get("/accounts/2fa/").content.decode()
        assert "Осталось: 10" in index
        assert not any(one in index for one in codes)
        assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 403

    @pytest.mark.django_db(transaction=True)
    def test_two_first_looks_at_once_are_one(self):
        citizen = citizens.with_account()
        code = recovery(citizen).get_unused_codes()[0]
        clients = [fresh(citizen) for _ in range(4)]
        pages = citizens.at_once(*[lambda c=c: c.get(SHOWN).content.decode() for c in clients])
        assert sum(code in page for page in pages) == 1

    def test_new_ones_kill_the_old(self):
        citizen = citizens.with_account()
        old = recovery(citizen).get_unused_codes()
        client = fresh(citizen)
        assert client.post(RENEW)["Location"] == SHOWN
        new = client.get(SHOWN).context["unused_codes"]
        assert len(new) == 10
        assert not set(new) & set(old)
        for one, answer in ((old[0], CodeAnswer.WRONG), (new[0], CodeAnswer.RECOVERY)):
            now = timezone.now()
            given = actions.check_code(account_id=citizen.account_id, code=one, now=now)
            assert given is answer


class TestHelpDesk:
    """B019: an operator can do nothing with another's factors, whatever the caller says."""

    def test_no_address_lets_an_operator_touch_anothers_password_or_factors(self):
        citizen = citizens.confirmed()
        add(fresh(citizen))
        by = citizens.Citizen(account_id=citizens.operator())
        client = fresh(by)
        before = secrets_of(citizen)
        sent = {
            "email": citizen.email,
            "account": str(citizen.account_id),
            "user": str(citizen.account_id),
            "password1": "другая-ромашка-за-рекой-5",
            "password2": "другая-ромашка-за-рекой-5",
            "name": "x",
        }
        own = "/accounts/logout/"
        for address in {*named(pk=passkeys(citizen).get().pk).values()} - {own}:
            client.post(address, sent)
        assert secrets_of(citizen) == before

    def test_there_is_no_admin_by_the_side(self):
        assert not {"admin:index", "admin"} & {
            name for name in get_resolver().reverse_dict if isinstance(name, str)
        }
        assert Client().get("/admin/").status_code == 404

    def test_an_operator_too_is_led_to_a_second_factor_before_anything(self):
        by = citizens.Citizen(account_id=citizens.operator())
        Authenticator.objects.filter(user_id=by.account_id).delete()
        client = Client()
        client.post("/accounts/login/", {"login": "operator@example.test", "password": PASSWORD})
        assert client.get("/backoffice/identity")["Location"] == "/accounts/2fa/choose/"
        assert client.get("/backoffice/")["Location"] == "/accounts/2fa/choose/"
        add(client)
        assert client.get("/backoffice/identity").status_code == 200


def secrets_of(citizen):
    factors = Authenticator.objects.filter(user_id=citizen.account_id).order_by("pk")
    account = Account.objects.get(pk=citizen.account_id)
    return [*factors.values_list("pk", "type", "data"), account.password, account.email]
