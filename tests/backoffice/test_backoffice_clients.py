"""Operators and programs: one writes down, another lets in, any shuts out."""

import json

import bearers
import citizens
import keys
import pytest
from citizens import PASSWORD
from test_backoffice_identity import signed_in

from medkarta.accounts import actions as accounts
from medkarta.accounts.rules import Role
from medkarta.clients import queries as clients

pytestmark = pytest.mark.django_db
LIST, NEW = "/backoffice/clients", "/backoffice/clients/new"


@pytest.fixture
def first():
    citizens.operator()
    return signed_in(citizens.Citizen(), "operator@example.test")


@pytest.fixture
def second():
    accounts.open_account(
        new=accounts.NewAccount(
            email="second@example.test",
            password=PASSWORD,
            role=Role.OPERATOR,
            name="Вторая",
            totp_secret=citizens.SECRET,
        )
    )
    return signed_in(citizens.Citizen(), "second@example.test")


def form(operator, **changes):
    page = operator.get(NEW)
    return {
        "client_id": page.context["form"].initial["client_id"],
        "kind": "app",
        "name": "Дневник вымышленный",
        "publisher": "ООО «Вымысел»",
        "redirect_uris": "https://app.example/back\nhttp://127.0.0.1:3000/back",
        "scope": "launch/patient patient/*.rs",
        **changes,
    }


def test_a_program_goes_through_two_operators_and_is_shut_out(first, second):
    made = first.post(NEW, form(first))
    (one,) = clients.clients()
    address = f"{LIST}/{one.id}"
    assert made["Location"] == address
    assert "ждёт второго оператора" in first.get(LIST).content.decode()
    assert 'value="approve"' not in first.get(address).content.decode()
    refused = first.post(address, {"act": "approve"}, follow=True)
    assert "допускает второй оператор" in refused.content.decode()
    assert not clients.client(one.id).stands
    second.post(address, {"act": "approve"})
    assert clients.client(one.id).stands
    assert first.post(address, {"act": "disable"}).status_code == 400
    assert clients.client(one.id).stands
    first.post(address, {"act": "disable", "sure": "on"})
    assert not clients.client(one.id).stands
    text = first.get(address).content.decode()
    for words in ("записана · Оператор Проверкин", "допущена · Вторая", "отключена"):
        assert words in text


def test_a_form_sent_twice_is_one_program(first):
    sent = form(first)
    assert first.post(NEW, sent)["Location"] == first.post(NEW, sent)["Location"]
    assert len(clients.clients()) == 1


def test_a_secret_is_shown_on_the_answer_and_never_again(first):
    sent = form(first, with_secret="on")
    page = first.post(NEW, sent)
    assert page.status_code == 200
    assert "показан один раз" in page.content.decode()
    address = f"{LIST}/{clients.clients()[0].id}"
    assert "показан один раз" not in first.get(address).content.decode()
    assert first.post(NEW, sent)["Location"] == address


def test_a_clinics_system_is_written_down_with_its_keys(first):
    clinic_id = citizens.clinic()
    sent = form(
        first,
        kind="system",
        clinic_id=str(clinic_id),
        redirect_uris="",
        scope="system/*.cruds",
        jwks=json.dumps({"keys": [keys.RSA.public("a")]}),
    )
    assert first.post(NEW, sent).status_code == 302
    assert clients.clients()[0].clinic_id == clinic_id


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Госуслуги"}, "ничего похожего на ведомство"),
        ({"name": ""}, "name"),
        ({"redirect_uris": "javascript:alert(1)"}, "Адрес не подходит"),
        ({"redirect_uris": ""}, "нужны адреса возврата"),
        ({"scope": "system/*.cruds"}, "Таких областей нет"),
        ({"scope": "patient/*.rs patient/Condition.cruds"}, "только читает"),
        ({"jwks": "{"}, "Это не JSON"),
        ({"jwks": '{"keys": []}'}, "Ключи не подходят"),
        ({"jwks": "[" * 19_000}, "Это не JSON"),
        ({"client_id": "chosen-by-myself"}, "client_id"),
        ({"clinic_id": "00000000-0000-7000-8000-000000000000"}, "clinic_id"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_kept(first, changes, words):
    page = first.post(NEW, form(first, **changes))
    assert page.status_code == 400
    assert words in page.content.decode()
    assert clients.clients() == []


def test_a_citizen_finds_no_such_page():
    citizen = citizens.with_account()
    client = signed_in(citizen, citizen.email)
    row = bearers.app()
    for address in (LIST, NEW, f"{LIST}/{row.pk}"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"act": "disable"}).status_code in {404, 405}
    assert clients.client(row.pk).stands
