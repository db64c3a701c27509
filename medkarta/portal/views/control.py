"""Контроль: who looked, what was agreed to, what is linked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from medkarta.access.grants import Refusal
from medkarta.accounts.queries.sessions import count_open
from medkarta.accounts.sessions import needs_two_factors
from medkarta.audit import queries as audit
from medkarta.consents import actions as consent_actions
from medkarta.consents import queries as consents
from medkarta.consents.rules import Kind
from medkarta.patients import queries as patients
from medkarta.patients import queries_representation as representations
from medkarta.portal import requests
from medkarta.portal.presenters import journal, paper
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate

_LINES = 50


@require_safe
@citizen
@needs_two_factors
def control(request: HttpRequest) -> HttpResponse:
    """One screen for everything that the person decides and checks."""
    person_id = requests.person_id(request)
    return render(
        request,
        "portal/control.html",
        {
            "nav": "control",
            "lines": audit.count(person_id),
            "consent": consents.in_force(person_id, Kind.PROCESSING),
            "clinics": len(patients.linked_patient_ids(person_id)),
            "sessions": count_open(requests.account_id(request), now=timezone.now()),
            "acted_for": representations.count_in_force(person_id, now=timezone.now()),
        },
    )


@require_safe
@citizen
@needs_two_factors
def log(request: HttpRequest) -> HttpResponse:
    """Кто смотрел мою карту: every line of the log can be reached, newest first."""
    opened = requests.open_log(request)
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    person_id = opened
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdecimal() else None
    lines = audit.entries(person_id=person_id, before=before, limit=_LINES)
    last = lines[-1].number if lines else 1
    return render(
        request,
        "portal/log.html",
        {
            "nav": "control",
            "days": journal.days(lines, requests.account_id(request)),
            "total": audit.count(person_id),
            "more": last if last > 1 else None,
            "older": before is not None,
        },
    )


@require_safe
@citizen
@needs_two_factors
@gate.of_the_way
def consent_list(request: HttpRequest) -> HttpResponse:
    """Согласия: in force and former, each with the very text that was signed."""
    history = consents.history(requests.subject_id(request))
    signed = [(one, paper.blocks(one.text.body)) for one in history]
    return render(request, "portal/consents.html", {"nav": "control", "signed": signed})


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def withdraw(request: HttpRequest) -> HttpResponse:
    """What a withdrawal closes, said before it is done."""
    person_id = requests.subject_id(request)
    if request.method != "POST":
        consent = consents.in_force(person_id, Kind.PROCESSING)
        if consent is None:
            return redirect("consents")
        return render(request, "portal/withdraw.html", {"nav": "control", "consent": consent})
    consent_actions.withdraw(
        person_id=person_id,
        kind=Kind.PROCESSING,
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )
    messages.success(request, _("Согласие отозвано. Карта закрыта с этой минуты."))
    return redirect("consents")
