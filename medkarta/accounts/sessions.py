"""What a session says of how its account signed in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from medkarta.accounts.actions.sessions import note_method
from medkarta.accounts.freshness import ask_again, note_first_factor
from medkarta.accounts.queries import has_second_factor
from medkarta.audit.drafts import Origin
from medkarta.foundation.ids import AccountId

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
ESIA = "esia"
# ESIA stands in the place of the password and never in that of the code (B010).
FIRST_FACTORS = frozenset({"password", ESIA})
SECOND_FACTORS = frozenset({"totp", "recovery_codes", "webauthn"})


def two_factors(request: HttpRequest) -> bool:
    """Whether this very session was opened with two factors.

    A password or ESIA, and a one-time code or passkey; or a passkey alone that made sure of the
    person (`LoginForm` writes no such record otherwise): then the device is one and the finger
    another. False for the rest: nobody signed in, one factor alone, records of another account.
    """
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    methods = {record["method"] for record in records}
    codes = {record.get("type") for record in records if record["method"] == "mfa"}
    return _passkey_alone(records) or (
        bool(methods & FIRST_FACTORS) and bool(codes & SECOND_FACTORS)
    )


def second_factor_within(request: HttpRequest, span: timedelta) -> bool:
    """Whether this session has shown a code or a passkey so lately, at its beginning or since."""
    since = (present() - span).timestamp()
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" and record["at"] >= since for record in records)


def factor_missing_since(request: HttpRequest, moment: datetime) -> str:
    """Which factor this session has not shown since, `password` or `mfa`; empty where none.

    Only where somebody has signed in. ESIA, and a passkey that knew the person, count as above; an
    account that has no password is asked for none.
    """
    since = moment.timestamp()
    records = get_authentication_records(request, request.user)
    lately = [record for record in records if record["at"] >= since]
    methods = {record["method"] for record in lately}
    if _passkey_alone(lately):
        return ""
    has_password = request.user.is_authenticated and request.user.has_usable_password()
    if has_password and not methods & FIRST_FACTORS:
        return "password"
    return "" if "mfa" in methods else "mfa"


def proved_at(request: HttpRequest) -> datetime:
    """When this session last showed who it is of. Only where somebody has signed in."""
    records = get_authentication_records(request, request.user)
    return datetime.fromtimestamp(max(record["at"] for record in records), tz=UTC)


def record_new_factor(request: HttpRequest, factor: str) -> None:
    """Note that this session has just shown a new code or passkey, on setting it up."""
    request.session.cycle_key()
    if request.user.is_authenticated and not has_second_factor(AccountId(request.user.pk)):
        note_first_factor(request)
    record_authentication(request, request.user, "mfa", type=factor, reauthenticated=True)
    note_method(key=request.session.session_key or "", method=factor)


def proofs_in(data: Mapping[str, Any]) -> int:
    """How often the session has shown a factor, by allauth's own records."""
    records = data.get(AUTHENTICATION_METHODS_SESSION_KEY)
    return len(records) if isinstance(records, list) else 0


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
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    if not has_second_factor(AccountId(request.user.pk)):
        return redirect("choose_factor")
    # It was set up in another session since this one began.
    return to_second_factor_again(request)


def to_second_factor_again(request: HttpRequest) -> HttpResponseRedirect:
    """To its code or passkey once more, and from there back to this very address."""
    return ask_again(request, "mfa", request.get_full_path() if request.method == "GET" else "")


def end_here(request: HttpRequest) -> None:
    """Sign this browser out, whether or not anybody has signed in."""
    get_adapter().logout(request)


def origin_of(request: HttpRequest, app: str = "portal") -> Origin:
    """Where the request came from, for the log."""
    return Origin(
        app=app,
        request_id=request.headers.get("x-request-id", ""),
        address=request.META.get("REMOTE_ADDR") or None,
        device=request.headers.get("user-agent", ""),
    )


def _passkey_alone(records: Sequence[Mapping[str, Any]]) -> bool:
    return any(
        record.get("type") == "webauthn" and record.get("passwordless") for record in records
    )


def present() -> datetime:
    """The clock, for allauth's forms and adapters: they are a door of their own."""
    return timezone.now()  # noqa: TID251
