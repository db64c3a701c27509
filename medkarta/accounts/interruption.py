"""Whose password must be changed comes to nothing else before that."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

# Addresses by name: the way to a new password, the way out, and what shows nobody's data.
_OPEN = frozenset(
    {
        "account_change_password",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_reset_password",
        "account_confirm_password_reset_code",
        "account_complete_password_reset",
        "account_password_reset_completed",
        "blank",
        "demo",
        "demo-outbox",
        "help",
        "help_security",
        "language",
        "mfa_activate_totp",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "password_asked",
        "password_strength",
        "quick_exit",
    }
)


class AskedPasswordMiddleware:
    """Leads to the page that says why, until `accounts.actions.change_password` has been done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseRedirect | None:
        """Run after the check of the form's token: a foreign form does not get this far."""
        match = request.resolver_match
        if match is None or match.url_name in _OPEN:
            return None
        asked = getattr(request.user, "password_change_asked", "")
        return redirect("password_asked") if asked else None
