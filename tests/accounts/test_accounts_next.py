"""`next`: after a sign-in one comes to a page of ours, whatever the link said."""

from datetime import timedelta

import citizens
import pytest
from citizens import PASSWORD
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

OURS = ["/profile", "/card/labs?page=2", "/control/log#last"]
FOREIGN = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "https://evil.example/profile",
    "http://localhost:8000@evil.example/",
    "http://localhost/profile",
    "http://testserver/profile",
    "https:evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "%2F%2Fevil.example",
    "https%3A%2F%2Fevil.example",
    " //evil.example",
    "\x00//evil.example",
    "",
]


@pytest.fixture(autouse=True)
def _no_counts_of_the_test_before(db):
    cache.clear()


def sign_in(citizen, wanted, *, at):
    """Sign in with `next` in the form of one step; where that leads."""
    browser = Client()
    asked = {"password": {"next": wanted}, "code": {}}[at]
    browser.post("/accounts/login/", {"login": citizen.email, "password": PASSWORD, **asked})
    code = {"code": citizen.code(timezone.now())}
    late = {"next": wanted} if at == "code" else {}
    return browser.post("/accounts/2fa/authenticate/", {**code, **late})["Location"]


@pytest.mark.parametrize("wanted", OURS)
def test_a_page_of_ours_opens_after_both_steps(wanted):
    assert sign_in(citizens.with_account(), wanted, at="password") == wanted


@pytest.mark.parametrize("at", ["password", "code"])
@pytest.mark.parametrize("wanted", FOREIGN)
def test_what_leads_elsewhere_leads_home(wanted, at):
    assert sign_in(citizens.with_account(), wanted, at=at) == "/"


@pytest.mark.parametrize("wanted", FOREIGN)
def test_in_the_address_of_the_sign_in_too(wanted):
    citizen = citizens.with_account()
    browser = Client()
    browser.post(
        "/accounts/login/",
        {"login": citizen.email, "password": PASSWORD},
        query_params={"next": wanted},
    )
    code = {"code": citizen.code(timezone.now())}
    assert browser.post("/accounts/2fa/authenticate/", code)["Location"] == "/"


@pytest.mark.parametrize("address", ["/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/"])
def test_showing_a_factor_again_leads_to_no_other_site(address):
    citizen = citizens.with_account()
    browser = Client()
    browser.post("/accounts/login/", {"login": citizen.email, "password": PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": citizen.code(timezone.now())})
    shown = {"password": PASSWORD}
    if "2fa" in address:
        shown = {"code": citizen.code(timezone.now() + timedelta(seconds=30))}
    leads = {}
    for wanted in [*FOREIGN, "/profile"] if "2fa" not in address else [FOREIGN[0]]:
        cache.clear()
        answer = browser.post(address, {**shown, "next": wanted})
        leads[wanted] = answer.get("Location")
    assert leads.pop("/profile", "/profile") == "/profile"
    assert set(leads.values()) == {"/"}


@pytest.mark.parametrize("wanted", FOREIGN)
def test_signing_out_leads_to_no_other_site(wanted):
    assert Client().post("/accounts/logout/", {"next": wanted})["Location"] == "/"
