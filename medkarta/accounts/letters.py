"""What all letters of accounts have in common: which are secret, where their links lead."""

from datetime import datetime
from math import ceil

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from medkarta.accounts.rules import LETTERS_PAUSE, MOST_LETTERS
from medkarta.accounts.sessions import present

# These hold a code, or a link by which one who reads along goes on in the owner's place.
_SECRET = frozenset(
    {
        "account_already_exists",
        "email_confirmation",
        "email_confirmation_signup",
        "password_reset_code",
        "unknown_account",
    }
)


def is_secret(template_prefix: str) -> bool:
    """Whether the body is sealed and counted."""
    return template_prefix.rpartition("/")[2] in _SECRET


def links() -> dict[str, str]:
    """Addresses for letters, at the configured origin: a request's Host header has no say."""
    pages = {"password_reset_url": "account_reset_password", "signup_url": "account_signup"}
    return {name: f"{settings.PUBLIC_ORIGIN}{reverse(page)}" for name, page in pages.items()}


def too_many(request: HttpRequest, until: datetime) -> HttpResponse:
    """The page of whoever asked for one letter too many."""
    seconds = ceil((until - present()).total_seconds())
    context = {
        "until": until,
        "soon": seconds <= LETTERS_PAUSE.total_seconds(),
        "most": MOST_LETTERS,
    }
    answer = render(request, "account/too_many_letters.html", context, status=429)
    answer["Retry-After"] = str(max(1, seconds))
    return answer
