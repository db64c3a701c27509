"""Passkeys: made, used after the password and alone, and refused when anything is not ours."""

import json

import citizens
import pytest
from allauth.mfa.models import Authenticator
from citizens import PASSWORD
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from software_key import PRESENT, VERIFIED, SoftwareKey

from medkarta.accounts import queries, rules
from medkarta.accounts.models import Account
from medkarta.audit import queries as audit
from medkarta.notifications import queries as notifications

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limit_of_the_test_before(db):
    cache.clear()


LOGIN, SECOND_STEP = "/accounts/login/", "/accounts/2fa/authenticate/"
ADD, ALONE = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
AGAIN = "/accounts/2fa/webauthn/reauthenticate/"


def fresh(citizen):
    """A browser whose person has shown password and second factor a moment ago."""
    client = Client()
    account = Account.objects.get(pk=citizen.account_id)
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    at = timezone.now().timestamp()
    session["account_authentication_methods"] = [
        {"method": "password", "at": at, "reauthenticated": True},
        {"method": "mfa", "type": "totp", "at": at, "reauthenticated": True},
    ]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client


def add(client, key=None, name="Мой телефон", **lies):
    key = key or SoftwareKey()
    options = client.get(ADD).context["js_data"]["creation_options"]
    answer = client.post(ADD, {"name": name, "credential": key.create(options, **lies)})
    return key, answer


def with_passkey(number=1, key=None):
    citizen = citizens.with_account(number)
    key, _ = add(fresh(citizen), key)
    return citizen, key


def asked_alone(client):
    return client.get(ALONE, headers={"accept": "application/json"}).json()["request_options"]


def sign_in_alone(key, client=None, **lies):
    client = client or Client()
    client.post(ALONE, {"credential": key.get(asked_alone(client), **lies)})
    return client


def at_second_step(citizen):
    client = Client()
    client.post(LOGIN, {"login": citizen.email, "password": PASSWORD})
    return client


def second_step(client, key, **lies):
    options = client.get(SECOND_STEP).context["js_data"]["request_options"]
    return client.post(SECOND_STEP, {"credential": key.get(options, **lies)})


def signed_in(client):
    return client.get("/profile").status_code == 200


def passkeys(citizen):
    kind = Authenticator.Type.WEBAUTHN
    return Authenticator.objects.filter(user_id=citizen.account_id, type=kind)


class TestMaking:
    def test_one_gets_its_name_and_the_owner_a_letter(self):
        citizen, _ = with_passkey()
        assert [one.wrap().name for one in passkeys(citizen)] == ["Мой телефон"]
        subjects = [m.subject for m in notifications.recent() if m.address == citizen.email]
        assert "Медкарта: подключён ключ доступа" in subjects

    def test_it_leaves_a_line_in_the_log(self):
        citizen, _ = with_passkey()
        (line,) = audit.entries(person_id=citizen.person_id, before=None, limit=1)
        assert line.said.action == "add-passkey"

    def test_as_the_first_factor_it_brings_recovery_codes_and_opens_this_session(self):
        citizen = citizens.with_account(second_factor=False)
        client = Client()
        client.post(LOGIN, {"login": citizen.email, "password": PASSWORD})
        _, answer = add(client)
        assert answer["Location"] == "/accounts/2fa/recovery-codes/"
        assert len(client.get(answer["Location"]).context["unused_codes"]) == 10
        assert signed_in(client)
        assert queries.has_second_factor(citizen.account_id)

    @pytest.mark.parametrize(
        "lies",
        [
            {"origin": "http://localhost:1"},
            {"origin": "https://localhost"},
            {"origin": "http://evil.localhost:8000"},
            {"origin": "https://evil.example"},
            {"rp": "evil.example"},
            {"framed": True},
            {"flags": 0},
        ],
    )
    def test_one_made_elsewhere_is_not_taken(self, lies):
        citizen = citizens.with_account()
        _, page = add(fresh(citizen), **lies)
        assert "Ключ доступа не подошёл" in page.content.decode()
        assert not passkeys(citizen).exists()

    def test_an_answer_to_an_earlier_question_makes_none(self):
        citizen = citizens.with_account()
        client = fresh(citizen)
        first = client.get(ADD).context["js_data"]["creation_options"]
        client.get(ADD)
        client.post(ADD, {"name": "x", "credential": SoftwareKey().create(first)})
        assert not passkeys(citizen).exists()

    @pytest.mark.parametrize(
        "credential",
        ["", "{", "[]", "null", "1", "[" * 19_000, "x" * 30_000, '{"id":"a"}', '{"a":NaN}',
         '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"e30"}}'],
    )  # fmt: skip
    @pytest.mark.parametrize("where", [ADD, ALONE, AGAIN])
    def test_what_is_no_answer_is_refused_in_words(self, credential, where):
        citizen, _ = with_passkey()
        client = fresh(citizen) if where != ALONE else Client()
        if where == ALONE:
            asked_alone(client)
        else:
            client.get(where)
        answer = client.post(where, {"name": "x", "credential": credential})
        assert answer.status_code in {200, 302}
        assert passkeys(citizen).count() == 1
        assert where != ALONE or not signed_in(client)

    def test_what_else_was_sent_is_not_kept(self):
        citizen = citizens.with_account()
        client, key = fresh(citizen), SoftwareKey()
        options = client.get(ADD).context["js_data"]["creation_options"]
        sent = {**json.loads(key.create(options)), "more": "x\x00"}
        client.post(ADD, {"name": "x", "credential": json.dumps(sent)})
        assert "more" not in passkeys(citizen).get().data["credential"]

    def test_there_are_ten_at_most(self):
        citizen = citizens.with_account()
        client = fresh(citizen)
        for number in range(rules.MOST_PASSKEYS):
            add(client, name=str(number))
        _, page = add(client)
        assert "Ключей уже десять" in page.content.decode()
        assert passkeys(citizen).count() == rules.MOST_PASSKEYS

    def test_one_gets_another_name(self):
        citizen, _ = with_passkey()
        client = fresh(citizen)
        address = f"/accounts/2fa/webauthn/keys/{passkeys(citizen).get().pk}/edit/"
        assert client.post(address, {"name": "Работа"}).status_code == 302
        assert passkeys(citizen).get().wrap().name == "Работа"
        assert client.post(address, {"name": "ы" * 61}).status_code == 200

    def test_anothers_is_not_there_to_name_or_remove(self):
        citizen, _ = with_passkey(1)
        client = fresh(citizens.with_account(2))
        for what in ("edit", "remove"):
            address = f"/accounts/2fa/webauthn/keys/{passkeys(citizen).get().pk}/{what}/"
            assert client.post(address, {"name": "x"}).status_code == 404
        assert passkeys(citizen).get().wrap().name == "Мой телефон"


class TestAfterThePassword:
    def test_it_is_the_second_factor(self):
        citizen, key = with_passkey()
        client = at_second_step(citizen)
        assert not signed_in(client)
        assert second_step(client, key)["Location"] == "/"
        assert signed_in(client)
        assert passkeys(citizen).get().last_used_at

    def test_it_need_not_know_the_person_there(self):
        citizen, key = with_passkey(key=SoftwareKey(knows_person=False))
        client = at_second_step(citizen)
        second_step(client, key)
        assert signed_in(client)

    @pytest.mark.parametrize(
        "lies",
        [
            {"origin": "http://localhost:1"},
            {"origin": "https://evil.example"},
            {"rp": "evil.example"},
            {"framed": True},
            {"flags": VERIFIED},
        ],
    )
    def test_an_answer_given_to_another_site_is_refused(self, lies):
        citizen, key = with_passkey()
        client = at_second_step(citizen)
        assert "Ключ доступа не подошёл" in second_step(client, key, **lies).content.decode()
        assert not signed_in(client)

    def test_anothers_passkey_is_refused(self):
        citizen, _ = with_passkey(1)
        _, others = with_passkey(2)
        client = at_second_step(citizen)
        second_step(client, others)
        assert not signed_in(client)

    def test_a_removed_passkey_is_refused(self):
        citizen, key = with_passkey()
        passkeys(citizen).delete()
        client = at_second_step(citizen)
        second_step(client, key)
        assert not signed_in(client)


class TestAlone:
    def test_it_is_a_whole_sign_in(self):
        _, key = with_passkey()
        assert signed_in(sign_in_alone(key))

    def test_it_opens_the_record(self):
        citizen = citizens.with_open_record()
        key, _ = add(fresh(citizen))
        assert sign_in_alone(key).get("/card").status_code == 200

    def test_without_knowing_the_person_it_is_none(self):
        _, key = with_passkey()
        assert not signed_in(sign_in_alone(key, flags=PRESENT))

    def test_nor_by_the_milder_question_of_a_second_step(self):
        """The half session asks for a second factor; its answer goes to the whole sign-in."""
        citizen, key = with_passkey()
        client = at_second_step(citizen)
        options = client.get(SECOND_STEP).context["js_data"]["request_options"]
        client.post(ALONE, {"credential": key.get(options, flags=PRESENT)})
        assert not signed_in(client)

    @pytest.mark.parametrize(
        "lies",
        [
            {"origin": "http://localhost:1"},
            {"origin": "http://localhost.evil.example"},
            {"rp": "evil.example"},
            {"framed": True},
            {"flags": VERIFIED},
            {"handle": b""},
            {"handle": b"x" * 16},
            {"handle": b"x" * 64},
        ],
    )
    def test_an_answer_that_is_not_for_us_opens_nothing(self, lies):
        _, key = with_passkey()
        assert not signed_in(sign_in_alone(key, **lies))

    def test_anothers_account_is_not_opened_by_its_id(self):
        citizen, _ = with_passkey(1)
        _, others = with_passkey(2)
        assert not signed_in(sign_in_alone(others, handle=citizen.account_id.bytes))

    def test_an_answer_goes_once(self):
        _, key = with_passkey(key=SoftwareKey(counts=False))
        client = Client()
        options = asked_alone(client)
        session, given = dict(client.session), key.get(options)
        client.post(ALONE, {"credential": given})
        assert signed_in(client)
        for _ in range(2):
            other = Client()
            copy = other.session
            copy.update(session)
            copy.save()
            other.post(ALONE, {"credential": given})
            assert not signed_in(other)

    @pytest.mark.django_db(transaction=True)
    def test_an_answer_goes_once_in_parallel_too(self):
        _, key = with_passkey(key=SoftwareKey(counts=False))
        clients = [Client() for _ in range(5)]
        options = asked_alone(clients[0])
        session, given = dict(clients[0].session), key.get(options)
        for client in clients[1:]:
            copy = client.session
            copy.update(session)
            copy.save()
        citizens.at_once(
            *[lambda c=client: c.post(ALONE, {"credential": given}) for client in clients]
        )
        assert sum(signed_in(client) for client in clients) == 1

    def test_an_answer_that_nobody_asked_for_opens_nothing(self):
        _, key = with_passkey()
        options = asked_alone(Client())
        client = Client()
        client.post(ALONE, {"credential": key.get(options)})
        assert not signed_in(client)

    @pytest.mark.parametrize("count", [0, 1])
    def test_a_counter_that_stands_or_goes_back_is_a_copy(self, count):
        _, key = with_passkey()
        sign_in_alone(key)
        assert key.count == 2
        sign_in_alone(key)
        assert not signed_in(sign_in_alone(key, count=count))
        assert signed_in(sign_in_alone(key))

    def test_a_closed_account_stays_closed(self):
        citizen, key = with_passkey()
        Account.objects.filter(pk=citizen.account_id).update(is_active=False)
        assert not signed_in(sign_in_alone(key))

    def test_it_leads_to_where_one_wanted(self):
        _, key = with_passkey()
        client = Client()
        given = key.get(asked_alone(client))
        answer = client.post(ALONE, {"credential": given, "next": "/control"})
        assert answer["Location"] == "/control"


@pytest.mark.parametrize(
    ("kept", "given", "good"),
    [(0, 0, True), (0, 1, True), (1, 2, True), (1, 1, False), (2, 1, False), (1, 0, False)],
)
def test_a_counter_only_goes_up_or_does_not_count(kept, given, good):
    assert rules.counter_moves_on(kept, given) is good


def test_the_relying_party_is_the_host_of_the_public_origin():
    citizen = citizens.with_account()
    client = fresh(citizen)
    options = client.get(ADD, headers={"host": "127.0.0.1"}).context["js_data"]
    assert options["creation_options"]["publicKey"]["rp"]["id"] == "localhost"
    assert settings.PUBLIC_ORIGIN.startswith("http://localhost:")
