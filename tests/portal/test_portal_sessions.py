"""«Сеансы и устройства»: what the page shows, what it ends, and whose."""

import citizens
import pytest
from browsers import IPHONE, WRONG, browser, is_in, row_of, says, sign_in, signed_in, types_password
from django.conf import settings
from django.test import Client

from medkarta.accounts.models import Device, SignIn
from medkarta.audit import queries as audit
from medkarta.notifications import queries as notifications

pytestmark = pytest.mark.django_db
PAGE, END, OTHERS = "/control/sessions", "/control/sessions/end", "/control/sessions/others"
FORGET = "/control/sessions/forget"


@pytest.fixture
def citizen():
    return citizens.with_data()


def text(client, address=PAGE, **given):
    return client.get(address, **given).content.decode()


def end(client, other):
    return client.post(END, {"session": row_of(other).sign_in_id}, follow=True)


def test_it_shows_this_session_the_others_and_who_tried(citizen):
    own = signed_in(citizen.email)
    signed_in(citizen.email, IPHONE, address="203.0.113.9")
    types_password(browser(address="198.51.100.7"), citizen.email, WRONG)
    page = text(own)
    assert page.count("это вы сейчас") == 1
    assert page.index("Chrome") < page.index("это вы сейчас") < page.index("iPhone")
    assert "203.0.113.9" in page
    assert "неверный пароль" in page
    assert "198.51.100.7" in page
    assert page.count(f'action="{END}"') == 1
    assert "пароль, одноразовый код" in page


def test_alone_there_is_nothing_to_end(citizen):
    page = text(signed_in(citizen.email))
    assert "Других открытых сеансов нет" in page
    assert OTHERS not in page


def test_one_is_ended_and_its_next_click_leads_to_the_sign_in(citizen):
    own, other = signed_in(citizen.email), signed_in(citizen.email, IPHONE)
    assert "Сеанс завершён" in end(own, other).content.decode()
    assert other.get("/card")["Location"] == "/accounts/login/?next=/card"
    assert "завершили с другого устройства" in text(other, "/accounts/login/?next=/card")
    assert is_in(own)
    (line, *_) = audit.entries(person_id=citizen.person_id, before=None, limit=1)
    assert (line.said.action, line.said.ground) == ("end-session", "ended-by-owner")
    assert "завершение сеанса" in text(own, "/control/log")


def test_ending_it_again_says_that_it_has_ended(citizen):
    own, other = signed_in(citizen.email), signed_in(citizen.email)
    sent = {"session": row_of(other).sign_in_id}
    own.post(END, sent)
    assert "уже закончился" in own.post(END, sent, follow=True).content.decode()


@pytest.mark.parametrize("sent", ["", "1", "x" * 40, "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_session_ends_nothing(citizen, sent):
    own, other = signed_in(citizen.email), signed_in(citizen.email)
    assert own.post(END, {"session": sent}).status_code == 302
    assert is_in(own)
    assert is_in(other)


def test_anothers_session_cannot_be_ended(citizen):
    stranger = citizens.with_data(2)
    own, theirs = signed_in(citizen.email), signed_in(stranger.email)
    assert "уже закончился" in end(own, theirs).content.decode()
    assert is_in(theirs)


def test_all_others_are_ended_after_a_page_that_says_what_it_means(citizen):
    own, *others = (signed_in(citizen.email) for _ in range(3))
    assert OTHERS in text(own)
    assert "придётся войти заново" in text(own, OTHERS)
    assert all(map(is_in, others))
    assert "Открыт только этот" in own.post(OTHERS, follow=True).content.decode()
    assert not any(map(is_in, others))
    assert is_in(own)
    assert own.post(OTHERS).status_code == 302


def test_control_leads_there_and_says_how_many(citizen):
    own = signed_in(citizen.email)
    signed_in(citizen.email)
    page = text(own, "/control")
    assert PAGE in page
    assert "Открыто сеансов: 2" in page


def test_an_operator_has_the_same_page():
    citizens.operator()
    own = signed_in("operator@example.test")
    other = signed_in("operator@example.test", IPHONE)
    page = text(own)
    assert "это вы сейчас" in page
    assert "/control'" not in page
    assert PAGE in text(own, "/")
    assert "Сеанс завершён" in end(own, other).content.decode()
    assert other.get("/backoffice/identity").status_code == 302


def test_a_known_browser_is_forgotten_and_then_told_of_as_a_new_one(citizen):
    own, other = signed_in(citizen.email), signed_in(citizen.email, IPHONE)
    page = text(own)
    assert page.count(f'action="{FORGET}"') == 2
    assert page.count("этот браузер") == 1
    sent = {"device": row_of(other).sign_in.device_id}
    assert "Браузер забыт" in own.post(FORGET, sent, follow=True).content.decode()
    assert "Браузер забыт" not in own.post(FORGET, sent, follow=True).content.decode()
    assert text(own).count(f'action="{FORGET}"') == 1
    assert "знакомый браузер забыт" in text(own, "/control/log")
    other.post("/accounts/logout/")
    before = len(notifications.recent())
    sign_in(other, citizen.email)
    assert len(notifications.recent()) == before + 1


@pytest.mark.parametrize("sent", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_browser_of_ones_own_is_not_forgotten(citizen, sent):
    stranger = signed_in(citizens.with_data(2).email)
    own = signed_in(citizen.email)
    theirs = row_of(stranger).sign_in.device_id
    for device in (sent, theirs):
        assert own.post(FORGET, {"device": device}).status_code == 302
    assert Device.objects.count() == 2


def test_what_a_browser_calls_itself_is_text(citizen):
    own = signed_in(citizen.email, "<script>alert(1)</script> Chrome/1 Windows")
    assert "<script>alert" not in text(own)


def test_more_than_ten_sign_ins_are_folded(citizen):
    own = signed_in(citizen.email)
    for _ in range(11):
        signed_in(citizen.email)
    assert "Показать более ранние: 2" in text(own)
    assert SignIn.objects.count() == 12


def test_it_speaks_english(citizen):
    own = signed_in(citizen.email)
    own.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    types_password(browser(), citizen.email, WRONG)
    page = text(own)
    for words in ("Sessions and devices", "this is you now", "Chrome</", "wrong password"):
        assert words in page.replace("Chrome on", "Chrome</")


def test_an_ended_session_is_told_of_in_english_too(citizen):
    own, other = signed_in(citizen.email), signed_in(citizen.email)
    other.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    end(own, other)
    assert "ended from another device" in says(other, "/card")


def test_a_password_alone_sees_no_session(citizen):
    client = signed_in(citizen.email)
    half = browser()
    types_password(half, citizen.email)
    for address in (PAGE, OTHERS):
        assert half.get(address).status_code == 302
    assert Client().post(END, {"session": row_of(client).sign_in_id}).status_code == 302
    assert is_in(client)
