"""Who asks and from where, read from a request; and the doors that only a citizen passes."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from medkarta.access import actions as access
from medkarta.access.grants import Grant, Look, Origin, Reader, Refusal, Section
from medkarta.access.queries import GateState
from medkarta.access.representing import open_represented_record
from medkarta.accounts.rules import Role
from medkarta.accounts.session_keys import hash_of
from medkarta.accounts.sessions import origin_of, two_factors
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients import actions as patients
from medkarta.portal import acting, interruptions

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
_LAUNCHES = "launches"


def account_id(request: HttpRequest) -> AccountId:
    """The account that has signed in."""
    if not request.user.is_authenticated:
        raise Http404
    return AccountId(request.user.pk)


def reader(request: HttpRequest) -> Reader:
    """Who asks, for `access`."""
    return Reader(account_id=account_id(request), two_factors=two_factors(request))


def origin(request: HttpRequest) -> Origin:
    """Where the request came from, for the log."""
    return origin_of(request)


def launching_session(request: HttpRequest) -> str:
    """What names this session where an app is opened: unlike its key the same after each proof."""
    return hash_of(request.session.setdefault(_LAUNCHES, secrets.token_urlsafe()))


def person_id(request: HttpRequest) -> PersonId:
    """The person of the account, opened at the first asking."""
    return patients.open_person(account_id=account_id(request))


def subject_id(request: HttpRequest) -> PersonId:
    """Whose steps to an open record are gone: one's own, or those of a child one signs for.

    Behind `gate.of_the_way`, which lets nobody through who acts for another and may not sign.
    """
    if acting.current(request) is None:
        return person_id(request)
    signed_for = acting.signs_for(request)
    if signed_for is None:
        raise Http404
    return signed_for.person_id


def open_own(request: HttpRequest, look: Look) -> Grant | Refusal:
    """Open the reader's record, or that of whom they act for; the line is committed before."""
    on_behalf = acting.current(request)
    if on_behalf is not None:
        return open_represented_record(
            reader=reader(request),
            representation_id=on_behalf.representation_id,
            origin=origin(request),
            look=look,
            now=timezone.now(),
        )
    return access.open_own_record(
        reader=reader(request), origin=origin(request), look=look, now=timezone.now()
    )


def open_own_or_gates(request: HttpRequest, look: Look) -> Grant | Refusal | tuple[GateState, ...]:
    """The same for a page that shows the way while a gate is closed: then there is no line.

    Acting for somebody, there is no way to show: what is closed is a refusal, with its line.
    """
    if acting.current(request) is not None:
        return open_own(request, look)
    return access.open_own_record_or_gates(
        reader=reader(request), origin=origin(request), look=look, now=timezone.now()
    )


def open_log(request: HttpRequest) -> PersonId | Refusal:
    """Whose log the reader may read: one's own, or a child's; that look has its line there."""
    if acting.current(request) is None:
        return person_id(request)
    opened = open_own(request, Look(page="log", sections=(Section.PERSON,)))
    return opened if isinstance(opened, Refusal) else opened.person_id


def citizen(view: View[P]) -> View[P]:
    """Signed in, and not one who works for us: an operator has no record and no profile."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if getattr(request.user, "role", None) != Role.CITIZEN:
            raise Http404
        step = interruptions.waiting(request)
        return redirect(step) if step else view(request, *args, **kwargs)

    return wrapped
