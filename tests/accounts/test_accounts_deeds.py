"""A passkey's answer to a deed: for that act, subject and account, once, within five minutes."""

import re
from datetime import timedelta

import citizens
import pytest
from citizens import NOW
from django.db import transaction
from django.test import Client
from django.utils import timezone
from software_key import SoftwareKey
from test_accounts_passkeys import add, fresh

from medkarta.accounts import actions
from medkarta.accounts.actions import Deed, Proof, check_proof
from medkarta.accounts.models import Challenge
from medkarta.accounts.rules import ANSWER_WITHIN, DEED_ACTS, CodeAnswer
from medkarta.audit import queries as audit
from medkarta.consents import actions as consents
from medkarta.consents import queries as consent_queries
from medkarta.consents.rules import Kind
from medkarta.patients.queries.representation import offers_by

pytestmark = pytest.mark.django_db
DEED = Deed(act="sign-consent", subject="a" * 64)


def with_key(number=1, key=None):
    citizen = citizens.with_account(number)
    key, _ = add(fresh(citizen), key)
    return citizen, key


def ask(citizen, deed=DEED, now=NOW):
    return actions.ask_for_deed(account_id=citizen.account_id, deed=deed, now=now)


def check(citizen, given, *, deed=DEED, now=NOW):
    proof = Proof(passkey=given)
    return check_proof(account_id=citizen.account_id, deed=deed, proof=proof, now=now)


def signed(citizen, key, **lies):
    return key.get(ask(citizen), **lies)


class TestTheDeedThatWasAsked:
    def test_is_proved(self):
        citizen, key = with_key()
        assert check(citizen, signed(citizen, key)) is CodeAnswer.PASSKEY
        assert CodeAnswer.PASSKEY.right

    def test_is_written_down_with_its_act_and_subject(self):
        citizen, key = with_key()
        check(citizen, signed(citizen, key))
        row = Challenge.objects.get(account_id=citizen.account_id, act="sign-consent")
        assert (row.subject, row.used_at) == (DEED.digest, NOW)
        assert DEED.subject not in row.subject

    def test_is_asked_with_another_random_challenge_each_time(self):
        citizen, _ = with_key()
        asked = {ask(citizen)["publicKey"]["challenge"] for _ in range(5)}
        assert len(asked) == 5

    def test_goes_to_the_second_before_five_minutes(self):
        citizen, key = with_key()
        last = NOW + ANSWER_WITHIN - timedelta(seconds=1)
        assert check(citizen, signed(citizen, key), now=last) is CodeAnswer.PASSKEY

    def test_a_code_proves_as_before(self):
        citizen, _ = with_key()
        proof = Proof(code=f" {citizen.code()} ")
        answer = check_proof(account_id=citizen.account_id, deed=DEED, proof=proof, now=NOW)
        assert answer is CodeAnswer.TOTP

    def test_nothing_given_proves_nothing(self):
        citizen, _ = with_key()
        answer = check_proof(account_id=citizen.account_id, deed=DEED, proof=Proof(), now=NOW)
        assert answer is CodeAnswer.WRONG


class TestAnythingElse:
    @pytest.mark.parametrize(
        "deed",
        [
            Deed(act="lift-denial", subject=DEED.subject),
            Deed(act="sign-consent", subject="b" * 64),
            Deed(act="sign-consent", subject=""),
            Deed(act="", subject=""),
        ],
    )
    def test_another_act_or_subject_is_refused(self, deed):
        citizen, key = with_key()
        assert check(citizen, signed(citizen, key), deed=deed) is CodeAnswer.PASSKEY_REFUSED

    def test_another_account_is_refused(self):
        citizen, key = with_key(1)
        other, others_key = with_key(2)
        assert check(other, signed(citizen, key)) is CodeAnswer.PASSKEY_REFUSED
        assert check(citizen, signed(citizen, others_key)) is CodeAnswer.PASSKEY_REFUSED
        assert check(other, signed(citizen, others_key)) is CodeAnswer.PASSKEY_REFUSED

    def test_a_second_use_is_refused(self):
        citizen, key = with_key(key=SoftwareKey(counts=False))
        given = signed(citizen, key)
        assert check(citizen, given) is CodeAnswer.PASSKEY
        assert check(citizen, given) is CodeAnswer.PASSKEY_REFUSED

    @pytest.mark.django_db(transaction=True)
    def test_of_five_uses_at_once_one_goes_through(self):
        citizen, key = with_key(key=SoftwareKey(counts=False))
        given = signed(citizen, key)

        def use():
            with transaction.atomic():
                return check(citizen, given)

        answers = citizens.at_once(*[use] * 5)
        assert answers.count(CodeAnswer.PASSKEY) == 1
        assert answers.count(CodeAnswer.PASSKEY_REFUSED) == 4

    def test_after_five_minutes_it_is_refused(self):
        citizen, key = with_key()
        late = NOW + ANSWER_WITHIN
        assert check(citizen, signed(citizen, key), now=late) is CodeAnswer.PASSKEY_REFUSED

    def test_an_answer_to_a_sign_in_proves_no_deed(self):
        citizen, key = with_key()
        client = Client()
        asked = client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
        given = key.get(asked.json()["request_options"])
        assert check(citizen, given) is CodeAnswer.PASSKEY_REFUSED

    def test_an_answer_to_a_deed_is_no_sign_in(self):
        citizen, key = with_key()
        given = signed(citizen, key)
        client = Client()
        client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
        client.post("/accounts/2fa/webauthn/login/", {"credential": given})
        assert client.get("/profile").status_code == 302

    @pytest.mark.parametrize(
        "lies",
        [
            {"origin": "https://evil.example"},
            {"origin": "http://localhost"},
            {"rp": "evil.example"},
            {"framed": True},
            {"flags": 0},
            {"count": 0},
        ],
    )
    def test_an_answer_given_elsewhere_or_by_a_copy_is_refused(self, lies):
        citizen, key = with_key()
        assert check(citizen, signed(citizen, key, **lies)) is CodeAnswer.PASSKEY_REFUSED

    @pytest.mark.parametrize("given", ["x", "{}", "[]", "null", "[" * 19_000, "x" * 30_000, "\x00"])
    def test_what_is_no_answer_is_refused(self, given):
        citizen, _ = with_key()
        assert check(citizen, given) is CodeAnswer.PASSKEY_REFUSED

    def test_a_refused_answer_uses_nothing_up(self):
        citizen, key = with_key()
        options = ask(citizen)
        check(citizen, key.get(options, origin="https://evil.example"))
        assert check(citizen, key.get(options)) is CodeAnswer.PASSKEY

    def test_a_login_code_used_for_a_deed_is_used_up(self):
        citizen, _ = with_key()
        code = citizen.code()
        citizens.use_code(account_id=citizen.account_id, code=code, now=NOW)
        proof = Proof(code=code)
        answer = check_proof(account_id=citizen.account_id, deed=DEED, proof=proof, now=NOW)
        assert answer is CodeAnswer.USED


class TestAsking:
    @pytest.mark.parametrize("act", ["", "sign", "sign-in", "open-record", "x" * 5000])
    def test_only_acts_from_the_list_are_asked_for(self, act):
        citizen, _ = with_key()
        with pytest.raises(actions.UnknownDeedError):
            ask(citizen, Deed(act=act, subject="a"))
        assert "sign-consent" in DEED_ACTS

    def test_whoever_has_no_passkey_is_asked_for_none(self):
        with pytest.raises(actions.UnknownDeedError):
            ask(citizens.with_account())

    def test_unanswered_questions_do_not_pile_up(self):
        citizen, key = with_key()
        check(citizen, signed(citizen, key))
        for _ in range(3):
            ask(citizen)
        ask(citizen, now=NOW + ANSWER_WITHIN)
        rows = Challenge.objects.filter(account_id=citizen.account_id)
        assert rows.filter(used_at=None).count() == 1
        assert rows.exclude(used_at=None).count() == 1


class TestThePage:
    def test_gives_the_browser_what_to_ask(self):
        citizen, _ = with_key()
        answer = fresh(citizen).post("/accounts/deed", {"act": DEED.act, "subject": DEED.subject})
        asked = answer.json()["request_options"]["publicKey"]
        assert (asked["rpId"], len(asked["allowCredentials"])) == ("localhost", 1)

    def test_refuses_what_it_does_not_know(self):
        citizen, _ = with_key()
        assert fresh(citizen).post("/accounts/deed", {"act": "steal"}).status_code == 400
        assert fresh(citizen).get("/accounts/deed").status_code == 405

    def test_asks_for_two_factors_and_our_own_form(self):
        citizen, _ = with_key()
        client = Client(enforce_csrf_checks=True)
        client.cookies = fresh(citizen).cookies
        assert client.post("/accounts/deed", {"act": DEED.act}).status_code == 403
        assert Client().post("/accounts/deed", {"act": DEED.act}).status_code == 302
        assert not Challenge.objects.filter(act=DEED.act).exists()

    def test_a_consent_is_signed_by_a_passkey_for_its_very_text(self):
        citizen, client, key = insured_with_key()
        paper = citizens.paper(citizen)
        text = paper.text
        given = key.get(question(client, text.sha256))
        page = client.post("/link/consent", {**ticked(paper), "passkey": given})
        assert page["Location"] == "/link"
        assert held(citizen).signed_with == "passkey"
        page = client.get(f"/control/consents/{held(citizen).consent_id}")
        assert "ключом доступа" in page.content.decode()
        (line,) = audit.entries(person_id=citizen.person_id, before=None, limit=1)
        assert (line.said.action, line.said.ground) == ("sign-consent", "passkey")

    def test_no_consent_is_signed_by_an_answer_for_another_text(self):
        citizen, client, key = insured_with_key()
        paper = citizens.paper(citizen)
        given = key.get(question(client, "b" * 64))
        page = client.post("/link/consent", {**ticked(paper), "passkey": given})
        assert "Ключ доступа не подписал этот текст" in page.content.decode()
        assert held(citizen) is None

    def test_a_signature_cannot_be_sent_again_after_the_withdrawal(self):
        citizen, client, key = insured_with_key()
        paper = citizens.paper(citizen)
        text = paper.text
        sent = {**ticked(paper), "passkey": key.get(question(client, text.sha256))}
        client.post("/link/consent", sent)
        client.post("/control/consents/withdraw")
        client.post("/link/consent", sent)
        assert held(citizen) is None

    def test_without_a_code_and_a_passkey_the_page_says_what_is_missing(self):
        citizen, client, _ = insured_with_key()
        page = client.post("/link/consent", ticked(citizens.paper(citizen)))
        assert "Введите код из приложения" in page.content.decode()

    def test_terms_of_trust_are_signed_by_a_passkey_too(self):
        citizen, client, key = insured_with_key()
        trust = {
            "email": "friend@example.test",
            "doings": ["read"],
            "sections": ["labs"],
            "active_to": f"{timezone.localdate() + timedelta(days=9):%d.%m.%Y}",
        }
        page = client.post("/control/people/trust", trust).content.decode()
        shown = re.search(r'data-act="trust"\s+data-subject="([0-9a-f]{64})"', page)[1]
        for signed, answer in (("b" * 64, 200), (shown, 302)):
            given = key.get(question(client, signed, act="trust"))
            sent = {**trust, "sha256": shown, "code": "", "passkey": given}
            assert client.post("/control/people/trust", sent).status_code == answer
        (offered,) = offers_by(citizen.person_id, now=timezone.now())
        assert offered.terms.email == "friend@example.test"

    def test_the_button_is_there_for_whoever_has_a_passkey(self):
        _, client, _ = insured_with_key()
        assert 'data-act="sign-consent"' in client.get("/link/consent").content.decode()
        citizen = citizens.insured(2)
        assert "data-passkey" not in fresh(citizen).get("/link/consent").content.decode()


def test_the_signature_of_another_person_is_refused():
    citizen, _, key = insured_with_key()
    other = citizens.insured(2)
    paper = citizens.paper(other)
    deed = Deed(act="sign-consent", subject=paper.text.sha256)
    given = key.get(actions.ask_for_deed(account_id=citizen.account_id, deed=deed, now=NOW))
    with pytest.raises(actions.PasskeyRefusedForDeedError):
        consents.sign(
            person_id=other.person_id,
            by=other.account_id,
            signature=consents.Signature(
                choice=paper.choice,
                sha256=paper.text.sha256,
                after=paper.after,
                proof=Proof(passkey=given),
            ),
            origin=citizens.ORIGIN,
            now=NOW,
        )


def insured_with_key():
    citizen = citizens.insured()
    client = fresh(citizen)
    key, _ = add(client)
    return citizen, client, key


def question(client, sha256, act="sign-consent"):
    answer = client.post("/accounts/deed", {"act": act, "subject": sha256})
    return answer.json()["request_options"]


def held(citizen):
    return consent_queries.in_force(citizen.person_id, Kind.PROCESSING, at=timezone.now())


def ticked(paper):
    after = str(paper.after or "")
    return {"sha256": paper.text.sha256, "after": after, "agreed": "on", "code": ""}
