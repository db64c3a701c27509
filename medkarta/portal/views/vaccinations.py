"""Прививки: done, and next by the national calendar."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.patients import queries as patients
from medkarta.portal import requests
from medkarta.portal.presenters import dates, vaccination_plan, vaccinations
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.presenters.vaccination_plan import Plan
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, wholeness
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource
from medkarta.terminology import vaccination_calendar

# A vaccination a week for ten years; the timeline has whatever lies behind that.
_MOST = 500


@require_safe
@citizen
def vaccinations_page(request: HttpRequest) -> HttpResponse:
    """What is due now and later, and what was done, by infection."""
    look = Look(page="vaccinations", sections=(Section.VACCINATIONS,))
    opened = requests.open_own(request, look)
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    found = all_of(opened)
    names, coverage = wholeness.named(opened, found)
    return render(
        request,
        "portal/vaccinations.html",
        {
            "nav": "card",
            "section": WORDS[Section.VACCINATIONS],
            "plan": plan_of(opened, found, timezone.localdate()),
            "checked": dates.day(vaccination_calendar.CHECKED),
            "protected": vaccinations.protected(found, names),
            "not_done": vaccinations.not_done(found, names),
            "coverage": coverage,
        },
    )


def all_of(grant: Grant) -> list[StoredResource]:
    """The vaccinations, newest first."""
    return record.listed(grant, resource_types=vaccinations.KINDS, limit=_MOST).items


def plan_of(grant: Grant, found: list[StoredResource], today: date) -> Plan | None:
    """What is next; None where the day of birth or what was done is not known."""
    if Section.VACCINATIONS not in grant.sections:
        return None
    person = patients.person(grant.person_id)
    if person is None or person.data.birth_date is None:
        return None
    born = person.data.birth_date
    listed = vaccination_calendar.due(
        born=born,
        sex=person.data.sex.value,
        given=vaccinations.given(found),
        today=today,
    )
    return vaccination_plan.plan(listed, born=born, today=today)
