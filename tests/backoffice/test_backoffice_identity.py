"""The operators' pages: who gets in, what a look leaves behind, and what is refused."""

import re
from dataclasses import replace
from datetime import date

import citizens
import pytest
import represented
from citizens import NOW, ORIGIN, PASSWORD
from django.test import Client
from django.utils import timezone

from medkarta.accounts import queries as accounts
from medkarta.accounts.models import Account, IdentityCheck
from medkarta.accounts.rules import Level
from medkarta.audit import queries as audit
from medkarta.notifications import actions as notifications
from medkarta.notifications.models import Message
from medkarta.patients import actions as patients
from medkarta.patients.queries import person_of
from medkarta.patients.queries.papers import papers_of
from medkarta.patients.rules.papers import PaperInput, PaperKind, PaperState

PAGE = "/backoffice/identity"
PAGES = ["/backoffice/", PAGE]

pytestmark = pytest.mark.django_db


def signed_in(citizen, email=None):
    client = Client()
    client.post("/accounts/login/", {"login": email or citizen.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": citizen.code(timezone.now())})
    return client


@pytest.fixture
def operator():
    citizens.operator()
    return signed_in(citizens.Citizen(), "operator@example.test")


def look(operator, citizen):
    return operator.post(PAGE, {"email": citizen.email})


def hidden(page):
    """The form as the page holds it."""
    form = page.context["confirm"]
    return {name: str(form[name].value() or "") for name in ("email", "account", "seen", "paper")}


def confirm(operator, page, **changes):
    sent = {**hidden(page), "document_kind": "1", "compared": "on", **changes}
    return operator.post(PAGE, {name: value for name, value in sent.items() if value is not None})


def change(citizen, **data):
    patients.record_personal_data(
        person_id=citizen.person_id,
        data=replace(citizen.data, **data),
        by=citizen.account_id,
        origin=ORIGIN,
        now=NOW,
    )


def level(citizen):
    return accounts.account(citizen.account_id).level


def acts(citizen):
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=100)
    return [line.said.action for line in lines]


def passport(citizen, number="4510 987654"):
    paper = PaperInput(
        kind=PaperKind.PASSPORT,
        number=number,
        issued_on=date(2015, 5, 20),
        issued_by="ОВД вымышленного района",
        department="770-001",
    )
    return patients.add_paper(
        person_id=citizen.person_id, paper=paper, by=citizen.account_id, origin=ORIGIN, now=NOW
    )


def states(citizen):
    return [paper.state for paper in papers_of(citizen.person_id)]


class TestDoor:
    def test_to_a_citizen_there_is_no_such_page(self):
        client = signed_in(citizens.with_data())
        assert client.get("/profile").status_code == 200
        for address in PAGES:
            assert client.get(address).status_code == 404
            assert client.post(PAGE, {"email": "citizen1@example.test"}).status_code == 404

    def test_a_stranger_is_asked_to_sign_in(self, client):
        for address in PAGES:
            assert client.get(address)["Location"] == f"/accounts/login/?next={address}"

    def test_an_operator_without_a_second_factor_is_led_to_it(self):
        account_id = citizens.accounts.open_account(
            new=citizens.accounts.NewAccount(
                email="new@example.test", password=PASSWORD, role=citizens.Role.OPERATOR, name="Н"
            )
        )
        client = Client()
        client.post("/accounts/login/", {"login": "new@example.test", "password": PASSWORD})
        assert client.get("/").wsgi_request.user.pk == account_id
        citizen = citizens.with_data()
        for address in PAGES:
            assert client.get(address)["Location"] == "/accounts/2fa/choose/"
        assert look(client, citizen).status_code == 302
        assert "look-at-identity" not in acts(citizen)

    def test_an_operator_sees_what_there_is_to_do(self, operator):
        assert PAGE in operator.get("/backoffice/").content.decode()
        assert operator.get(PAGE).status_code == 200

    def test_a_closed_operators_account_is_out_at_once(self, operator):
        citizen = citizens.with_data()
        Account.objects.filter(email="operator@example.test").update(is_active=False)
        assert operator.get(PAGE).status_code in {302, 404}
        assert look(operator, citizen).status_code in {302, 404}
        assert "look-at-identity" not in acts(citizen)


class TestLooking:
    def test_shows_what_to_compare_and_each_look_stands_in_the_log(self, operator):
        citizen = citizens.with_data()
        for _ in range(3):
            page = look(operator, citizen)
            text = page.content.decode()
            assert page.status_code == 200
            assert "Ёлкина-Примерова" in text
            assert str(citizen.data.snils) in text
        assert acts(citizen).count("look-at-identity") == 3
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert (line.app, line.actor_name) == ("backoffice", "Оператор Проверкин")

    def test_the_address_stands_in_no_address(self, operator):
        citizen = citizens.with_data()
        page = look(operator, citizen)
        assert not re.search(r'(href|action)="[^"]*citizen1', page.content.decode())
        assert operator.get(PAGE, {"email": citizen.email}).context["search"].data == {}

    def test_nobody_of_that_address_is_said_so(self, operator):
        for address in ["nobody@example.test", "operator@example.test", "no address", ""]:
            page = operator.post(PAGE, {"email": address})
            assert page.status_code in {400, 404}
            assert "confirm" not in page.context


class TestConfirming:
    def test_raises_the_level(self, operator):
        citizen = citizens.with_data()
        page = confirm(operator, look(operator, citizen))
        assert page.status_code == 200
        assert level(citizen) is Level.VERIFIED
        assert acts(citizen)[0] == "confirm-identity"

    def test_sent_twice_is_once(self, operator):
        citizen = citizens.with_data()
        page = look(operator, citizen)
        assert [confirm(operator, page).status_code for _ in range(2)] == [200, 200]
        assert IdentityCheck.objects.count() == 1

    def test_data_that_changed_meanwhile_are_shown_anew_and_not_confirmed(self, operator):
        citizen = citizens.with_data()
        page = look(operator, citizen)
        change(citizen, family="Другая")
        again = confirm(operator, page)
        text = again.content.decode()
        assert again.status_code == 409
        assert "данные в профиле изменились" in text
        assert "Другая" in text
        assert level(citizen) is Level.SIMPLIFIED
        assert confirm(operator, again).status_code == 200
        assert level(citizen) is Level.VERIFIED

    @pytest.mark.parametrize(
        "missing", [{"compared": None}, {"document_kind": "99"}, {"document_kind": ""}]
    )
    def test_without_the_operators_word_nothing_is_confirmed(self, operator, missing):
        citizen = citizens.with_data()
        assert confirm(operator, look(operator, citizen), **missing).status_code == 400
        assert level(citizen) is Level.SIMPLIFIED

    def test_an_unfinished_profile_is_not_confirmed(self, operator):
        citizen = citizens.with_account()
        change(citizen, snils=None)
        page = confirm(operator, look(operator, citizen))
        assert page.status_code == 409
        assert "Профиль заполнен не весь" in page.content.decode()

    def test_the_operators_own_account_is_not_confirmed(self, operator):
        citizen = citizens.with_data()
        by = Account.objects.get(email="operator@example.test").pk
        page = confirm(operator, look(operator, citizen), account=str(by))
        assert page.status_code == 409
        assert level(citizen) is Level.SIMPLIFIED

    def test_one_persons_look_does_not_confirm_another(self, operator):
        citizen, other = citizens.with_data(1), citizens.with_data(2)
        page = look(operator, citizen)
        answer = confirm(operator, page, account=str(other.account_id))
        assert answer.status_code == 409
        assert level(other) is Level.SIMPLIFIED

    def test_a_snils_of_another_confirmed_person_is_refused_in_words(self, operator):
        first, second = citizens.confirmed(1), citizens.with_account(2)
        change(second, snils=first.data.snils)
        page = confirm(operator, look(operator, second))
        assert page.status_code == 409
        assert "уже подтверждён в другой учётной записи" in page.content.decode()


class TestPassport:
    def test_is_shown_as_entered_and_masked(self, operator):
        citizen = citizens.with_data()
        assert "не введён" in look(operator, citizen).content.decode()
        paper = passport(citizen)
        text = look(operator, citizen).content.decode()
        assert paper.masked_number in text
        assert "987654" not in text
        assert "20 мая 2015" in text
        assert "ОВД вымышленного района" in text
        assert "770-001" in text

    def test_is_seen_with_the_identity_that_it_proved_and_once(self, operator):
        citizen = citizens.with_data()
        passport(citizen)
        page = look(operator, citizen)
        assert [confirm(operator, page).status_code for _ in range(2)] == [200, 200]
        assert states(citizen) == [PaperState.SEEN]
        assert acts(citizen).count("see-paper") == 1
        assert "сверен оператором" in look(operator, citizen).content.decode()

    def test_another_document_proves_nothing_of_it(self, operator):
        citizen = citizens.with_data()
        passport(citizen)
        assert confirm(operator, look(operator, citizen), document_kind="11").status_code == 200
        assert level(citizen) is Level.VERIFIED
        assert states(citizen) == [PaperState.ENTERED]

    def test_one_that_was_entered_after_the_look_is_not_seen(self, operator):
        citizen = citizens.with_data()
        passport(citizen)
        page = look(operator, citizen)
        passport(citizen, "4511 123456")
        assert confirm(operator, page).status_code == 200
        assert states(citizen) == [PaperState.SEEN, PaperState.ENTERED]

    def test_taken_out_meanwhile_nothing_is_confirmed(self, operator):
        citizen = citizens.with_data()
        paper = passport(citizen)
        page = look(operator, citizen)
        patients.remove_paper(
            person_id=citizen.person_id,
            paper_id=paper.paper_id,
            by=citizen.account_id,
            origin=ORIGIN,
            now=NOW,
        )
        again = confirm(operator, page)
        assert again.status_code == 409
        assert "паспорт в профиле убрали" in again.content.decode()
        assert level(citizen) is Level.SIMPLIFIED
        assert confirm(operator, again).status_code == 200

    def test_anothers_is_not_seen(self, operator):
        citizen, other = citizens.with_data(1), citizens.with_data(2)
        theirs = passport(other)
        answer = confirm(operator, look(operator, citizen), paper=str(theirs.paper_id))
        assert answer.status_code == 409
        assert states(other) == [PaperState.ENTERED]
        assert level(citizen) is Level.SIMPLIFIED

    def test_goes_along_to_the_person_whom_a_parent_had_made_known(self, operator):
        young = represented.Young(number=5)
        represented.legal(citizens.confirmed(), young.data)
        young.account_id = citizens.accounts.open_account(
            new=citizens.accounts.NewAccount(email=young.email, password=PASSWORD)
        )
        young.person_id = patients.open_person(account_id=young.account_id)
        change(young)
        passport(young)
        assert confirm(operator, look(operator, young)).status_code == 200
        known = person_of(young.account_id).person_id
        assert known != young.person_id
        young.person_id = known
        assert states(young) == [PaperState.SEEN]


@pytest.mark.django_db(transaction=True)
class TestOutbox:
    @pytest.fixture(autouse=True)
    def _folder(self, settings, tmp_path):
        class FolderAsHome:
            outbox = tmp_path

        settings.HOME = FolderAsHome()

    def letter(self):
        notifications.send(
            key="k",
            address="a@example.test",
            subject="Письмо",
            body="Код 123-456\n\nНикому его не говорите.",
            now=NOW,
            secret=True,
        )
        return Message.objects.get()

    def test_shows_what_really_went_out_and_in_the_demo_alone(self, client, settings):
        message = self.letter()
        settings.DEMO = True
        assert "123-456" not in client.get("/demo/outbox").content.decode()
        notifications.deliver(message_id=message.id, now=NOW)
        page = client.get("/demo/outbox").content.decode()
        assert "Код 123-456" in page
        assert "Никому его не говорите." in page
        assert "a@example.test" in page
        settings.DEMO = False
        assert client.get("/demo/outbox").status_code == 404
