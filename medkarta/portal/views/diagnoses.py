"""Диагнозы, with allergies on top."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.portal import requests
from medkarta.portal.presenters import allergies, diagnoses, references
from medkarta.portal.presenters.diagnoses import State
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, wholeness
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource

_MOST = 300


@require_safe
@citizen
def diagnoses_page(request: HttpRequest) -> HttpResponse:
    """What there is now, what was, and what was refuted; each disease once."""
    look = Look(page="diagnoses", sections=(Section.DIAGNOSES,))
    opened = requests.open_own(request, look)
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    (conditions, totals), allergic = _conditions(opened), _allergies(opened)
    names, coverage = wholeness.named(opened, [*conditions, *allergic])
    people = record.shared(authors(conditions))
    lines = diagnoses.grouped(conditions, names, people, totals)
    return render(
        request,
        "portal/diagnoses.html",
        {
            "nav": "card",
            "section": WORDS[Section.DIAGNOSES],
            "allergies": allergies.allergies(allergic, names),
            "present": lines[State.PRESENT],
            "noted": lines[State.NOTED],
            "past": lines[State.PAST],
            "refuted": lines[State.REFUTED] + lines[State.ERROR],
            "coverage": coverage,
        },
    )


def _conditions(grant: Grant) -> tuple[list[StoredResource], diagnoses.Totals]:
    """All that are there now, and the newest of every other code; how many there are of each."""
    present = record.in_state(
        grant, resource_types=("Condition",), states=diagnoses.PRESENT, limit=_MOST
    )
    section, kind = Section.DIAGNOSES, "Condition"
    latest = record.latest_by_code(grant, section=section, resource_type=kind)
    newest = [one.resource for one in latest]
    totals = record.count_by_code(grant, section=section, resource_type=kind)
    found = {one.logical_id: one for one in (*present, *newest)}
    return sorted(found.values(), key=lambda one: one.date, reverse=True), totals


def _allergies(grant: Grant) -> list[StoredResource]:
    return record.in_state(
        grant, resource_types=("AllergyIntolerance",), states=allergies.STATES, limit=_MOST
    )


def authors(found: Iterable[StoredResource]) -> set[str]:
    """Logical ids of who set or wrote down these diagnoses."""
    return {
        references.id_of(one.data.get(member))
        for one in found
        for member in ("asserter", "recorder")
    }
