"""Согласия: what is in force, what can be, what was; reading, taking away and taking back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from medkarta.accounts import actions as accounts
from medkarta.accounts.sessions import needs_two_factors
from medkarta.consents import actions, pdf_file
from medkarta.consents import queries as consents
from medkarta.consents.blocks import blocks
from medkarta.consents.queries import ConsentView
from medkarta.consents.rules import Kind
from medkarta.portal import requests
from medkarta.portal.presenters import consents as presenter
from medkarta.portal.presenters import destruction
from medkarta.portal.proofs import ProofForm
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate
from medkarta.portal.views.signing import code_trouble
from medkarta.record import destructions


@require_safe
@citizen
@needs_two_factors
@gate.of_the_way
def consent_list(request: HttpRequest) -> HttpResponse:
    """In force, what can be chosen beside it, what became of the copies, and the former ones."""
    now = timezone.now()
    person_id = requests.subject_id(request)
    rows = [presenter.shown(one, now) for one in consents.history(person_id)]
    acts = destructions.acts_of(person_id)
    processing = next((row for row in rows if row.consent.kind is Kind.PROCESSING), None)
    context = {
        "nav": "control",
        "processing": processing if processing and not processing.over else None,
        "kinds": presenter.KINDS,
        "optional": presenter.optional(rows),
        "former": [row for row in rows if row.over],
        "renewals": presenter.renewals((row.consent for row in rows), now),
        "withdrawn": destruction.withdrawn(processing.consent if processing else None, acts),
        "acts": [destruction.act(one) for one in acts],
    }
    return render(request, "portal/consents.html", context)


@require_safe
@citizen
@needs_two_factors
@gate.of_the_way
def one(request: HttpRequest, consent_id: str) -> HttpResponse:
    """One signature: its very text and its facts, years later as on the day."""
    found = _own(request, consent_id)
    context = {
        "nav": "control",
        "shown": presenter.shown(found, timezone.now()),
        "blocks": blocks(found.text.body),
    }
    return render(request, "portal/consent_item.html", context)


@require_safe
@citizen
@needs_two_factors
@gate.of_the_way
def pdf(request: HttpRequest, consent_id: str) -> HttpResponse:
    """What was signed, as a file to keep; the line of the log is there before the file is."""
    try:
        found = actions.take_paper(
            person_id=requests.subject_id(request),
            consent_id=_id(consent_id),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except actions.NoSuchConsentError:
        raise Http404 from None
    answer = HttpResponse(pdf_file.of(found), content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="consent.pdf"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def withdraw(request: HttpRequest) -> HttpResponse:
    """What a withdrawal closes, keeps and destroys, said before it is done."""
    person_id = requests.subject_id(request)
    if request.method != "POST":
        held = consents.signed(person_id, Kind.PROCESSING)
        if held is None:
            return redirect("consents")
        return render(request, "portal/withdraw.html", {"nav": "control", "consent": held})
    actions.withdraw(
        person_id=person_id,
        kind=Kind.PROCESSING,
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )
    messages.success(request, _("Согласие отозвано. Карта закрыта с этой минуты."))
    return redirect("consents")


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def end(request: HttpRequest, consent_id: str) -> HttpResponse:
    """Take one document back; to lift a denial takes a signature, as it opens what was closed."""
    found = _own(request, consent_id)
    if found.kind is Kind.PROCESSING or found.withdrawn_at is not None:
        return redirect("withdraw" if found.withdrawn_at is None else "consents")
    typed = request.POST if request.method == "POST" else None
    form = ProofForm(typed) if found.kind is Kind.DENIAL else None
    if request.method != "POST" or (form is not None and not form.is_valid()):
        return _end_page(request, found, form)
    try:
        _end(request, found, form)
    except accounts.WrongCodeError as error:
        if form is not None:
            form.add_error("code", code_trouble(error))
        return _end_page(request, found, form)
    messages.success(request, _("Запрет снят.") if form else _("Согласие отозвано."))
    return redirect("consents")


def _end(request: HttpRequest, found: ConsentView, form: ProofForm | None) -> None:
    person_id, by = requests.subject_id(request), requests.account_id(request)
    origin, now = requests.origin(request), timezone.now()
    if form is None:
        actions.withdraw_one(
            person_id=person_id, consent_id=found.consent_id, by=by, origin=origin, now=now
        )
        return
    actions.lift_denial(
        person_id=person_id,
        consent_id=found.consent_id,
        by=by,
        proof=form.proof(),
        origin=origin,
        now=now,
    )


def _end_page(request: HttpRequest, found: ConsentView, form: ProofForm | None) -> HttpResponse:
    context = {
        "nav": "control",
        "shown": presenter.shown(found, timezone.now()),
        "form": form,
    }
    return render(request, "portal/consent_end.html", context)


def _own(request: HttpRequest, consent_id: str) -> ConsentView:
    found = consents.consent(requests.subject_id(request), _id(consent_id))
    if found is None:
        raise Http404
    return found


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
