"""Карта: the record in one look, and the way to each of its sections."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.portal import requests
from medkarta.portal.presenters import (
    diagnoses,
    order_course,
    orders,
    prescriptions,
    summary,
    tiles,
)
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.sections import EVERY
from medkarta.portal.presenters.summary import Gathered, Summary
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, wholeness
from medkarta.portal.views.diagnoses import authors
from medkarta.portal.views.orders import around
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource

_MOST = 300
_OBSERVATION = "Observation"


@require_safe
@citizen
def card(request: HttpRequest) -> HttpResponse:
    """Обзор: what matters now, then every section, then where the data come from."""
    opened = requests.open_own(request, Look(page="card", sections=EVERY))
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    found, ordered = _gather(opened)
    names, coverage = wholeness.named(opened, [*found.resources(), *ordered])
    return render(
        request,
        "portal/card.html",
        {
            "nav": "card",
            "summary": _summary(opened, found, ordered, names),
            "tiles": tiles.tiles(record.sections(opened), EVERY, opened.sections),
            "entries": wholeness.entries(opened),
            "open_sections": {section.value for section in opened.sections},
            "prescriptions_href": tiles.href(Section.PRESCRIPTIONS),
            "orders_href": tiles.href(Section.ORDERS),
            "coverage": coverage,
        },
    )


def _gather(grant: Grant) -> tuple[Gathered, list[StoredResource]]:
    """What is open now. Diseases and medicines are few; what is closed may be thousands."""
    ill = record.in_state(
        grant,
        resource_types=("Condition", "AllergyIntolerance"),
        states=diagnoses.PRESENT,
        limit=_MOST,
    )
    given = record.in_state(
        grant,
        resource_types=(*prescriptions.KINDS, orders.ORDER),
        states=order_course.OPEN,
        limit=_MOST,
    )
    found = Gathered(
        conditions=[one for one in ill if one.resource_type == "Condition"],
        allergic=[one for one in ill if one.resource_type != "Condition"],
        medicines=[one for one in given if one.resource_type != orders.ORDER],
        vitals=record.latest_by_code(grant, section=Section.VITALS, resource_type=_OBSERVATION),
    )
    return found, [one for one in given if one.resource_type == orders.ORDER]


def _summary(
    grant: Grant, found: Gathered, ordered: list[StoredResource], names: Clinics
) -> Summary:
    surrounding = around(grant, ordered, names)
    people = authors(found.conditions) | prescriptions.authors(found.medicines)
    return summary.summary(
        found,
        [orders.order(one, surrounding) for one in ordered],
        names,
        record.shared(people),
        timezone.localdate(),
    )
