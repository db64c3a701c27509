"""What no page leaves to chance: its token against foreign forms, the escaping of its data."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.converters import IntConverter, UUIDConverter

ROOT = Path(__file__).parents[2]
# Each of these puts text on a page as it is, or lets a foreign form through.
UNGUARDED = {
    ".py": re.compile(r"\b(mark_safe|csrf_exempt|SafeString\(|autoescape=False)"),
    ".html": re.compile(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off|\|\s*escapejs\b"),
}
# Programs speak here: no cookie counts, so that a foreign form carries nobody's.
PROGRAMS = {"/oauth/introspect", "/oauth/revoke", "/oauth/token", "/oauth/userinfo"}
TAKES_NO_COOKIE = {"medkarta/oauth/answers.py": ["csrf_exempt", "csrf_exempt"]}
# A value for each kind of word that a route takes; any other takes any word.
SUCH_AS = {UUIDConverter: "00000000-0000-7000-8000-000000000000", IntConverter: "1"}


def addresses() -> list[str]:
    """An address for each route, with any word or number where the route takes one."""
    routes = get_resolver().reverse_dict
    return sorted(
        {
            "/" + template % {word: SUCH_AS.get(type(taken[word]), "word") for word in words}
            for name in routes
            if isinstance(name, str)
            for ways, _, _, taken in routes.getlist(name)
            for template, words in ways
        }
    )


def test_the_walk_goes_by_every_page():
    assert len(addresses()) > 40
    assert {"/", "/link/consent", "/accounts/login/"} <= set(addresses())


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_address_takes_a_foreign_form(method):
    stranger = Client(enforce_csrf_checks=True)
    taken = {
        address: answer.status_code
        for address in addresses()
        if address not in PROGRAMS
        and (answer := getattr(stranger, method)(address)).status_code != 403
    }
    assert taken == {}


def test_no_page_puts_text_out_unescaped():
    found = {
        str(file.relative_to(ROOT)): hits
        for file in (ROOT / "medkarta").rglob("*.*")
        if file.suffix in UNGUARDED
        and (hits := UNGUARDED[file.suffix].findall(file.read_text(encoding="utf-8")))
    }
    assert found == TAKES_NO_COOKIE
