"""What a session says of how its account signed in."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from medkarta.accounts.freshness import ask_again, note_first_factor
from medkarta.accounts.queries import has_second_factor
from medkarta.foundation.ids import AccountId

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
SECOND_FACTORS = frozenset({"totp", "recovery_codes", "webauthn"})


def two_factors(request: HttpRequest) -> bool:
    """Whether this very session was opened with two factors.

    A password and a one-time code or passkey; or a passkey alone that made sure of the person
    (`LoginForm` writes no such record otherwise): then the device is one and the finger another.
    False for the rest: nobody signed in, a password alone, records of another account.
    """
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    methods = {record["method"] for record in records}
    codes = {record.get("type") for record in records if record["method"] == "mfa"}
    alone = any(
        record.get("type") == "webauthn" and record.get("passwordless") for record in records
    )
    return alone or ("password" in methods and bool(codes & SECOND_FACTORS))


def record_new_factor(request: HttpRequest, factor: str) -> None:
    """Note that this session has just shown a new code or passkey, on setting it up."""
    request.session.cycle_key()
    if request.user.is_authenticated and not has_second_factor(AccountId(request.user.pk)):
        note_first_factor(request)
    record_authentication(request, request.user, "mfa", type=factor, reauthenticated=True)


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
        return redirect("choose_factor")
    # It was set up in another session since this one began.
    return ask_again(request, "mfa")


def present() -> datetime:
    """The clock, for allauth's forms and adapters: they are a door of their own."""
    return timezone.now()  # noqa: TID251
