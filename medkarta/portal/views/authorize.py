"""The consent screen: an app asks to read the record, and the person says what it may, or no.

https://hl7.org/fhir/smart-app-launch/app-launch.html. Before the app and its address are known to
be right nobody is led anywhere.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from medkarta.access import queries as access
from medkarta.access.queries import GateState
from medkarta.accounts.rules import Role
from medkarta.accounts.sessions import (
    proved_at,
    second_factor_within,
    to_second_factor,
    to_second_factor_again,
    two_factors,
)
from medkarta.clients import actions as clients
from medkarta.clients.asking import (
    Address,
    NobodyToAnswerError,
    Question,
    SentBackError,
    client_at,
    question_of,
)
from medkarta.clients.rules import scopes
from medkarta.clients.rules.errors import Code, OAuthError
from medkarta.clients.rules.registration import origin_of
from medkarta.clients.rules.scopes import Asked
from medkarta.foundation.ids import ClientId, new_uuid
from medkarta.patients import queries as patients
from medkarta.portal import requests
from medkarta.portal.presenters import app_scopes, dates
from medkarta.portal.presenters.people import short_name
from medkarta.portal.views import anew, gate

_SALT: Final = "medkarta.portal.authorize"
_ANSWERED_WITHIN: Final = 600  # seconds
_FRESH: Final = timedelta(minutes=15)


class _SeeOther(HttpResponseRedirect):
    """What was sent to us is not sent on (RFC 9700 §4.12)."""

    status_code = 303


@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Ask the person; take their answer."""
    try:
        if request.method == "POST":
            return _not_yet(request) or _answered(request)
        question, address = question_of(
            dict(request.GET.lists()),
            issuer=settings.PUBLIC_ORIGIN,
            audience=f"{settings.PUBLIC_ORIGIN}/fhir",
        )
        return (
            anew.note_the_moment(request, question.sign_in_within, now=timezone.now())
            or _not_yet(request)
            or anew.sign_in(request, question.sign_in_within)
            or _ask(request, question, address)
        )
    except SentBackError as error:
        return _SeeOther(error.address)
    except NobodyToAnswerError:
        return render(request, "portal/authorize_refused.html", status=400)


def _not_yet(request: HttpRequest) -> HttpResponseBase | None:
    """What comes before: a sign-in by two factors, an open record. None: nothing is missing."""
    if request.user.is_authenticated and getattr(request.user, "role", None) != Role.CITIZEN:
        return render(request, "portal/authorize_refused.html", {"staff": True}, status=403)
    if not two_factors(request):
        return to_second_factor(request)
    # A session left open gives nobody a way into the record that outlives it.
    if request.method != "POST" and not second_factor_within(request, _FRESH):
        return to_second_factor_again(request)
    states = access.gates(
        account_id=requests.account_id(request), two_factors=True, now=timezone.now()
    )
    return None if all(one.open for one in states) else _closed(request, states)


def _closed(request: HttpRequest, states: Collection[GateState]) -> HttpResponse:
    context = {"gate": gate.way_of(request, states).next, "for_app": True}
    return render(request, "portal/gate.html", context, status=403)


def _ask(request: HttpRequest, question: Question, address: Address) -> HttpResponse:
    signed = {
        "client": question.client.client_id,
        "redirect_uri": address.redirect_uri,
        "state": address.state,
        "offered": question.offered.words(),
        "challenge": question.code_challenge,
        "launch": question.launch,
        "nonce": question.nonce,
        "authorization": str(new_uuid()),
        "account": str(requests.account_id(request)),
    }
    return _page(request, signed)


def _page(request: HttpRequest, signed: dict[str, Any], *, nothing: bool = False) -> HttpResponse:
    client = client_at(signed["client"], signed["redirect_uri"])
    offered = scopes.of(signed["offered"])
    choices = app_scopes.choices(offered)
    now = timezone.now()
    long = scopes.OFFLINE in offered.plain
    person = patients.person_of(requests.account_id(request))
    context = {
        "client": client,
        "whose": short_name(person) if person else "",
        "host": origin_of(signed["redirect_uri"]),
        "choices": choices,
        "titles": app_scopes.titles(choices),
        "identity": app_scopes.identity(offered),
        "offline": scopes.OFFLINE if long else "",
        "until": dates.day(now + clients.lasts(granted=offered)),
        "question": signing.dumps(signed, salt=_SALT),
        "nothing": nothing,
        "kept": request.POST.getlist("see"),  # what was unticked stays so
    }
    response = render(request, "portal/authorize.html", context, status=400 if nothing else 200)
    # A browser asks this also of the address that a form's answer leads on to.
    response._csp_update = {"form-action": [context["host"]]}  # type: ignore[attr-defined]  # noqa: SLF001  # as django-csp's own decorator
    return response


def _answered(request: HttpRequest) -> HttpResponseBase:
    signed = _signed(request)
    if signed is None:
        return _late(request)
    client = client_at(signed["client"], signed["redirect_uri"])
    address = Address(
        redirect_uri=signed["redirect_uri"], state=signed["state"], issuer=settings.PUBLIC_ORIGIN
    )
    if request.POST.get("answer") != "allow":
        refused = OAuthError(Code.ACCESS_DENIED, "The person said no.")
        return _SeeOther(address.with_error(refused))
    granted = app_scopes.approved(scopes.of(signed["offered"]), request.POST.getlist("see"))
    if not granted.data:
        return _page(request, signed, nothing=True)
    code = _code(request, signed, client.id, granted)
    return _SeeOther(address.with_code(code)) if code else _late(request)


def _late(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/authorize_refused.html", {"late": True}, status=409)


def _code(
    request: HttpRequest, signed: dict[str, Any], client_id: ClientId, granted: Asked
) -> str | None:
    try:
        return clients.allow_app(
            approval=clients.Approval(
                authorization_id=UUID(signed["authorization"]),
                client_id=client_id,
                granted=granted,
                redirect_uri=signed["redirect_uri"],
                code_challenge=signed["challenge"],
                launch=signed["launch"],
                session=requests.launching_session(request),
                nonce=signed["nonce"],
                signed_in_at=proved_at(request),
            ),
            account_id=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except (clients.AnsweredError, clients.LaunchRefusedError, clients.NothingToReadError):
        return None


def _signed(request: HttpRequest) -> dict[str, Any] | None:
    """The question that this account was asked within the last ten minutes."""
    try:
        signed: dict[str, Any] = signing.loads(
            request.POST.get("question", ""), salt=_SALT, max_age=_ANSWERED_WITHIN
        )
    except signing.BadSignature:
        return None
    return signed if signed["account"] == str(requests.account_id(request)) else None
