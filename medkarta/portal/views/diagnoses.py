"""Диагнозы, with allergies on top."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.clinics import queries as clinics
from medkarta.patients import queries as patients
from medkarta.portal import requests
from medkarta.portal.presenters import allergies, diagnoses, references
from medkarta.portal.presenters.coverage import coverage
from medkarta.portal.presenters.diagnoses import State
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate
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
    conditions, allergic = _conditions(opened), _allergies(opened)
    received = record.received(opened)
    names = clinics.names({one.custodian_id for one in (*conditions, *allergic)} | set(received))
    lines = diagnoses.grouped(conditions, names, record.shared(_authors(conditions)))
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
            "coverage": coverage(
                received, names, patients.waiting_clinics(opened.person_id), timezone.now()
            ),
        },
    )


def _conditions(grant: Grant) -> list[StoredResource]:
    """All that are there now, and the newest of every other code, newest first."""
    present = record.in_state(
        grant, resource_types=("Condition",), states=diagnoses.PRESENT, limit=_MOST
    )
    latest = record.latest_by_code(grant, section=Section.DIAGNOSES, resource_type="Condition")
    pairs = [one for pair in latest for one in (pair.resource, pair.previous) if one is not None]
    found = {one.logical_id: one for one in (*present, *pairs)}
    return sorted(found.values(), key=lambda one: one.date, reverse=True)


def _allergies(grant: Grant) -> list[StoredResource]:
    return record.in_state(
        grant, resource_types=("AllergyIntolerance",), states=allergies.STATES, limit=_MOST
    )


def _authors(found: list[StoredResource]) -> set[str]:
    return {
        references.id_of(one.data.get(member))
        for one in found
        for member in ("asserter", "recorder")
    }
