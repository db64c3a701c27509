"""Кто действует за меня и за кого я: both directions, adding, ending, and the switch of records."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from medkarta.accounts import actions as accounts
from medkarta.accounts import queries as account_queries
from medkarta.accounts.sessions import needs_two_factors
from medkarta.audit import queries as audit
from medkarta.patients import actions as patients
from medkarta.patients.queries import representation as representations
from medkarta.patients.rules.representation import BadTermsError, Kind, Verdict
from medkarta.portal import acting, requests
from medkarta.portal.forms_people import ClaimForm, SignForm, TrustForm
from medkarta.portal.presenters import journal, people
from medkarta.portal.requests import citizen
from medkarta.portal.views.signing import code_trouble

_LINES = 50


@require_safe
@citizen
@needs_two_factors
def people_page(request: HttpRequest) -> HttpResponse:
    """Both directions: what stands, what waits for an answer, what is over."""
    now = timezone.now()
    person_id = requests.person_id(request)
    account = account_queries.account(requests.account_id(request))
    for_others, for_others_past = people.ties(
        representations.of_representative(person_id), of_principal=False, now=now
    )
    for_me, for_me_past = people.ties(
        representations.of_principal(person_id), of_principal=True, now=now
    )
    to_me = representations.offers_to(account.email, now=now) if account else []
    context = {
        "nav": "control",
        "for_others": for_others,
        "for_me": for_me,
        "past": [*for_others_past, *for_me_past],
        "to_me": people.offered(to_me, to_me=True),
        "by_me": people.offered(representations.offers_by(person_id, now=now), to_me=False),
        "claims": people.claimed(representations.claims_of(person_id)),
    }
    return render(request, "portal/people.html", context)


@require_POST
@citizen
@needs_two_factors
def switch(request: HttpRequest) -> HttpResponse:
    """To somebody's record, or back to one's own."""
    if request.POST.get("act") == "stop":
        acting.stop(request)
        return redirect("home")
    right = _uuid(request.POST.get("right", ""))
    if not acting.begin(request, requests.account_id(request), right):
        messages.warning(request, _("Это право больше не действует. Открыта ваша карта."))
        acting.stop(request)
        return redirect("people")
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
def one_right(request: HttpRequest, right: str) -> HttpResponse:
    """One right: its terms, what changes when, and what was looked at under it."""
    view = representations.own_representation(_uuid(right), requests.account_id(request))
    if view is None:
        raise Http404
    if request.method == "POST":
        return _end(request, view.representation_id)
    now = timezone.now()
    of_principal = view.principal.account_id == requests.account_id(request)
    actor = view.representative.account_id
    lines = (
        audit.entries_by(
            person_id=view.principal.person_id, actor_id=actor, before=None, limit=_LINES
        )
        if actor
        else []
    )
    context = {
        "nav": "control",
        "tie": people.tie(view, of_principal=of_principal, now=now),
        "of_principal": of_principal,
        "can_end": view.kind is Kind.TRUSTED and view.standing(now) is Verdict.YES,
        "rows": [journal.log_row(one, requests.account_id(request)) for one in lines],
    }
    return render(request, "portal/people_right.html", context)


def _end(request: HttpRequest, representation_id: UUID) -> HttpResponse:
    try:
        patients.end_trust(
            representation_id=representation_id,
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except patients.LegalRightError:
        messages.warning(
            request, _("Право законного представителя заканчивает оператор по документу.")
        )
        return redirect("people")
    messages.success(request, _("Право закончено. Карта закрыта для этого человека с этой минуты."))
    return redirect("people")


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
def child(request: HttpRequest) -> HttpResponse:
    """A child's data, for an operator to compare with the paper."""
    form = ClaimForm(request.POST or None, today=timezone.localdate())
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/people_child.html", {"nav": "control", "form": form})
    try:
        patients.claim_representation(
            person_id=requests.person_id(request),
            claim=form.claim(),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except patients.GrownUpError:
        form.add_error("birth_date", _("Человеку уже есть 18 лет: он распоряжается картой сам"))
    except patients.TooManyClaimsError:
        form.add_error(None, _("Десять заявлений уже ждут оператора. Отзовите лишние."))
    except patients.NotConfirmedError:
        form.add_error(None, str(_REFUSED[patients.NotConfirmedError]))
    else:
        messages.success(
            request,
            _(
                "Заявление сохранено. Покажите оператору свой паспорт и документ о ребёнке: "
                "он сверит их и откроет вам карту."
            ),
        )
        return redirect("people")
    return render(request, "portal/people_child.html", {"nav": "control", "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
def trust(request: HttpRequest) -> HttpResponse:
    """Choose the terms, look at them in words, sign them with a one-time code."""
    form = TrustForm(request.POST or None, today=timezone.localdate())
    if request.method != "POST" or "back" in request.POST or not form.is_valid():
        return render(request, "portal/people_trust.html", {"nav": "control", "form": form})
    terms = form.terms()
    # Shown before it is signed: what comes with another digest was changed since, or never shown.
    signed = request.POST.get("sha256") == terms.sha256
    sign = SignForm(request.POST if signed else None, initial={"sha256": terms.sha256})
    if signed and sign.is_valid():
        done = _offer(request, form, sign)
        if done is not None:
            return done
    context = {
        "nav": "control",
        "form": form,
        "sign": sign,
        "sha256": terms.sha256,
        "terms": people.terms(terms),
    }
    return render(request, "portal/people_sign.html", context)


def _offer(request: HttpRequest, form: TrustForm, sign: SignForm) -> HttpResponse | None:
    try:
        patients.offer_trust(
            person_id=requests.person_id(request),
            terms=form.terms(),
            proof=sign.proof(),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except accounts.WrongCodeError as error:
        sign.add_error("code", code_trouble(error))
        return None
    except tuple(_REFUSED) as error:
        sign.add_error(None, str(_REFUSED[type(error)]))
        return None
    messages.success(
        request,
        _(
            "Приглашение подписано. Если у этого адреса есть учётная запись Медкарты, человек "
            "увидит его после входа. До его согласия ничего не открыто."
        ),
    )
    return redirect("people")


@require_POST
@citizen
@needs_two_factors
def answer(request: HttpRequest) -> HttpResponse:
    """Yes or no to an offer; taking an offer or a claim of one's own back."""
    act = _ANSWERS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        told = act(request, _uuid(request.POST.get("key", "")))
    except patients.UnknownOfferError:
        messages.warning(request, _("Этого приглашения больше нет: его отозвали или вышел срок."))
    except patients.NotConfirmedError:
        messages.warning(request, str(_REFUSED[patients.NotConfirmedError]))
    except patients.TooYoungError:
        messages.warning(request, _("Действовать за другого можно с 18 лет."))
    except patients.AlreadyActsError:
        messages.warning(request, _("Вы уже действуете за этого человека по закону."))
    else:
        messages.success(request, told)
    return redirect("people")


def _accept(request: HttpRequest, key: UUID) -> str:
    patients.accept_offer(
        offer_id=key,
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )
    return _("Теперь вы можете действовать за этого человека. Каждый ваш вход он увидит.")


def _decline(request: HttpRequest, key: UUID) -> str:
    patients.decline_offer(
        offer_id=key,
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )
    return _("Вы отказались. Человек увидит это в своём журнале.")


def _withdraw_offer(request: HttpRequest, key: UUID) -> str:
    patients.withdraw_offer(
        offer_id=key,
        person_id=requests.person_id(request),
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )
    return _("Приглашение отозвано.")


def _withdraw_claim(request: HttpRequest, key: UUID) -> str:
    patients.withdraw_claim(
        claim_id=key,
        person_id=requests.person_id(request),
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )
    return _("Заявление отозвано.")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


_ANSWERS: dict[str, Callable[[HttpRequest, UUID], str]] = {
    "accept": _accept,
    "decline": _decline,
    "withdraw-offer": _withdraw_offer,
    "withdraw-claim": _withdraw_claim,
}
_REFUSED: dict[type[Exception], Promise] = {
    patients.NotConfirmedError: gettext_lazy(
        "Сначала подтвердите личность: права даёт и берёт тот, кого мы знаем."
    ),
    patients.TooYoungError: gettext_lazy("Доверить карту другому можно с 15 лет."),
    patients.OwnAddressError: gettext_lazy("Это ваша собственная почта. Введите почту другого."),
    patients.TooManyOffersError: gettext_lazy(
        "Десять приглашений уже ждут ответа. Отзовите лишние."
    ),
    BadTermsError: gettext_lazy("Эти условия устарели. Вернитесь и проверьте срок и разделы."),
}
