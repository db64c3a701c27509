"""The pages of consents: what is in force, what can be, what was, and each step between."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from medkarta.accounts import totp
from medkarta.accounts.queries import account_by_email
from medkarta.clinics import queries as clinics
from medkarta.consents import queries as consents
from medkarta.consents.models import Consent
from medkarta.consents.rules import CURRENT_VERSION, RENEW_BY, Kind
from medkarta.foundation.ids import new_uuid
from medkarta.patients.queries import person_of
from medkarta.record.actions.destroying import destroy_due
from medkarta.record.destructions import KEPT


def person(people, state):
    return person_of(account_by_email(people[state].email).account_id)


def code(people, state):
    return totp.code_at(people[state].totp_secret, totp.step_at(timezone.now()))


def read(client, address, **more):
    return client.get(address, **more).content.decode()


def hidden(text):
    return dict(re.findall(r'type="hidden" name="([a-z0-9_]+)" value="([^"]*)"', text))


def sign(client, people, address, state="open"):
    """Sign what stands at the address now."""
    text = read(client, address)
    fields = {"sha256": hidden(text)["sha256"], "after": hidden(text).get("after", "")}
    return client.post(
        address, {**fields, "agreed": "on", "code": code(people, state)}, follow=True
    )


def choose(client, word, **changes):
    """The first screen of an access or a denial; answers the second."""
    clinic_id = str(clinics.connected()[0][0])
    chosen = {
        "organisation": clinic_id,
        "sections": ["labs", "visits"],
        "until": f"{timezone.now() + timedelta(days=30):%d.%m.%Y}",
        "zone": "Europe/Moscow",
        **changes,
    }
    return chosen, client.post(f"/control/consents/new/{word}", chosen)


def sign_chosen(client, people, word, **changes):
    chosen, page = choose(client, word, **changes)
    fields = hidden(page.content.decode())
    signature = {"sha256": fields["sha256"], "after": fields.get("after", "")}
    return client.post(
        f"/control/consents/new/{word}",
        {**chosen, **signature, "agreed": "on", "code": code(people, "open")},
        follow=True,
    )


def test_the_gates_consent_is_there_and_every_other_is_off_and_unticked(browse):
    text = read(browse("open"), "/control/consents")
    assert text.count("выключено") == 3
    assert "действует" in text
    assert "checked" not in text


def test_an_access_is_chosen_read_signed_and_taken_back(people, browse):
    client = browse("open")
    _, page = choose(client, "access")
    shown = page.content.decode()
    assert "Разделы карты: анализы, приёмы." in shown
    assert not re.search(r'name="agreed"[^>]*checked', shown)
    page = sign_chosen(client, people, "access")
    assert "доступ открыт" in page.content.decode()
    (access,) = [
        one for one in consents.history(person(people, "open").person_id) if one.kind is Kind.ACCESS
    ]
    item = read(client, f"/control/consents/{access.consent_id}")
    assert access.text.sha256 in item
    end = f"/control/consents/{access.consent_id}/end"
    assert "Со следующего же запроса" in read(client, end)
    assert "отозвано" in client.post(end, follow=True).content.decode()
    assert client.get("/card").status_code == 200


def test_what_was_shown_and_what_is_signed_cannot_differ(people, browse):
    client = browse("open")
    chosen, page = choose(client, "access")
    fields = hidden(page.content.decode())
    wider = {**chosen, "organisation": "all", "sha256": fields["sha256"]}
    page = client.post(
        "/control/consents/new/access", {**wider, "agreed": "on", "code": code(people, "open")}
    )
    assert "Текст согласия обновился" in page.content.decode()
    assert not Consent.objects.filter(kind="access").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"organisation": ""}, "Выберите организацию"),
        ({"organisation": str(new_uuid())}, "Выберите корректный вариант"),
        ({"sections": []}, "Отметьте хотя бы один раздел"),
        ({"until": ""}, "Введите последний день доступа"),
        ({"until": "31.02.2027"}, "Введите дату так"),
    ],
)
def test_a_slip_in_the_choice_is_named(browse, changes, words):
    _, page = choose(browse("open"), "access", **changes)
    assert words in page.content.decode()
    assert "sha256" not in page.content.decode()


def test_a_day_that_is_past_is_refused_at_the_signature(people, browse):
    page = sign_chosen(browse("open"), people, "access", until="01.01.2020")
    assert "Выберите день от сегодняшнего" in page.content.decode()
    assert not Consent.objects.filter(kind="access").exists()


def test_a_denial_is_lifted_by_a_code_alone(people, browse):
    client = browse("open")
    page = sign_chosen(client, people, "denial", organisation="all", until="")
    assert "Запрет подписан" in page.content.decode()
    end = f"/control/consents/{Consent.objects.get(kind='denial').pk}/end"
    assert "Введите код" in client.post(end).content.decode()
    assert "Код не подошёл" in client.post(end, {"code": "000000"}).content.decode()
    assert Consent.objects.filter(kind="denial", withdrawn_at=None).exists()


def test_letters_are_a_document_of_their_own(people, browse):
    client = browse("open")
    page = sign(client, people, "/control/consents/new/letters")
    assert "напоминания будут приходить" in page.content.decode()
    assert "оно действует" in read(client, "/control/consents/new/letters")


def test_another_word_is_no_document(browse):
    for word in ("processing", "everything"):
        assert browse("open").get(f"/control/consents/new/{word}").status_code == 404


def test_the_pdf_is_ones_own_alone(people, browse):
    own = consents.history(person(people, "open").person_id)[0]
    address = f"/control/consents/{own.consent_id}/pdf"
    page = browse("open").get(address)
    assert page["Content-Type"] == "application/pdf"
    assert page["Cache-Control"] == "no-store"
    text = PdfReader(io.BytesIO(page.content)).pages[0].extract_text()
    assert "СОГЛАСИЕ НА ОБРАБОТКУ" in text
    stranger = browse("no-link")
    for other in (address, address.removesuffix("/pdf"), address.replace("/pdf", "/end")):
        assert stranger.get(other).status_code == 404


def test_address_and_document_are_asked_before_the_first_text(people, browse):
    from medkarta.consents.models import ConsentDetails

    ConsentDetails.objects.filter(pk=person(people, "no-consent").person_id).delete()
    client = browse("no-consent")
    page = client.get("/link/consent", follow=True)
    assert page.redirect_chain == [("/control/consents/details?for=processing", 302)]
    assert (
        "Введите адрес" in client.post("/control/consents/details", {"for": "x"}).content.decode()
    )
    typed = {
        "for": "processing",
        "address": "ул. Новая, 1",
        "document_number": "4500 123456",
        "document_issued": "кем-то",
    }
    page = client.post("/control/consents/details", typed, follow=True)
    assert "№ 45••••••56" in page.content.decode()
    assert "4500" not in page.content.decode()


def test_a_withdrawal_says_before_what_it_does_and_after_until_when_it_can_be_undone(
    people, browse
):
    client = browse("open")
    before = read(client, "/control/consents/withdraw")
    for words in (
        "Что закроется сразу",
        "не позднее 30 дней",
        "323-ФЗ",
        "подпишите согласие снова",
    ):
        assert words in before
    page = client.post("/control/consents/withdraw", follow=True).content.decode()
    assert "Подпишете снова до этого дня" in page
    assert "Подпишете согласие снова до этого дня" in read(client, "/card")
    sign(client, people, "/link/consent")
    assert client.get("/card").status_code == 200
    assert "Подпишете снова" not in read(client, "/control/consents")


def test_what_was_destroyed_stands_as_an_act_and_as_a_line_of_the_log(people, browse):
    client = browse("open")
    client.post("/control/consents/withdraw")
    assert destroy_due(now=timezone.now() + KEPT) == len(people["open"].patient_ids)
    page = read(client, "/control/consents")
    assert "Акты об уничтожении" in page
    assert "собранные здесь, уничтожены" in page
    assert page.count("Номер акта") == len(people["open"].patient_ids)
    assert "уничтожение копий записей клиник" in read(client, "/control/log")
    assert "записи на месте" not in read(client, "/card")


class TestChangedText:
    @pytest.fixture
    def former(self, people, monkeypatch):
        """The person's signature is under a former version that holds until a day to come."""
        day = (timezone.now() + timedelta(days=10)).date()
        monkeypatch.setitem(RENEW_BY, (Kind.PROCESSING, CURRENT_VERSION[Kind.PROCESSING]), day)
        owner = person(people, "open").person_id
        row = Consent.objects.get(person_id=owner, kind="processing")
        body = row.text.body.replace("Для других целей", "Для <b>любых</b> целей")
        row.text_id = (
            type(row.text)
            .objects.create(
                sha256="0" * 64, kind="processing", version="1", language="ru", body=body
            )
            .pk
        )
        row.save()
        return monkeypatch

    @pytest.mark.usefixtures("former")
    def test_it_is_said_on_the_first_page_and_among_the_consents_and_nothing_closes(self, browse):
        client = browse("open")
        for address in ("/", "/control/consents"):
            assert "Текст согласия обновился" in read(client, address)
        assert client.get("/card").status_code == 200

    @pytest.mark.usefixtures("former")
    def test_the_difference_is_shown_word_by_word_and_escaped(self, browse):
        text = read(browse("open"), "/link/consent")
        assert "Что изменилось" in text
        assert re.search(r"<del>\s*&lt;b&gt;любых&lt;/b&gt;\s*</del>", text)
        assert re.search(r"<ins>\s*других\s*</ins>", text)
        assert "<b>любых" not in text

    def test_after_the_day_the_gate_closes_with_words_and_the_new_signature_opens_it(
        self, people, browse, former
    ):
        yesterday = (timezone.now() - timedelta(days=1)).date()
        key = (Kind.PROCESSING, CURRENT_VERSION[Kind.PROCESSING])
        former.setitem(RENEW_BY, key, yesterday)
        client = browse("open")
        page = client.get("/card")
        assert page.status_code == 403
        assert "Нужна новая подпись" in page.content.decode()
        assert "Нужна новая подпись" in read(client, "/")
        sign(client, people, "/link/consent")
        assert client.get("/card").status_code == 200
        assert "Нужна новая подпись" not in read(client, "/")
