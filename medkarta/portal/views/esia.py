"""ESIA in the browser: going there, coming back, and the person's word on what it brought."""

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from medkarta.accounts import actions as accounts
from medkarta.accounts.esia import errors, flow
from medkarta.accounts.esia.client import Returned, Visitor, visitor_of
from medkarta.accounts.esia.configuration import Configuration, configuration
from medkarta.accounts.esia.signing_in import sign_in
from medkarta.accounts.esia.tokens import (
    NotAPersonError,
    TokenRefusedError,
    UnconfirmedAccountError,
)
from medkarta.accounts.rules import Role
from medkarta.accounts.sessions import needs_two_factors, to_second_factor, two_factors
from medkarta.foundation.enp import Enp, InvalidEnpError
from medkarta.foundation.ids import AccountId
from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance import actions as insurance
from medkarta.patients import actions as patients_actions
from medkarta.patients import queries as patients
from medkarta.portal import requests
from medkarta.portal.presenters import data_looks, esia_trouble
from medkarta.portal.requests import citizen

log = structlog.get_logger("medkarta.esia")
_REFUSALS = (
    flow.StaleFlowError,
    errors.EsiaRefusedError,
    errors.EsiaSilentError,
    TokenRefusedError,
)


@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """To ESIA. Whoever has signed in goes there to confirm who they are."""
    ours = _ours()
    account_id = _signed_in(request)
    if account_id is not None and getattr(request.user, "role", None) != Role.CITIZEN:
        raise Http404
    if account_id is not None and not two_factors(request):
        return to_second_factor(request)
    now = timezone.now()
    return redirect(flow.start(request.session, ours, account_id=account_id, now=now))


@require_GET
def callback(request: HttpRequest) -> HttpResponseBase:
    """Back from ESIA: counts once, in the browser that set out."""
    ours = _ours()
    now = timezone.now()
    try:
        came = flow.finish(
            request.session,
            state=request.GET.get("state", ""),
            account_id=_signed_in(request),
            now=now,
        )
        if "code" not in request.GET:
            said = f"{request.GET.get('error', '')} {request.GET.get('error_description', '')}"
            raise errors.EsiaRefusedError(errors.code_in(said))
        returned = Returned(
            code=request.GET["code"], verifier=came.question.verifier, asked_at=came.started_at
        )
        visitor = visitor_of(ours, returned, now)
    except _REFUSALS as error:
        log.warning("esia refused", kind=type(error).__name__, why=str(error))
        return _trouble(request, _words(error))
    return _arrived(request, came, visitor)


@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """ESIA knows the person and we do not yet: sign in once, or sign up."""
    _ours()
    if request.user.is_authenticated or flow.offer(request.session, timezone.now()) is None:
        flow.forget_offer(request.session)
        return redirect("home")
    return render(request, "portal/esia_new.html")


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
def confirm(request: HttpRequest) -> HttpResponse:
    """What ESIA says beside what the profile says; nothing changes before the person's yes."""
    _ours()
    visitor = flow.offer(request.session, timezone.now())
    if visitor is None:
        flow.forget_offer(request.session)
        messages.warning(request, _("Данные из ЕСИА уже не ждут ответа. Начните ещё раз."))
        return redirect("profile")
    if request.method == "POST":
        flow.forget_offer(request.session)
        return _agreed(request, visitor) if "agree" in request.POST else redirect("profile")
    requests.person_id(request)
    person = patients.person_of(requests.account_id(request))
    if person is None:
        raise Http404
    offered = data_looks.data_of_visitor(visitor)
    context = {
        "nav": "profile",
        "rows": data_looks.compare(person.data, offered),
        "filled": bool(person.data.family),
        "policy": bool(visitor.policy),
    }
    return render(request, "portal/esia_confirm.html", context)


@require_POST
@citizen
@needs_two_factors
def unlink(request: HttpRequest) -> HttpResponse:
    """ESIA opens this account no longer; what it has confirmed stays confirmed."""
    accounts.unlink_identity(
        account_id=requests.account_id(request),
        issuer=_ours().issuer,
        origin=requests.origin(request),
        now=timezone.now(),
    )
    messages.success(request, _("ЕСИА отвязана. Входите по почте и паролю."))
    return redirect("profile")


def _arrived(request: HttpRequest, came: flow.Flow, visitor: Visitor) -> HttpResponseBase:
    now = timezone.now()
    if came.purpose is flow.Purpose.CONFIRM:
        flow.keep_offer(request.session, visitor, now)
        return redirect("esia_confirm")
    account_id = accounts.note_use(key=_key(visitor), now=now)
    if account_id is None:
        flow.keep_offer(request.session, visitor, now)
        return redirect("esia_new")
    person = patients.person_of(account_id)
    offered = data_looks.data_of_visitor(visitor)
    if person is None or any(row.differs for row in data_looks.compare(person.data, offered)):
        flow.keep_offer(request.session, visitor, now)
    return sign_in(request, account_id)


def _agreed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    try:
        patients_actions.adopt_proved_data(
            account_id=requests.account_id(request),
            key=_key(visitor),
            data=data_looks.data_of_visitor(visitor),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except tuple(esia_trouble.ADOPTING) as error:
        return _trouble(request, esia_trouble.ADOPTING[type(error)], status=409)
    messages.success(request, _("Личность подтверждена через ЕСИА."))
    _link_policy(request, visitor)
    return redirect("link")


def _link_policy(request: HttpRequest, visitor: Visitor) -> None:
    """Try the policy that ESIA names; the page for it stays where this one is not borne out."""
    try:
        insurance.link_policy(
            person_id=requests.person_id(request),
            number=PolicyNumber.of(Enp.parse(visitor.policy)),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except (
        InvalidEnpError,
        insurance.DataDifferError,
        insurance.IdentityNotConfirmedError,
        insurance.PolicyEndedError,
        insurance.PolicyNotConfirmedError,
        insurance.RegisterSilentError,
        insurance.TooManyAttemptsError,
    ):
        return
    messages.success(request, _("Полис привязан: реестр застрахованных его подтвердил."))


def _ours() -> Configuration:
    ours = configuration()
    if ours is None:
        raise Http404
    return ours


def _signed_in(request: HttpRequest) -> AccountId | None:
    return AccountId(request.user.pk) if request.user.is_authenticated else None


def _key(visitor: Visitor) -> accounts.ExternalIdentityKey:
    return accounts.ExternalIdentityKey(issuer=visitor.issuer, subject=visitor.subject)


def _words(error: Exception) -> errors.Trouble:
    if isinstance(error, errors.EsiaRefusedError):
        return errors.trouble(error.code)
    words: dict[type[Exception], errors.Trouble] = {
        flow.StaleFlowError: errors.STALE,
        errors.EsiaSilentError: errors.SILENT,
        NotAPersonError: errors.NOT_A_PERSON,
        UnconfirmedAccountError: errors.UNCONFIRMED,
    }
    return words.get(type(error), errors.FALSE_TOKEN)


def _trouble(request: HttpRequest, words: errors.Trouble, *, status: int = 400) -> HttpResponse:
    return render(request, "portal/esia_trouble.html", {"words": words}, status=status)
