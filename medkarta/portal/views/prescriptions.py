"""Рецепты."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.portal import requests
from medkarta.portal.presenters import prescriptions
from medkarta.portal.presenters.prescriptions import Around, State
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, paging, wholeness
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource

_MOST_OPEN = 100
_PAGE = 20
_MOST_HANDED_OUT = 500


@require_safe
@citizen
def prescriptions_page(request: HttpRequest) -> HttpResponse:
    """Those that hold first; then those past their day; the others by pages."""
    look = Look(page="prescriptions", sections=(Section.PRESCRIPTIONS,))
    opened = requests.open_own(request, look)
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    asked = paging.asked(request)
    present = [] if asked.before else _present(opened)
    past = record.listed(
        opened,
        resource_types=prescriptions.KINDS,
        states=prescriptions.CLOSED,
        before=asked.before,
        limit=_PAGE,
    )
    found = [*present, *past.items]
    names, coverage = wholeness.named(opened, found)
    around = _around(opened, found, names)
    shown = [prescriptions.prescription(one, around) for one in present]
    return render(
        request,
        "portal/prescriptions.html",
        {
            "nav": "card",
            "section": WORDS[Section.PRESCRIPTIONS],
            "first": asked.before is None,
            "active": prescriptions.group(one for one in shown if one.state is not State.EXPIRED),
            "expired": prescriptions.group(one for one in shown if one.state is State.EXPIRED),
            "years": prescriptions.by_year(past.items, around),
            "more": paging.more(asked, past.after),
            "coverage": coverage,
        },
    )


def _present(grant: Grant) -> list[StoredResource]:
    found = record.in_state(
        grant,
        resource_types=prescriptions.KINDS,
        states=prescriptions.OPEN,
        limit=_MOST_OPEN,
    )
    today = timezone.localdate()
    return sorted(found, key=lambda one: prescriptions.state(one, today) is not State.ENDING)


def _around(grant: Grant, found: list[StoredResource], names: Clinics) -> Around:
    handed = record.of_requests(
        grant,
        requests=[one.logical_id for one in found],
        resource_types=("MedicationDispense",),
        limit=_MOST_HANDED_OUT,
    )
    return Around(
        handouts=prescriptions.by_prescription(found, handed),
        clinics=names,
        shared=record.shared(prescriptions.authors(found)),
        today=timezone.localdate(),
    )
