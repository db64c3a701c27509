"""Who changes a factor shows both once more: a session left open, or stolen, changes nothing."""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from medkarta.accounts.models import Account
from medkarta.accounts.queries import has_second_factor, has_totp
from medkarta.accounts.rules import Level
from medkarta.foundation.ids import AccountId

FRESH = timedelta(minutes=5)
# Addresses by name: they change how one signs in, or show what one signs in with.
DELICATE = frozenset(
    {
        "account_change_password",
        "account_email",
        "account_set_password",
        "esia_confirm",
        "esia_unlink",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
    }
)
# The way to the first factor; allauth's adapter asks for the password where it is not fresh.
_TO_THE_FIRST = frozenset({"mfa_activate_totp", "mfa_add_webauthn"})
_RECOVERY_CODES = frozenset({"mfa_download_recovery_codes", "mfa_view_recovery_codes"})
# A button alone leads there: once the factors are shown, to the page where the button stands.
_BUTTON_ON = {"esia_unlink": "profile"}
_FIRST = "first_factor_at"


class FreshFactorsMiddleware:
    """Before a delicate address both factors again, each within five minutes.

    allauth asks for one of them alone, and for that reason is not enough here (ADR 10).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseRedirect | None:
        """Run after the check of the form's token: a foreign form does not get this far."""
        match = request.resolver_match
        if match is None or match.url_name not in DELICATE:
            return None
        missing = stale_factor(request, match.url_name)
        back = _BUTTON_ON.get(match.url_name)
        return ask_again(request, missing, reverse(back) if back else "") if missing else None


def stale_factor(request: HttpRequest, page: str) -> str:
    """Which factor this page wants shown again, `password` or `mfa`; empty where none."""
    account = request.user
    if not isinstance(account, Account):
        return ""  # the page itself asks for a sign-in
    protected = has_second_factor(AccountId(account.pk))
    now = timezone.now().timestamp()  # noqa: TID251 - a door of its own
    if _on_the_way(request, page, now, protected=protected) or _proves_first(account, page):
        return ""
    shown = {
        record["method"]
        for record in get_authentication_records(request, account)
        if record.get("reauthenticated") and _within(record["at"], now)
    }
    if account.has_usable_password() and "password" not in shown:
        return "password"
    return "mfa" if protected and "mfa" not in shown else ""


def _on_the_way(request: HttpRequest, page: str, now: float, *, protected: bool) -> bool:
    """Whether this is a step of setting up the very first factor."""
    if not protected:
        return page in _TO_THE_FIRST
    return page in _RECOVERY_CODES and _within(request.session.get(_FIRST, 0.0), now)


def _proves_first(account: Account, page: str) -> bool:
    """Whether nothing is proved yet that a stranger's ESIA could take the place of."""
    return page == "esia_confirm" and account.level != Level.VERIFIED


def note_first_factor(request: HttpRequest) -> None:
    """The session that has just made the first factor goes on to its recovery codes unasked."""
    request.session[_FIRST] = timezone.now().timestamp()  # noqa: TID251 - a door of its own


def ask_again(request: HttpRequest, factor: str, back: str = "") -> HttpResponseRedirect:
    """To the page that asks for the factor once more, and from there back, or to this address."""
    name = "account_reauthenticate"
    if factor == "mfa":
        codes = request.user.is_authenticated and has_totp(AccountId(request.user.pk))
        name = "mfa_reauthenticate" if codes else "mfa_reauthenticate_webauthn"
    return redirect(f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: back or request.path})}")


def _within(moment: float, now: float) -> bool:
    return now - moment < FRESH.total_seconds()
