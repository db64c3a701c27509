"""Кто действует за меня и за кого я: inviting, answering, claiming, and what the page says."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from portal_people import (
    ORIGIN,
    account,
    code,
    person,
    switch,
    trust,
    words,
)

from medkarta.accounts import actions as accounts
from medkarta.accounts.queries import account_by_email
from medkarta.audit import queries as audit
from medkarta.patients import actions as patients
from medkarta.patients.rules import PersonalDataInput, Sex
from medkarta.patients.rules.representation import Doing, Kind, Paper, Terms


@pytest.fixture
def owner(people):
    return people["open"]


@pytest.fixture
def friend(people):
    return people["no-policy"]


@pytest.fixture
def trusted(owner, friend):
    return trust(owner, friend, ["labs", "vaccinations"])


@pytest.fixture
def client(browse, trusted):
    """The friend's browser, already in the owner's record."""
    client = browse("no-policy")
    assert switch(client, trusted)["Location"] == "/"
    return client


class TestPage:
    def test_says_both_directions_in_words(self, client, browse):
        owners, friends = (words(one.get("/control/people")) for one in (browse("open"), client))
        for page in (owners, friends):
            assert "доверенное лицо · читать карту" in page
            assert "Разделы: Анализы, Прививки" in page
            assert "Последний день:" in page
        assert "Шаблонов" in owners.partition("Кто действует за меня")[2]
        assert "Открыть карту: Анна В." in friends

    def test_empty_says_what_to_do(self, browse):
        page = words(browse("no-link").get("/control/people"))
        assert "Вы ни за кого не действуете" in page
        assert "За вас никто не действует" in page

    def test_trusting_is_two_steps_and_a_code(self, browse, owner, friend):
        client = browse("open")
        asked = {
            "email": friend.email,
            "doings": ["read"],
            "sections": ["labs"],
            "active_to": f"{timezone.localdate() + timedelta(days=9):%d.%m.%Y}",
        }
        shown = client.post("/control/people/trust", asked)
        assert "читать карту" in words(shown)
        sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', shown.content.decode())[1]
        wrong = client.post("/control/people/trust", {**asked, "sha256": sha256, "code": "000000"})
        assert "Код не подошёл" in words(wrong)
        # What was shown is what is signed: other terms under the same digest are shown again.
        other = {**asked, "sections": ["labs", "visits"], "sha256": sha256}
        again = client.post("/control/people/trust", {**other, "code": code(owner, timezone.now())})
        assert again.status_code == 200
        assert "Приёмы" in words(again)
        done = client.post(
            "/control/people/trust",
            {**asked, "sha256": sha256, "code": code(owner, timezone.now())},
        )
        assert done["Location"] == "/control/people"
        assert friend.email in words(client.get("/control/people"))

    @pytest.mark.parametrize("known", [True, False])
    def test_an_offer_looks_alike_whether_or_not_there_is_an_account(
        self, browse, owner, friend, known
    ):
        client = browse("open")
        asked = {
            "email": friend.email if known else "nobody@example.test",
            "doings": ["read"],
            "sections": ["labs"],
            "active_to": f"{timezone.localdate():%d.%m.%Y}",
        }
        shown = client.post("/control/people/trust", asked)
        sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', shown.content.decode())[1]
        signed = {**asked, "sha256": sha256, "code": code(owner, timezone.now())}
        client.post("/control/people/trust", signed)
        page = words(client.get("/control/people"))
        assert "Если у этого адреса есть учётная запись Медкарты" in page
        assert f"{asked['email']} читать карту Разделы: Анализы" in page

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"doings": []}, "Отметьте хотя бы одно"),
            ({"sections": []}, "Отметьте, какие разделы"),
            ({"active_to": "01.01.2099"}, "не дальше трёх лет"),
            ({"active_to": "never"}, "Введите дату так"),
            ({"email": "nobody"}, "Введите почту так"),
            ({"doings": ["sign"]}, ""),
        ],
    )
    def test_what_is_no_offer_is_said_beside_its_field(self, browse, change, told):
        asked = {
            "email": "a@example.test",
            "doings": ["read"],
            "sections": ["labs"],
            "active_to": f"{timezone.localdate():%d.%m.%Y}",
        }
        page = browse("open").post("/control/people/trust", {**asked, **change})
        assert page.context["form"].errors
        assert told in words(page)

    def test_an_offer_is_accepted_declined_and_taken_back(self, browse, people):
        owner, friend = people["open"], people["no-policy"]
        now = timezone.now()
        offered = patients.offer_trust(
            person_id=person(owner).person_id,
            terms=Terms(
                email=friend.email,
                doings=frozenset({Doing.BOOK}),
                sections=frozenset(),
                active_to=timezone.localdate(),
            ),
            proof=accounts.Proof(code=code(owner, now)),
            by=account(owner),
            origin=ORIGIN,
            now=now,
        )
        key = {"key": str(offered.offer_id)}
        friends, others = browse("no-policy"), browse("no-link")
        assert "Вам доверяют" in words(friends.get("/control/people"))
        told = others.post("/control/people/answer", {"act": "accept", **key}, follow=True)
        assert "Этого приглашения больше нет" in words(told)
        assert others.post("/control/people/answer", {"act": "steal", **key}).status_code == 404
        friends.post("/control/people/answer", {"act": "accept", **key})
        assert "записывать на приём" in words(friends.get("/control/people"))

    def test_a_parent_claims_a_child_and_waits_for_an_operator(self, browse):
        client = browse("no-policy")
        sent = {
            "kind": "parent",
            "family": "Шаблонова",
            "given": "Ия",
            "birth_date": "05.05.2016",
            "sex": "female",
            "certificate": "IV-АБ 744233",
            "zone": "Asia/Kamchatka",
        }
        assert client.post("/control/people/child", sent)["Location"] == "/control/people"
        page = words(client.get("/control/people"))
        assert "Шаблонова Ия" in page
        assert "Ждут оператора" in page
        grown = client.post("/control/people/child", {**sent, "birth_date": "05.05.1990"})
        assert "уже есть 18 лет" in words(grown)
        refused = browse("not-confirmed").post("/control/people/child", sent)
        assert "Сначала подтвердите личность" in words(refused)


@pytest.fixture
def child(friend):
    """The friend's child, without an account."""
    now = timezone.now()
    claim_id = patients.claim_representation(
        person_id=person(friend).person_id,
        claim=patients.Claim(
            kind=Kind.PARENT,
            data=PersonalDataInput(
                family="Шаблонова",
                given="Ия",
                patronymic="Егоровна",
                birth_date=date(now.year - 10, 5, 5),
                sex=Sex.FEMALE,
                snils=None,
            ),
            certificate="IV-АБ 744233",
            zone="Europe/Moscow",
        ),
        by=account(friend),
        origin=ORIGIN,
        now=now,
    )
    operator = account_by_email("operator.proverkin@demo.medkarta.example").account_id
    return patients.confirm_claim(
        claim_id=claim_id, paper=Paper.BIRTH_CERTIFICATE, by=operator, origin=ORIGIN, now=now
    )


class TestChild:
    @pytest.mark.usefixtures("child")
    def test_what_changes_on_which_birthday_is_said(self, browse):
        page = words(browse("no-policy").get("/control/people"))
        year = timezone.now().year
        assert f"5 мая {year + 5} — 15 лет" in page
        assert "16 лет" in page
        assert "18 лет: право законного представителя закончится" in page
        assert "подписывать согласия" in page

    def test_a_parent_reads_the_childs_log_and_that_is_a_line_too(self, browse, child):
        client = browse("no-policy")
        switch(client, child)
        refused = client.get("/control/log")
        assert refused.status_code == 403
        assert "Карта ребёнка пока закрыта" in words(refused)
        line = audit.entries(person_id=child.principal.person_id, before=None, limit=1)[0].said
        assert (line.detail, line.outcome) == ("log", "refused")

    def test_nobody_ends_it_by_a_press(self, browse, child):
        client = browse("no-policy")
        page = client.post(f"/control/people/{child.representation_id}", follow=True)
        assert "заканчивает оператор" in words(page)
        assert "Открыть карту: Ия Ш." in words(page)
