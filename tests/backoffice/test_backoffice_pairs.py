"""The operators' pages of two kinds of pairs: similar entries, and one СНИЛС in two accounts."""

import re
from dataclasses import replace
from uuid import uuid4

import citizens
import pytest
from citizens import NOW, ORIGIN, PASSWORD
from test_backoffice_identity import confirm, look, signed_in

from medkarta.accounts import actions as accounts
from medkarta.accounts import queries as account_queries
from medkarta.accounts.rules import Level, Role
from medkarta.patients import actions as patients
from medkarta.patients import queries
from medkarta.patients.queries import candidates
from medkarta.patients.rules import LinkRequestState

LIST = "/backoffice/candidates"
TRANSFERS = "/backoffice/transfers"
WHY = "Сверили с паспортом и позвонили"

pytestmark = pytest.mark.django_db


@pytest.fixture
def both():
    """Two operators, each in a browser of their own."""
    citizens.operator()
    accounts.open_account(
        new=accounts.NewAccount(
            email="second@example.test",
            password=PASSWORD,
            role=Role.OPERATOR,
            name="Вторая",
            totp_secret=citizens.SECRET,
        )
    )
    emails = ("operator@example.test", "second@example.test")
    return tuple(signed_in(citizens.Citizen(), email) for email in emails)


@pytest.fixture
def pair():
    citizen = citizens.confirmed()
    data = replace(citizen.data, snils=None, given="Алина")
    citizen.patient_ids = [citizens.entry(citizen, data=data)]
    assert citizens.request_link(citizen).state is LinkRequestState.REQUESTED
    (line,) = candidates.waiting()
    return citizen, f"{LIST}/{line.candidate_id}"


def judge(operator, address, **changes):
    page = operator.get(address)
    sent = {"compared": page.context["found"].compared, "answer": "same", "why": WHY, **changes}
    return operator.post(address, sent)


def test_a_pair_goes_through_both_operators_pages(both, pair):
    citizen, address = pair
    first, second = both
    assert "Ёлкина-Примерова А. П." in first.get(LIST).content.decode()
    assert judge(first, address)["Location"] == LIST
    page = second.get(address).content.decode()
    assert WHY in page
    assert judge(second, address)["Location"] == LIST
    assert "Сверять нечего" in second.get(LIST).content.decode()
    found = citizens.request_link(citizen).found
    assert [view.patient_id for view in found] == citizen.patient_ids


def test_the_page_marks_what_differs_and_hides_the_number(both, pair):
    citizen, address = pair
    page = both[0].get(address).content.decode()
    assert page.count("tag--warn") == 2  # the given name and the СНИЛС
    assert str(citizen.data.snils) not in page
    assert citizen.data.snils.digits not in page


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"why": "да"}, 400), ({"answer": ""}, 400), ({"compared": "0" * 64}, 409)],
)
def test_what_is_incomplete_or_stale_is_refused_and_kept(both, pair, changes, status):
    _, address = pair
    page = judge(both[0], address, **changes)
    assert page.status_code == status
    assert "field--error" in page.content.decode()
    assert candidates.waiting()[0].state == "waiting"


def test_an_unknown_pair_and_a_citizen_find_no_page(both, pair):
    citizen, address = pair
    assert both[0].get(f"{LIST}/{uuid4()}").status_code == 404
    assert both[0].post(f"{LIST}/{uuid4()}", {"answer": "same"}).status_code == 404
    visitor = signed_in(citizen)
    for page in (LIST, address, TRANSFERS):
        assert visitor.get(page).status_code == 404


def test_a_snils_of_two_accounts_is_moved_by_two_operators(both):
    first, second = both
    former = citizens.with_open_record(1)
    renewed = citizens.with_account(2)
    patients.record_personal_data(
        person_id=renewed.person_id,
        data=former.data,
        by=renewed.account_id,
        origin=ORIGIN,
        now=NOW,
    )
    page = confirm(first, look(first, renewed))
    assert page.status_code == 409
    form = page.context["transfer"]
    asked = first.post(TRANSFERS, {"person": str(form["person"].value()), "why": WHY})
    assert asked["Location"] == TRANSFERS
    own = first.get(TRANSFERS).content.decode()
    assert "решает второй оператор" in own
    assert 'name="answer"' not in own
    transfer = re.search(
        r'name="transfer" value="([0-9a-f-]+)"', second.get(TRANSFERS).content.decode()
    )
    sent = {"transfer": transfer[1], "answer": "move", "why": WHY}
    assert first.post(TRANSFERS, sent).status_code == 409
    assert second.post(TRANSFERS, {**sent, "why": ""}).status_code == 400
    assert second.post(TRANSFERS, sent)["Location"] == TRANSFERS
    assert account_queries.account(former.account_id).level is Level.SIMPLIFIED
    assert queries.linked_patient_ids(former.person_id) == frozenset()
    assert confirm(first, look(first, renewed)).status_code == 200
    assert account_queries.account(renewed.account_id).level is Level.VERIFIED
