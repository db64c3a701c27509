"""What a session says of how its account signed in."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from medkarta.accounts.queries import has_second_factor
from medkarta.audit.drafts import Origin
from medkarta.foundation.ids import AccountId

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
SECOND_FACTORS = frozenset({"totp", "recovery_codes"})


def two_factors(request: HttpRequest) -> bool:
    """Whether this very session was opened with a password and a one-time code.

    False for the rest: nobody signed in, a password alone, records of another account.
    """
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    methods = {record["method"] for record in records}
    codes = {record.get("type") for record in records if record["method"] == "mfa"}
    return "password" in methods and bool(codes & SECOND_FACTORS)


def record_first_code(request: HttpRequest) -> None:
    """Note that this session has just shown its first one-time code, on setting it up."""
    request.session.cycle_key()
    record_authentication(request, request.user, "mfa", type="totp", reauthenticated=True)


def needs_two_factors(view: View[P]) -> View[P]:
    """For views that do more than show the way: without two factors, to the page that adds one."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not two_factors(request):
            return to_second_factor(request)
        return view(request, *args, **kwargs)

    return wrapped


def to_second_factor(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in, to setting the second factor up, or to its code: whichever is missing."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if not has_second_factor(AccountId(request.user.pk)):
        return redirect("mfa_activate_totp")
    # It was set up in another session since this one began.
    asked = urlencode({REDIRECT_FIELD_NAME: request.path})
    return redirect(f"{reverse('mfa_reauthenticate')}?{asked}")


def end_here(request: HttpRequest) -> None:
    """Sign this browser out, whether or not anybody has signed in."""
    get_adapter().logout(request)


def origin_of(request: HttpRequest) -> Origin:
    """Where the request came from, for the log."""
    return Origin(
        app="portal",
        request_id=request.headers.get("x-request-id", ""),
        address=request.META.get("REMOTE_ADDR") or None,
        device=request.headers.get("user-agent", ""),
    )


def present() -> datetime:
    """The clock, for allauth's forms and adapters: they are a door of their own."""
    return timezone.now()  # noqa: TID251
