"""ESIA in the pages: whom it signs in, what it confirms, and every way that leads nowhere."""

import re
from datetime import timedelta

import citizens
import esia_standin as stand
import pytest
from allauth.mfa.models import Authenticator
from citizens import PASSWORD
from django.test import Client
from django.utils import timezone
from esia_signed_in import come_back, data_of, goes, signed_in

from medkarta.accounts import queries as accounts
from medkarta.accounts.esia import flow
from medkarta.accounts.models import Account, ExternalIdentity, IdentityCheck
from medkarta.accounts.rules import Level, ProvedBy
from medkarta.audit import queries as audit
from medkarta.demo.cast import CAST
from medkarta.demo.standins.server import Mood
from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance import queries as insurance
from medkarta.notifications import queries as notifications
from medkarta.patients import actions as patients
from medkarta.patients.queries import person_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("esia")]


def confirmed_by_esia(number=1, oid=stand.ANNA):
    citizen = citizens.with_account(number)
    client = signed_in(citizen)
    assert goes(client, oid)["Location"] == "/esia/confirm"
    assert client.post("/esia/confirm", {"agree": "1"})["Location"] == "/link"
    return citizen, client


def level(citizen):
    return accounts.account(citizen.account_id).level


def acts(citizen):
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=50)
    return [line.said.action for line in lines]


def letters():
    return {(one.address, one.subject) for one in notifications.recent()}


def user_of(client):
    return client.session.get("_auth_user_id")


class TestConfirming:
    def test_shows_before_it_changes_and_raises_the_level_on_a_yes(self):
        citizen = citizens.with_account()
        client = signed_in(citizen)
        assert goes(client)["Location"] == "/esia/confirm"
        page = client.get("/esia/confirm").content.decode()
        assert "Вымыслова" in page
        assert level(citizen) is Level.SIMPLIFIED
        assert not person_of(citizen.account_id).data.family
        client.post("/esia/confirm", {"agree": "1"})
        assert level(citizen) is Level.VERIFIED
        assert person_of(citizen.account_id).data == data_of(0)
        check = IdentityCheck.objects.get()
        assert (check.how, check.by_id) == (ProvedBy.ESIA, None)
        assert {"confirm-identity", "link-esia", "change-personal-data"} <= set(acts(citizen))
        assert "Данные подтвердила ЕСИА" in client.get("/profile").content.decode()

    def test_the_policy_that_esia_names_is_linked_if_the_register_bears_it_out(self):
        citizen = citizens.with_account()
        citizens.register(citizen, number=PolicyNumber.of(CAST[0].policy), holder=data_of(0))
        client = signed_in(citizen)
        goes(client)
        client.post("/esia/confirm", {"agree": "1"})
        policy = insurance.policy_of(citizen.person_id, now=timezone.now())
        assert policy.masked_number == PolicyNumber.of(CAST[0].policy).masked()

    def test_a_no_changes_nothing(self):
        citizen = citizens.with_account()
        client = signed_in(citizen)
        goes(client)
        assert client.post("/esia/confirm", {"refuse": "1"})["Location"] == "/profile"
        assert level(citizen) is Level.SIMPLIFIED
        assert not ExternalIdentity.objects.exists()
        assert client.post("/esia/confirm", {"agree": "1"})["Location"] == "/profile"
        assert level(citizen) is Level.SIMPLIFIED

    def test_a_changed_name_is_shown_and_the_former_proof_gives_way_to_the_new(self):
        citizen = citizens.with_account()
        patients.record_personal_data(
            person_id=citizen.person_id,
            data=data_of(1),
            by=citizen.account_id,
            origin=citizens.ORIGIN,
            now=citizens.NOW,
        )
        citizens.confirm(citizen)
        client = signed_in(citizen, reauthenticated=True)
        goes(client)
        page = client.get("/esia/confirm").content.decode()
        assert "изменится" in page
        assert "Примеров" in page
        client.post("/esia/confirm", {"agree": "1"})
        assert level(citizen) is Level.VERIFIED
        assert person_of(citizen.account_id).data == data_of(0)

    def test_a_snils_of_another_account_is_refused_and_its_owner_told(self):
        owner = citizens.with_account(1)
        patients.record_personal_data(
            person_id=owner.person_id,
            data=data_of(0),
            by=owner.account_id,
            origin=citizens.ORIGIN,
            now=citizens.NOW,
        )
        citizens.confirm(owner)
        other = citizens.with_account(2)
        client = signed_in(other)
        goes(client)
        assert client.post("/esia/confirm", {"agree": "1"}).status_code == 409
        assert level(other) is Level.SIMPLIFIED
        assert not person_of(other.account_id).data.family
        assert not ExternalIdentity.objects.exists()
        assert any(to == owner.email and "СНИЛС" in words for to, words in letters())

    def test_an_identity_of_another_account_is_refused_and_its_owner_told(self):
        owner, _ = confirmed_by_esia(1)
        other = citizens.with_account(2)
        client = signed_in(other)
        goes(client)
        assert client.post("/esia/confirm", {"agree": "1"}).status_code == 409
        assert level(other) is Level.SIMPLIFIED
        assert ExternalIdentity.objects.get().account_id == owner.account_id
        assert any(to == owner.email and "ЕСИА" in words for to, words in letters())

    def test_needs_both_factors(self):
        citizen = citizens.with_account()
        out = signed_in(citizen, two_factors=False).post("/esia/start")
        assert out["Location"].startswith("/accounts/2fa/")

    def test_unlinking_keeps_the_level_and_closes_the_way_in(self):
        citizen, _ = confirmed_by_esia()
        client = signed_in(citizen, reauthenticated=True)
        client.post("/esia/unlink")
        client.post("/esia/unlink")
        assert level(citizen) is Level.VERIFIED
        assert acts(citizen).count("unlink-esia") == 1
        assert goes(Client())["Location"] == "/esia/new"


class TestSigningIn:
    def test_a_known_identity_is_still_asked_for_the_code(self):
        """B010: ESIA stands in the place of the password alone."""
        citizen, _ = confirmed_by_esia()
        client = Client()
        assert goes(client)["Location"] == "/accounts/2fa/authenticate/"
        assert user_of(client) is None
        assert client.get("/card").status_code == 302
        answer = client.post("/accounts/2fa/authenticate/", {"code": citizen.code(timezone.now())})
        assert answer.status_code == 302
        assert user_of(client) == str(citizen.account_id)
        assert client.get("/profile").status_code == 200
        assert ExternalIdentity.objects.get().last_used_at is not None

    def test_an_account_without_codes_must_set_them_up(self):
        confirmed_by_esia()
        Authenticator.objects.all().delete()
        client = Client()
        assert goes(client)["Location"] == "/accounts/2fa/choose/"
        assert client.get("/profile").status_code == 302

    def test_an_unknown_identity_waits_until_its_person_has_signed_in(self):
        citizen = citizens.with_account()
        client = Client()
        assert goes(client)["Location"] == "/esia/new"
        assert user_of(client) is None
        assert "Войти и привязать" in client.get("/esia/new").content.decode()
        client.post("/accounts/login/", {"login": citizen.email, "password": PASSWORD})
        client.post("/accounts/2fa/authenticate/", {"code": citizen.code(timezone.now())})
        assert client.get("/")["Location"] == "/esia/confirm"
        client.post("/esia/confirm", {"agree": "1"})
        assert level(citizen) is Level.VERIFIED

    def test_an_equal_address_or_snils_links_nothing_by_itself(self):
        """B017: known by issuer and subject alone."""
        owner = citizens.with_account()
        patients.record_personal_data(
            person_id=owner.person_id,
            data=data_of(0),
            by=owner.account_id,
            origin=citizens.ORIGIN,
            now=citizens.NOW,
        )
        citizens.confirm(owner)
        assert goes(Client())["Location"] == "/esia/new"

    def test_a_closed_account_is_not_signed_in_to(self):
        citizen, _ = confirmed_by_esia()
        Account.objects.filter(pk=citizen.account_id).update(is_active=False)
        client = Client()
        goes(client)
        assert user_of(client) is None

    def test_data_that_esia_has_otherwise_are_offered_after_signing_in(self):
        citizen, _ = confirmed_by_esia()
        patients.record_personal_data(
            person_id=citizen.person_id,
            data=data_of(1),
            by=citizen.account_id,
            origin=citizens.ORIGIN,
            now=citizens.NOW,
        )
        client = Client()
        goes(client)
        client.post("/accounts/2fa/authenticate/", {"code": citizen.code(timezone.now())})
        assert client.get("/profile/documents")["Location"] == "/esia/confirm"


class TestForgery:
    """B018: what comes back counts in the browser that set out, once, and in time."""

    def answer(self, client, oid=stand.ANNA):
        return stand.walk(client.post("/esia/start")["Location"], oid)

    def refused(self, client, said, words="уже не действует"):
        page = come_back(client, said)
        assert page.status_code == 400
        assert words in page.content.decode()

    def test_another_browsers_answer_signs_nobody_in(self):
        confirmed_by_esia()
        said = self.answer(Client())
        for victim in (Client(), Client()):
            self.refused(victim, said)
            assert user_of(victim) is None

    def test_a_victim_who_set_out_too_is_not_taken_in_by_the_attackers_answer(self):
        confirmed_by_esia()
        said = self.answer(Client())
        victim = Client()
        own = self.answer(victim, stand.PETR)
        self.refused(victim, said)
        assert come_back(victim, own)["Location"] == "/esia/new"

    def test_a_signed_in_victim_is_linked_to_nothing(self):
        said = self.answer(Client())
        victim = citizens.with_account()
        client = signed_in(victim)
        self.refused(client, said)
        assert not flow.has_offer(client.session)

    def test_a_code_of_another_flow_is_refused_by_pkce(self):
        attackers = self.answer(Client())
        victim = Client()
        own = self.answer(victim, stand.PETR)
        self.refused(victim, {**own, "code": attackers["code"]}, "Медкарты")
        assert user_of(victim) is None

    def test_a_second_use_is_refused(self):
        client = Client()
        said = self.answer(client)
        assert come_back(client, said).status_code == 302
        self.refused(client, said)

    def test_a_late_one_is_refused(self):
        client = Client()
        said = self.answer(client)
        session = client.session
        kept = session["esia_flow"]
        early = timezone.now() - timedelta(minutes=10)
        session["esia_flow"] = {**kept, "started_at": early.isoformat()}
        session.save()
        self.refused(client, said)

    def test_who_signed_in_meanwhile_is_somebody_else(self):
        citizen = citizens.with_account()
        client = Client()
        said = self.answer(client)
        client.force_login(
            Account.objects.get(pk=citizen.account_id),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        self.refused(client, said)

    @pytest.mark.parametrize(
        "said", [{}, {"state": ""}, {"code": "x"}, {"state": "x", "code": "y"}]
    )
    def test_nobody_set_out(self, said):
        self.refused(Client(), said)

    def test_a_foreign_page_cannot_send_somebody_off(self):
        assert Client(enforce_csrf_checks=True).post("/esia/start").status_code == 403
        assert Client().get("/esia/start").status_code == 405

    def test_an_offer_is_sealed_and_counts_for_half_an_hour(self):
        client = Client()
        goes(client)
        session = client.session
        assert "Вымыслова" not in str(dict(session.items()))
        assert flow.offer(session, timezone.now()) is not None
        assert flow.offer(session, timezone.now() + flow.OFFER_LASTS) is None
        session["esia_offer"] = session["esia_offer"][:-4] + "AAAA"
        assert flow.offer(session, timezone.now()) is None


class TestTroubles:
    def test_every_person_who_fails_is_told_what_to_do(self, esia):
        for one in esia.esia.people.values():
            if one.fails:
                page = goes(Client(), one.oid)
                assert page.status_code == 400
                text = page.content.decode()
                assert "ЕСИА" in text or "разрешили" in text
                heading = re.search(r"<h1>(.*?)</h1>", text)[1]
                assert not re.search(r"\d", heading)

    def test_an_unconfirmed_account_a_company_and_a_no(self):
        for oid, answer, words in (
            (stand.UNCONFIRMED, "yes", "не подтверждена"),
            (stand.COMPANY, "yes", "от имени организации"),
            (stand.ANNA, "no", "не разрешили"),
        ):
            page = goes(Client(), oid, answer=answer)
            assert page.status_code == 400
            assert words in page.content.decode()

    @pytest.mark.parametrize("mood", [Mood.DOWN, Mood.BROKEN, Mood.NONSENSE])
    def test_a_silent_esia_changes_nothing(self, esia, mood):
        citizen = citizens.with_account()
        client = signed_in(citizen)
        out = client.post("/esia/start")
        said = stand.walk(out["Location"], stand.ANNA)
        esia.server.be(mood)
        page = come_back(client, said)
        assert page.status_code == 400
        assert "не отвечает" in page.content.decode()
        assert level(citizen) is Level.SIMPLIFIED

    def test_without_settings_there_is_no_esia_at_all(self, settings):
        settings.ESIA = None
        client = Client()
        assert "ЕСИА" not in client.get("/accounts/login/").content.decode()
        for address in ("/esia/callback", "/esia/new"):
            assert client.get(address).status_code == 404
        assert client.post("/esia/start").status_code == 404

    def test_the_button_is_on_the_sign_in_page(self):
        assert "Войти через ЕСИА" in Client().get("/accounts/login/").content.decode()
