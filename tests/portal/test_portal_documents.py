"""Профиль → Документы: each outcome of a policy with its next step, papers, masks throughout."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from structlog.testing import capture_logs

from medkarta.accounts.queries import account_by_email
from medkarta.audit import queries as audit
from medkarta.foundation.enp import Enp
from medkarta.foundation.policies import PolicyKind, PolicyNumber
from medkarta.insurance import actions as insurance
from medkarta.insurance.models import LinkAttempt, Policy, PolicyClaim
from medkarta.insurance.ports import RegisterSilentError
from medkarta.insurance.rules import Insured
from medkarta.notifications import queries as notifications
from medkarta.patients.queries import person_of

NEW, DOCUMENTS, FIND = (
    "/profile/documents/new",
    "/profile/documents",
    "/profile/documents/find",
)
PASSPORT = {
    "number": "45 10 987654",
    "issued_on": "20.05.2015",
    "issued_by": "ОВД вымышленного района",
    "department": "770001",
}
CERTIFICATE = "990000077"


class SilentRegister:
    """The register on a day when it does not answer."""

    def look_up(self, *_, **__):
        raise RegisterSilentError

    find_for = look_up


def person(people, state):
    return person_of(account_by_email(people[state].email).account_id)


def register(holder, number=CERTIFICATE, *, ends=None, begins=timedelta(days=-400)):
    today = timezone.localdate()
    insurance.register_insured(
        number=PolicyNumber.read(number),
        insured=Insured(
            holder=holder.data,
            insurer="Страховая вымышленная",
            active_from=today + begins,
            active_to=None if ends is None else today + ends,
        ),
    )


def posted(client, number, **more):
    return client.post(NEW, {"number": number, **more}, follow=True).content.decode()


def page(client, address=DOCUMENTS):
    return client.get(address).content.decode()


class TestOutcomes:
    def test_in_force(self, people, browse):
        register(person(people, "no-policy"), ends=timedelta(days=15))
        client = browse("no-policy")
        assert "Полис привязан" in posted(client, "Временное свидетельство № 99 0000 077")
        text = page(client)
        assert "временное свидетельство" in text
        assert "Потом карта закроется" in text
        assert CERTIFICATE not in text

    def test_ended_says_when_and_how_to_renew(self, people, browse):
        register(person(people, "no-policy"), ends=timedelta(days=-1))
        text = posted(browse("no-policy"), CERTIFICATE)
        assert "Этот полис действовал до" in text
        assert "Найти мой новый полис" in text

    def test_not_found_says_what_to_check(self, browse):
        text = posted(browse("no-policy"), CERTIFICATE)
        for words in ("Реестр не подтвердил", "цифру за цифрой", "Найти мой новый полис"):
            assert words in text
        assert "Номер говорит" not in text

    def test_data_that_differ_are_named(self, people, browse):
        someone = person(people, "no-policy")
        register(replace(someone, data=replace(someone.data, family="Иная", given="Иной")))
        text = posted(browse("no-policy"), CERTIFICATE)
        assert "отличаются: фамилия, имя" in text
        assert "Иная" not in text
        assert "Иной" not in text

    def test_somebody_elses_is_the_page_of_a_number_that_is_not_there(self, people, browse):
        client, held = browse("no-policy"), people["open"].policy
        enp = Enp.parse(held)
        born, sex = enp.birth_date_and_sex()
        absent = Enp.make(region=77, sex=sex, birth_date=born, serial=11).digits
        pages = []
        for number in (held, absent):
            answer = client.post(NEW, {"number": number})
            text = answer.content.decode().replace(number, "NUMBER")
            pages.append((answer.status_code, _without_tokens(text)))
        assert pages[0] == pages[1]
        assert "Номер говорит о другой дате рождения" in pages[0][1]
        for attempt in LinkAttempt.objects.values_list("pk", flat=True):
            insurance.follow_miss(attempt=attempt, now=timezone.now())
        told = [one for one in notifications.recent() if one.address == people["open"].email]
        assert [one.subject for one in told] == ["Медкарта: ваш полис пытались добавить"]

    def test_silence_is_kept_and_its_end_is_told_on_the_page(self, people, browse, settings):
        voice, settings.INSURED_REGISTER = settings.INSURED_REGISTER, f"{__name__}.SilentRegister"
        client, someone = browse("no-policy"), person(people, "no-policy")
        text = posted(client, CERTIFICATE)
        assert "вводить его снова не нужно" in text
        assert "Ждём ответа о вашем полисе ОМС" in page(client, "/card")
        assert "Дождаться ответа о полисе ОМС" in page(client, "/link")
        settings.INSURED_REGISTER = voice
        PolicyClaim.objects.filter(person_id=someone.person_id).update(
            outcome="differs", differs=["patronymic"], next_try_at=None
        )
        text = page(client)
        assert "отличаются: отчество" in text
        assert "не привязан" in text
        register(someone)
        posted(client, CERTIFICATE)
        assert "Реестр застрахованных ответил" not in page(client)

    def test_a_lapsed_policy_closes_the_card_and_is_mended_by_one_button(self, people, browse):
        client, someone = browse("open"), person(people, "open")
        assert client.get("/card").status_code == 200
        Policy.objects.filter(person_id=someone.person_id).update(
            active_to=timezone.localdate() - timedelta(days=1)
        )
        assert client.get("/card").status_code == 403
        for address, words in [("/card", "Обновите полис ОМС"), ("/link", "Обновить полис ОМС")]:
            assert words in page(client, address)
        text = page(client)
        assert "Обновите полис" in text
        register(someone)
        insurance_page = client.post(FIND, follow=True).content.decode()
        assert "Реестр нашёл ваш действующий полис" in insurance_page
        assert client.get("/card").status_code == 200

    def test_nothing_to_find_is_said(self, browse, people):
        someone = person(people, "no-policy")
        insurance.register_insured(
            number=PolicyNumber.read(people["no-policy"].policy),
            insured=Insured(
                holder=someone.data,
                insurer="Страховая вымышленная",
                active_from=timezone.localdate() - timedelta(days=9),
                active_to=timezone.localdate() - timedelta(days=1),
            ),
        )
        text = browse("no-policy").post(FIND, follow=True).content.decode()
        assert "Реестр не нашёл действующего полиса" in text

    def test_find_is_no_get(self, browse):
        assert browse("no-policy").get(FIND).status_code == 405


class TestRecognised:
    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("7756410834000013", "Это полис старого образца"),
            ("12345678901", "номер бланка"),
            ("1234567", "Введено цифр: 7"),
        ],
    )
    def test_what_was_typed_stays_and_the_old_style_is_offered(self, browse, typed, words):
        text = posted(browse("no-policy"), typed)
        assert words in text
        assert f'value="{typed}"' in text
        assert '<details class="fold" open>' in text
        assert not LinkAttempt.objects.exists()

    def test_sixteen_digits_called_old_are_looked_up_as_old(self, people, browse):
        digits = "7756410834000013"
        insurance.register_insured(
            number=PolicyNumber(PolicyKind.OLD, "", digits),
            insured=Insured(
                holder=person(people, "no-policy").data,
                insurer="Страховая вымышленная",
                active_from=timezone.localdate() - timedelta(days=9),
                active_to=None,
            ),
        )
        client = browse("no-policy")
        assert "Полис привязан" in posted(client, digits, old="on")
        assert "полис старого образца" in page(client)


class TestPapers:
    def test_chosen_entered_listed_and_removed(self, browse):
        client = browse("open")
        assert "/profile/documents/add/passport" in page(client, "/profile/documents/add")
        assert "Серия и номер" in page(client, "/profile/documents/add/passport")
        for _ in range(2):
            answer = client.post("/profile/documents/add/passport", PASSPORT, follow=True)
        text = answer.content.decode()
        assert text.count("•••• •••654") == 2  # in the row, and for the ear on its link
        assert "987654" not in text
        assert "внесён вами" in text
        (remove,) = {part.split('"')[0] for part in text.split('href="') if "/remove" in part[:80]}
        assert "Убрать документ?" in page(client, remove)
        assert "•••654" in page(client)
        assert "Документ убран" in client.post(remove, follow=True).content.decode()
        assert "•••654" not in page(client)
        assert client.get(remove).status_code == 302

    def test_what_is_wrong_is_said_and_kept(self, browse):
        wrong = {**PASSPORT, "number": "45 10 9876", "department": "77", "issued_on": "20.05.1990"}
        answer = browse("open").post("/profile/documents/add/passport", wrong)
        text = answer.content.decode()
        for words in ("всего 10", "6 цифр. Введите так", "выдать не могли", 'value="45 10 9876"'):
            assert words in text

    def test_a_birth_certificate_asks_no_department(self, browse):
        client = browse("open")
        given = {"number": "IV-АБ 123456", "issued_on": "01.06.2010", "issued_by": "ЗАГС"}
        answer = client.post("/profile/documents/add/birth-certificate", given, follow=True)
        assert "••-•• •••456" in answer.content.decode()
        assert "Код подразделения" not in page(client, "/profile/documents/add/birth-certificate")

    def test_nobody_removes_anothers(self, browse):
        owner, stranger = browse("open"), browse("no-link")
        text = owner.post("/profile/documents/add/passport", PASSPORT, follow=True)
        (remove,) = {
            part.split('"')[0]
            for part in text.content.decode().split('href="')
            if "/remove" in part[:80]
        }
        assert stranger.post(remove).status_code == 302
        assert "•••654" in page(owner)

    def test_an_unknown_kind_is_no_page(self, browse):
        assert browse("open").get("/profile/documents/add/licence").status_code == 404


CANARIES = {
    "enp": "7756410834000012",
    "old": "770000 9876543210",
    "certificate": "987654321",
}


@pytest.mark.parametrize("number", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize("outcome", ["linked", "refused", "differs", "ended", "silent", "gone"])
def test_no_number_stands_in_page_log_letter_job_or_service_log(
    people, browse, settings, caplog, number, outcome
):
    someone = person(people, "no-policy")
    holder = someone
    if outcome == "differs":
        holder = replace(someone, data=replace(someone.data, family="Иная"))
    if outcome != "refused":
        register(holder, number, ends=timedelta(days=-1) if outcome == "ended" else None)
    if outcome == "silent":
        settings.INSURED_REGISTER = f"{__name__}.SilentRegister"
    client = browse("no-policy")
    with capture_logs() as lines, caplog.at_level(logging.DEBUG):
        typed = posted(client, number)
        later = timezone.now() + timedelta(days=40)
        if outcome == "gone":
            settings.INSURED_REGISTER = f"{__name__}.EmptyRegister"
            insurance.check_policies(now=later)
        insurance.check_claims(now=later)
        for attempt in LinkAttempt.objects.values_list("pk", flat=True):
            insurance.follow_miss(attempt=attempt, now=later)
        seen = [
            typed.replace(f'value="{number}"', ""),
            *(page(client, one) for one in (DOCUMENTS, NEW, "/", "/control/log", "/link")),
        ]
    log = audit.entries(person_id=someone.person_id, before=None, limit=50)
    told = [
        *seen,
        *(line.canonical.decode() for line in log),
        *(f"{one.subject} {one.body}" for one in notifications.recent()),
        *(json.dumps(one.args) for one in ProcrastinateJob.objects.all()),
        str(lines),
        "\n".join(
            record.getMessage() for record in caplog.records if record.name != "django.db.backends"
        ),
    ]
    secret = number.split()[-1]
    parts = {secret, f"{secret[:4]} {secret[4:8]}", secret[2:10]}
    assert [text for text in told if any(part in text for part in parts)] == []


class EmptyRegister:
    """The register that has forgotten everybody."""

    def look_up(self, *_, **__):
        return None


def _without_tokens(text):
    lines = text.splitlines()
    kept = (line for line in lines if "csrfmiddlewaretoken" not in line and "nonce" not in line)
    return "\n".join(kept)
