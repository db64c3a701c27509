"""Контроль: who looked, what was agreed to, what is linked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Refusal
from medkarta.accounts.queries.sessions import count_open
from medkarta.accounts.sessions import needs_two_factors
from medkarta.audit import queries as audit
from medkarta.clients import queries as clients
from medkarta.consents import queries as consents
from medkarta.consents.rules import Kind
from medkarta.patients import queries as patients
from medkarta.patients.queries import representation as representations
from medkarta.portal import acting, requests
from medkarta.portal.presenters import journal
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate

_LINES = 50


@require_safe
@citizen
@needs_two_factors
def control(request: HttpRequest) -> HttpResponse:
    """One screen for everything that the person decides and checks."""
    own = requests.person_id(request)
    # Beside the name of somebody acted for, no figure of one's own; theirs, if one signs for them.
    signed_for = acting.signs_for(request)
    subject = signed_for.person_id if signed_for else own
    decides = signed_for is not None or acting.current(request) is None
    return render(
        request,
        "portal/control.html",
        {
            "nav": "control",
            "decides": decides,
            "lines": audit.count(subject),
            "consent": consents.in_force(subject, Kind.PROCESSING, at=timezone.now()),
            "clinics": len(patients.linked_patient_ids(subject)),
            "sessions": count_open(requests.account_id(request), now=timezone.now()),
            "apps": clients.count_apps(requests.account_id(request)),
            "acted_for": representations.count_in_force(own, now=timezone.now()),
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
    linked = patients.linked_patient_ids(person_id) if before is None else ()
    earlier = audit.entries_before_links(linked, limit=_LINES)
    return render(
        request,
        "portal/log.html",
        {
            "nav": "control",
            "days": journal.days(lines, requests.account_id(request)),
            "earlier": journal.days(earlier, requests.account_id(request)),
            "total": audit.count(person_id),
            "more": last if last > 1 else None,
            "older": before is not None,
        },
    )
