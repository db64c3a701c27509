"""Letters: what they may say, where their links lead, and how many there are."""

import re
from datetime import timedelta
from pathlib import Path

import citizens
import pytest
from citizens import NOW
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from medkarta.accounts import actions, letters
from medkarta.accounts.rules import LETTERS_PAUSE, MOST_LETTERS, letters_stopped_until
from medkarta.notifications import queries as notifications
from medkarta.notifications.models import Message

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "medkarta").glob("*/templates/*/email/*.txt"))
MESSAGES = sorted((ROOT / "medkarta").glob("*/messages.py"))
CLINICAL = re.compile(
    "диагноз|анализ|рецепт|лекарств|болезн|заболев|симптом|лечен|обследован|прививк|госпитал|"
    "операци|беремен|психиатр|онколог|diagnos|prescri|disease|medicin",
    re.IGNORECASE,
)
RESET, SIGN_UP = "/accounts/password/reset/", "/accounts/signup/"
NOBODY = "nobody@example.test"


@pytest.fixture(autouse=True)
def _no_counts_of_the_test_before(db):
    """Allauth counts requests by peer in the cache, and all tests are one peer."""
    cache.clear()


def sent_to(address):
    return [message for message in notifications.recent() if message.address == address]


@pytest.mark.parametrize("file", [*TEMPLATES, *MESSAGES], ids=str)
def test_no_letter_holds_a_clinical_word(file):
    assert not CLINICAL.findall(file.read_text(encoding="utf-8"))


def test_every_letter_is_on_the_page_of_letters_with_its_reason():
    page = (ROOT / "docs/letters.md").read_text(encoding="utf-8")
    prefixes = {
        str(file.relative_to(file.parents[2])).removesuffix("_message.txt")
        for file in TEMPLATES
        if file.name.endswith("_message.txt")
    }
    assert prefixes
    assert {name for name in prefixes if f"| `{name}` |" not in page} == set()


def test_a_letter_that_holds_a_code_or_a_link_is_a_secret_one():
    holding = {
        file.name.removesuffix("_message.txt")
        for file in TEMPLATES
        if re.search(r"{{ (code|\w+_url) }}", file.read_text(encoding="utf-8"))
    }
    assert holding == {name for name in holding if letters.is_secret(f"account/email/{name}")}
    assert len(holding) == 5


def test_every_letter_with_a_code_says_that_nobody_asks_for_it():
    for file in TEMPLATES:
        text = file.read_text(encoding="utf-8")
        if "{{ code }}" in text:
            assert "Медкарта не звонит и не просит код" in text, file.name


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.django_db
def test_links_lead_to_the_configured_origin_whatever_the_request_calls_us(host, settings):
    settings.PUBLIC_ORIGIN = "https://med.example"
    owner = citizens.with_account()
    browser = Client(headers={"host": host, "x-forwarded-host": "evil.example"})
    browser.post(SIGN_UP, {"email": owner.email, "password1": citizens.PASSWORD})
    browser.post(RESET, {"email": NOBODY})
    assert "https://med.example/accounts/password/reset/" in sent_to(owner.email)[0].body
    assert "https://med.example/accounts/signup/" in sent_to(NOBODY)[0].body
    for message in notifications.recent():
        assert re.findall(r"https?://([^/\s]+)", message.body) == ["med.example"]


@pytest.mark.django_db
def test_a_host_that_is_not_ours_gets_no_letter_sent():
    answer = Client(headers={"host": "evil.example"}).post(RESET, {"email": NOBODY})
    assert answer.status_code == 400
    assert not notifications.recent()


class TestHowMany:
    @pytest.mark.parametrize(
        ("ago", "stopped"),
        [
            ([], None),
            ([timedelta(seconds=59)], timedelta(seconds=1)),
            ([timedelta(seconds=60)], None),
            ([timedelta(hours=n + 1) for n in range(9)], None),
            ([timedelta(hours=n + 1) for n in range(10)], timedelta(hours=14)),
            ([timedelta(hours=n + 1) for n in range(12)], timedelta(hours=14)),
            ([timedelta(days=1)] * 30, None),
        ],
    )
    def test_one_a_minute_and_ten_a_day(self, ago, stopped):
        until = letters_stopped_until([NOW - one for one in ago], NOW)
        assert until == (None if stopped is None else NOW + stopped)


def move_back(**by):
    """As if all letters had been asked for so long ago."""
    for message in Message.objects.all():
        message.created_at -= timedelta(**by)
        message.save()


@pytest.mark.django_db(transaction=True)
class TestFlood:
    def test_a_second_letter_within_a_minute_is_refused_in_words(self):
        citizen = citizens.with_account()
        browser = Client()
        browser.post(RESET, {"email": citizen.email})
        answer = browser.post(RESET, {"email": citizen.email})
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= LETTERS_PAUSE.total_seconds()
        assert "ушло меньше минуты назад" in answer.content.decode()
        assert len(sent_to(citizen.email)) == 1
        move_back(minutes=1)
        assert browser.post(RESET, {"email": citizen.email}).status_code == 302

    @pytest.mark.parametrize("known", [True, False])
    def test_the_eleventh_of_a_day_is_refused_from_every_browser(self, known):
        address = citizens.with_account().email if known else NOBODY
        for _ in range(MOST_LETTERS):
            Client().post(RESET, {"email": address})
            move_back(minutes=5)
        answer = Client().post(RESET, {"email": address.upper()})
        assert answer.status_code == 429
        assert "ушло 10 писем" in answer.content.decode()
        assert len(sent_to(address)) == MOST_LETTERS

    def test_letters_of_one_kind_count_for_the_others(self):
        citizen = citizens.with_account()
        Client().post(RESET, {"email": citizen.email})
        answer = Client().post(SIGN_UP, {"email": citizen.email, "password1": citizens.PASSWORD})
        assert answer.status_code == 429

    def test_a_hundred_at_once_are_one_letter(self):
        def ask():
            actions.send_secret_letter(
                key=f"k:{timezone.now().timestamp()}:{id(object())}",
                address=NOBODY,
                subject="Код",
                body="1",
                now=NOW,
            )

        answers = citizens.at_once(*[ask] * 12)
        assert answers.count(None) == 1
        assert {type(one) for one in answers if one} == {actions.TooManyLettersError}
        assert Message.objects.count() == 1

    def test_other_addresses_go_on(self):
        citizen = citizens.with_account()
        Client().post(RESET, {"email": NOBODY})
        assert Client().post(RESET, {"email": citizen.email}).status_code == 302

    def test_letters_without_a_secret_are_not_held_up(self):
        citizen = citizens.with_account()
        Client().post(RESET, {"email": citizen.email})
        for code in range(10):
            actions.check_code(account_id=citizen.account_id, code=f"x{code}", now=NOW)
        assert any("остановлен" in one.subject for one in sent_to(citizen.email))
