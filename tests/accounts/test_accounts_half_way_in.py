"""Half a sign-in is none: every address of the service, by sessions that lack something."""

from datetime import timedelta

import citizens
import pytest
from citizens import PASSWORD
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from medkarta.accounts.models import Account
from medkarta.audit import queries as audit
from medkarta.patients.queries import person_of

PARTS = {
    "system": "loinc",
    "code": "718-7",
    "resource_type": "Observation",
    "logical_id": "a" * 26,
    "pk": 1,
    "right": "0198c0de-0000-7000-8000-000000000000",
    "word": "letters",
    "slug": "passport",
    "written_id": "00000000-0000-7000-8000-000000000000",
    "candidate_id": "00000000-0000-7000-8000-000000000000",
    "consent_id": "00000000-0000-7000-8000-000000000000",
    "client_id": "00000000-0000-7000-8000-000000000000",
}
# What everybody may open, signed in or not.
FOR_ALL = {
    "home",
    "help",
    "help_security",
    "blank",
    "levels",
    "demo",
    "demo-outbox",
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_password_reset_completed",
    "smart_configuration",
    "fhir_smart",
    "openid_configuration",
    "oauth_jwks",
}
# Steps of the way in: they show themselves and nothing else.
STEPS = {"mfa_authenticate", "account_email_verification_sent", "account_logout"}
# One's own account, and the way to the record; none of them shows personal or clinical data.
OWN_ACCOUNT = {
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "choose_factor",
    "mfa_activate_totp",
    "mfa_reauthenticate",
    "link",
}


def named(patterns=None, above=(), **given):
    """Each address of the service by its name."""
    found = {}
    for one in patterns or get_resolver().url_patterns:
        if isinstance(one, URLResolver):
            found |= named(one.url_patterns, (*above, *one.pattern.converters), **given)
        else:
            names = (*above, *one.pattern.converters)
            parts = {name: given.get(name, PARTS[name]) for name in names}
            found[one.name] = reverse(one.name, kwargs=parts)
    return found


def answers(session, name, address):
    """What GET and POST of the address answer to copies of this session."""
    for method in ("get", "post"):
        client = Client()
        copy = client.session
        copy.update(session)
        copy.save()
        page = getattr(client, method)(address)
        assert page.status_code < 500, (name, method)
        yield method, page


def open_addresses(session):
    """Names of the addresses that show something to the session."""
    shown = set()
    for name, address in named().items():
        for method, page in answers(session, name, address):
            if page.status_code == 200:
                shown.add(name)
                text = page.content.decode()
                assert "Ёлкина" not in text, (name, method)
                assert "Алёна" not in text, (name, method)
            elif page.status_code == 302:
                assert page["Location"].startswith(
                    ("/accounts/", "/card", "/control", "/profile", "/link", "/backoffice", "/")
                ), (name, method)
            else:
                assert page.status_code in {400, 401, 403, 404, 405}, (name, method)
    return shown


def lines(citizen):
    return audit.entries(person_id=citizen.person_id, before=None, limit=500)


@pytest.mark.django_db(transaction=True)
class TestSessionsThatLackSomething:
    def test_the_walk_goes_by_every_address(self):
        addresses = named()
        assert {"card", "item", "log", "profile", "backoffice-identity", "deed"} <= set(addresses)
        assert {"mfa_add_webauthn", "mfa_remove_webauthn", "mfa_login_webauthn"} <= set(addresses)
        assert len(addresses) > 40

    def test_a_password_without_the_code_is_a_stranger(self):
        citizen = citizens.with_open_record()
        client = Client()
        client.post("/accounts/login/", {"login": citizen.email, "password": PASSWORD})
        before = len(lines(citizen))
        session = dict(client.session)
        assert "account_login" in session
        assert "_auth_user_id" not in session
        assert open_addresses(session) <= FOR_ALL | STEPS
        assert len(lines(citizen)) == before

    def test_a_sign_up_without_the_letters_code_is_a_stranger(self):
        client = Client()
        client.post("/accounts/signup/", {"email": "a@example.test", "password1": PASSWORD})
        session = dict(client.session)
        assert "_auth_user_id" not in session
        assert open_addresses(session) <= FOR_ALL | STEPS
        assert person_of(Account.objects.get().pk) is None

    @pytest.mark.parametrize("ago", [timedelta(seconds=1), timedelta(hours=1)])
    def test_a_session_of_a_password_sees_its_account_and_no_data(self, ago):
        citizen = citizens.with_open_record()
        session = of_the_password_alone(citizen, at=(timezone.now() - ago).timestamp())
        before = lines(citizen)
        assert open_addresses(session) <= FOR_ALL | STEPS | OWN_ACCOUNT
        refused = lines(citizen)[: -len(before)]
        assert refused
        assert {(line.said.outcome, line.said.ground) for line in refused} == {
            ("refused", "second-factor")
        }

    def test_a_session_of_a_passkey_that_did_not_know_the_person_is_half_a_one_too(self):
        citizen = citizens.with_open_record()
        session = of_the_password_alone(citizen, by={"method": "mfa", "type": "webauthn"})
        before = lines(citizen)
        assert open_addresses(session) <= FOR_ALL | STEPS | OWN_ACCOUNT
        refused = lines(citizen)[: -len(before)]
        assert {line.said.ground for line in refused} == {"second-factor"}

    def test_an_operators_session_of_a_password_looks_at_nobody(self):
        citizen = citizens.with_data()
        by = citizens.Citizen(account_id=citizens.operator())
        before = len(lines(citizen))
        session = of_the_password_alone(by)
        for _, page in answers(session, "backoffice-identity", "/backoffice/identity"):
            assert page.status_code == 302
        assert len(lines(citizen)) == before


@pytest.mark.django_db
def test_a_session_from_before_the_second_factor_is_asked_for_a_code_and_goes_on():
    citizen = citizens.with_data()
    client = Client()
    session = client.session
    session.update(of_the_password_alone(citizen))
    session.save()
    asked = client.get("/profile")
    assert asked["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fprofile"
    page = client.post(asked["Location"], {"code": citizen.code(timezone.now())})
    assert page["Location"] == "/profile"
    assert client.get("/profile").status_code == 200


def of_the_password_alone(citizen, *, at=0.0, by=None):
    """What a session holds that was opened before the second factor was set up elsewhere."""
    client = Client()
    account = Account.objects.get(pk=citizen.account_id)
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {
        **client.session,
        "account_authentication_methods": [{**(by or {"method": "password"}), "at": at}],
        "account_authentication_methods_user": str(account.pk),
    }
