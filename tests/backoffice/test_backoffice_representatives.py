"""The operator's page of legal representatives: find by e-mail, compare, confirm, refuse, end."""

import citizens
import pytest
import represented
from citizens import PASSWORD
from django.test import Client
from django.utils import timezone

from medkarta.accounts.models import Account
from medkarta.audit import queries as audit
from medkarta.patients.queries.representation import claims_of, of_representative
from medkarta.patients.rules.representation import Ended, Verdict

PAGE = "/backoffice/representatives"

pytestmark = pytest.mark.django_db


def signed_in(email):
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    code = citizens.Citizen().code(timezone.now())
    client.post("/accounts/2fa/authenticate/", {"code": code})
    return client


@pytest.fixture
def operator():
    citizens.operator()
    return signed_in("operator@example.test")


@pytest.fixture
def parent():
    return citizens.confirmed()


@pytest.fixture
def claim_id(parent):
    return represented.claim(parent)


def answer(operator, parent, act, key, **sent):
    return operator.post(PAGE, {"email": parent.email, "act": act, "key": str(key), **sent})


def confirm(operator, parent, key, **changes):
    sent = {"paper": "birth-certificate", "compared": "on", **changes}
    sent = {name: value for name, value in sent.items() if value is not None}
    return answer(operator, parent, "confirm", key, **sent)


def acts(person_id):
    lines = audit.entries(person_id=person_id, before=None, limit=100)
    return [line.said.action for line in lines]


def test_is_an_operators_alone(parent):
    assert Client().get(PAGE).status_code == 302
    client = signed_in(parent.email)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"email": parent.email}).status_code == 404


def test_shows_the_child_to_compare_and_the_look_is_logged(operator, parent, claim_id):
    text = operator.post(PAGE, {"email": parent.email}).content.decode()
    for words in ("Ёлкина Алиса Игоревна", "5 мая 2016", "IVАБ744233", "родитель"):
        assert words in text
    assert acts(parent.person_id)[0] == "look-at-claims"
    assert str(claim_id) in text


def test_confirms_once_and_both_logs_tell(operator, parent, claim_id):
    for _ in range(2):
        assert confirm(operator, parent, claim_id).status_code == 200
    (view,) = of_representative(parent.person_id)
    assert view.standing(timezone.now()) is Verdict.YES
    for person_id in (parent.person_id, view.principal.person_id):
        assert acts(person_id).count("confirm-representation") == 1
    text = operator.post(PAGE, {"email": parent.email}).content.decode()
    assert "Действует сейчас" in text


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"compared": None}, 400, "Отметьте, что человек"),
        ({"paper": None}, 400, "выберите документ"),
        ({"paper": "a word"}, 400, "выберите документ"),
        ({"paper": "court-incapacity"}, 409, "не даёт такого права"),
    ],
)
def test_without_the_operators_word_nothing_is_confirmed(
    operator, parent, claim_id, changes, status, told
):
    page = confirm(operator, parent, claim_id, **changes)
    assert page.status_code == status
    assert told in page.content.decode()
    assert of_representative(parent.person_id) == []


def test_an_unconfirmed_applicant_is_said(operator, parent, claim_id):
    Account.objects.filter(pk=parent.account_id).update(level="standard")
    page = confirm(operator, parent, claim_id)
    assert page.status_code == 409
    assert "Сначала подтвердите личность заявителя" in page.content.decode()


def test_refuses_and_ends(operator, parent, claim_id):
    answer(operator, parent, "refuse", claim_id)
    assert claims_of(parent.person_id) == []
    confirm(operator, parent, represented.claim(parent, represented.child(2)))
    (view,) = of_representative(parent.person_id)
    assert answer(operator, parent, "end", view.representation_id).status_code == 400
    assert answer(operator, parent, "end", view.representation_id, seen="on").status_code == 200
    (view,) = of_representative(parent.person_id)
    assert view.ended_how is Ended.BY_PAPER


def test_nobody_of_that_address_and_no_such_answer(operator, parent, claim_id):
    assert operator.post(PAGE, {"email": "nobody@example.test"}).status_code == 404
    assert operator.post(PAGE, {"email": "none"}).status_code == 400
    assert answer(operator, parent, "steal", claim_id).status_code == 404
