"""Назначения."""

from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.audit import queries as audit
from medkarta.portal import requests
from medkarta.portal.presenters import care_plans, order_course, orders
from medkarta.portal.presenters.care_plans import PLAN
from medkarta.portal.presenters.orders import ORDER, Around
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, paging, wholeness
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource

# What comes of an order stands in these.
SECTIONS = (
    Section.ORDERS,
    Section.LABS,
    Section.EXAMS,
    Section.VISITS,
    Section.HOSPITAL,
    Section.OTHER,
)
_CLOSED = ("completed", "revoked", "entered-in-error")
_MOST_OPEN = 60
_MOST_CAME = 600
_PAGE = 20


@require_safe
@citizen
def orders_page(request: HttpRequest) -> HttpResponse:
    """What is to be done first; then plans; then what is over, by pages."""
    opened = requests.open_own(request, Look(page="orders", sections=SECTIONS))
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    asked = paging.asked(request)
    present = [] if asked.before else _in_state(opened, order_course.OPEN)
    past = record.listed(
        opened, resource_types=(ORDER, PLAN), states=_CLOSED, before=asked.before, limit=_PAGE
    )
    found = [*present, *past.items]
    names, coverage = wholeness.named(opened, found)
    return render(
        request,
        "portal/orders.html",
        {
            "nav": "card",
            "section": WORDS[Section.ORDERS],
            "first": asked.before is None,
            "page": _shown(opened, found, names),
            "more": paging.more(asked, past.after),
            "coverage": coverage,
        },
    )


def around(grant: Grant, found: Sequence[StoredResource], names: Clinics) -> Around:
    """What orders are shown with: what came of them, and what of that the person has seen."""
    came = came_of(grant, found)
    return Around(
        came=orders.by_order(found, came),
        read=seen(grant, came),
        clinics=names,
        shared=record.shared(orders.authors(found)),
        now=timezone.now(),
    )


def came_of(grant: Grant, found: Iterable[StoredResource]) -> list[StoredResource]:
    """Bookings, visits and results of these orders."""
    return record.of_requests(
        grant,
        requests=[one.logical_id for one in found if one.resource_type == ORDER],
        resource_types=order_course.KINDS,
        limit=_MOST_CAME,
    )


def seen(grant: Grant, found: Sequence[StoredResource]) -> set[str]:
    """Ids of those that the reader has opened, or whose section since they came."""
    names = {f"{one.resource_type}/{one.logical_id}": one for one in found}
    if not names:
        return set()
    looks = audit.looks(person_id=grant.person_id, actor_id=grant.reader, resources=names)
    return {
        one.logical_id
        for name, one in names.items()
        if name in looks.resources
        or ((at := looks.pages.get(one.section.value)) is not None and at > one.recorded_at)
    }


def _in_state(grant: Grant, states: Sequence[str]) -> list[StoredResource]:
    return record.in_state(grant, resource_types=(ORDER, PLAN), states=states, limit=_MOST_OPEN)


def _shown(grant: Grant, found: Sequence[StoredResource], names: Clinics) -> orders.Page:
    goals = record.by_ids(grant, care_plans.goal_ids(found))
    return orders.page(found, goals, around(grant, found, names))
