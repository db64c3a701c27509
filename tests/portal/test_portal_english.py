"""In English no page shows Russian that is not marked as such."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from portal_addresses import hrefs
from reading import said_in

from medkarta.config import failures

CYRILLIC = re.compile("[а-яёА-ЯЁ]")


def plain_addresses(patterns=None, before=""):
    """Every address that names nothing: no id, no code."""
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from plain_addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern) and not re.search(r"[<(^]", route):
            yield f"/{route}"


def russian_left(page):
    return [text for text in said_in(page, "en") if CYRILLIC.search(text)]


def check(client, addresses):
    """Each page that opens is English; returns how many did."""
    left, opened = {}, 0
    for address in addresses:
        answer = client.get(address, headers={"accept-language": "en"})
        if "html" not in answer.get("Content-Type", "") or answer.status_code in (301, 302):
            continue
        opened += 1
        found = russian_left(answer.content.decode())
        if found:
            left[address] = found
    assert left == {}, "\n".join(dict.fromkeys(text[:200] for one in left.values() for text in one))
    return opened


@pytest.fixture
def english(browse):
    """Sign somebody in whose account is in English."""

    def sign_in(state, **how):
        client = browse(state, **how)
        client.post("/language", {"language": "en", "next": "/"})
        return client

    return sign_in


def test_the_open_record_is_english(english):
    client = english("open")
    assert check(client, plain_addresses()) > 30


def test_every_analyte_is_english(english):
    client = english("open")
    found = hrefs(client.get("/card/labs"), "/card/labs/")
    found += hrefs(client.get("/card/vitals"), "/card/labs/")
    assert check(client, found) > 10


def test_every_entry_of_the_record_is_english(english):
    client = english("open")
    found, address = [], "/card/timeline"
    while address:
        page = client.get(address)
        found += hrefs(page, "/card/item/")
        more = re.search(r'href="(\?before=[^"]+)"', page.content.decode())
        address = f"/card/timeline{more[1]}" if more else None
    assert check(client, found[::3]) > 60


@pytest.mark.parametrize(
    "state", ["no-second-factor", "not-confirmed", "no-policy", "no-consent", "no-link"]
)
def test_the_way_to_the_record_is_english(english, people, state):
    if state not in people:
        pytest.fail(f"no such state among {sorted(people)}")
    client = english(state, two_factors=state != "no-second-factor")
    assert check(client, plain_addresses()) > 10


def test_the_workplace_is_english(english):
    assert check(english("operator"), plain_addresses()) > 8


@pytest.mark.django_db
def test_a_visitors_pages_are_english(settings):
    settings.DEMO = True
    assert check(Client(), plain_addresses()) > 5


def test_what_is_wrong_with_a_form_is_said_in_english(english):
    client = english("open")
    for address, form in [
        ("/profile", {"family": "", "snils": "1"}),
        ("/profile/documents/new", {"number": "123"}),
        ("/accounts/password/change/", {"oldpassword": "x", "password1": "1"}),
    ]:
        page = client.post(address, form).content.decode()
        assert "Correct these to continue" in page, address
        assert russian_left(page) == [], address


@pytest.mark.parametrize("status", [400, 403, 404, 408, 413, 500, 503])
def test_each_failure_is_told_in_english(status):
    page = failures.page(status, "number9", "en").decode()
    assert '<html lang="en">' in page
    assert "Incident number" in page
    assert russian_left(page) == []


@pytest.mark.parametrize("header", [(b"accept-language", b"en-GB"), (b"cookie", b"%s=en")])
def test_a_failure_before_django_is_told_in_the_language_of_the_request(settings, header):
    name, value = header
    if b"%s" in value:
        value %= settings.LANGUAGE_COOKIE_NAME.encode()
    page = failures.page_before_django(413, "number9", [(name, value)]).decode()
    assert "The request is too large" in page
    assert "too large" not in failures.page_before_django(413, "number9", []).decode()


def test_what_is_left_when_even_the_failure_page_fails_is_english_too(settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "APP_DIRS": False}]
    page = failures.page(500, "number9", "en").decode()
    assert "Everything saved before is safe" in page
    assert russian_left(page) == []


def test_days_and_numbers_are_written_as_an_english_reader_has_them(english):
    page = english("open").get("/card/timeline").content.decode()
    said = " ".join(said_in(page, "en"))
    assert re.search(r"\d{1,2}\s(January|March|May|July|September|October|November)\s20\d\d", said)


def test_names_of_codes_are_english_and_the_clinics_own_words_are_marked(english):
    page = english("open").get("/card/labs").content.decode()
    assert "Haemoglobin" in said_in(page, "en")
    assert any("Демонстрационная" in text for text in said_in(page, "ru"))
