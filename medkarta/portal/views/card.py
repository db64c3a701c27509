"""Results: laboratory values and measurements, and one analyte."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.clinics import queries as clinics
from medkarta.patients import queries as patients
from medkarta.patients.rules import PersonalDataInput, Sex
from medkarta.portal import requests
from medkarta.portal.presenters import analyte_page, analytes, tiles
from medkarta.portal.presenters.analyte_path import UnknownSlugError, system_of
from medkarta.portal.presenters.analytes import Who
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate
from medkarta.record import queries as record

_DAYS_OF_YEAR = 365.25
_OBSERVATION = "Observation"
# An analyte may stand in any of these; which one, only its page tells.
_MEASURED = (Section.LABS, Section.VITALS, Section.EXAMS, Section.OTHER)


@require_safe
@citizen
def labs(request: HttpRequest) -> HttpResponse:
    """Анализы."""
    return _results(request, Section.LABS)


@require_safe
@citizen
def vitals(request: HttpRequest) -> HttpResponse:
    """Показатели: blood pressure, height, weight."""
    return _results(request, Section.VITALS)


@require_safe
@citizen
def analyte(request: HttpRequest, system: str, code: str) -> HttpResponse:
    """One analyte: the newest result, its course, every value."""
    try:
        code_system = system_of(system)
    except UnknownSlugError as error:
        raise Http404 from error
    look = Look(page="analyte", sections=_MEASURED, resources=(_OBSERVATION,))
    opened = requests.open_own(request, look)
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    series = record.series(opened, resource_type=_OBSERVATION, code_system=code_system, code=code)
    if not series:
        raise Http404
    names = clinics.names(one.custodian_id for one in series)
    shown = analyte_page.page(series, names, _who(opened))
    section = series[0].section
    context = {
        "nav": "card",
        "page": shown,
        "up": tiles.href(section),
        "section": WORDS[section],
    }
    return render(request, "portal/analyte.html", context)


def _results(request: HttpRequest, section: Section) -> HttpResponse:
    opened = requests.open_own(request, Look(page=section.value, sections=(section,)))
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    latest = record.latest_by_code(opened, section=section, resource_type=_OBSERVATION)
    names = clinics.names(one.resource.custodian_id for one in latest)
    return render(
        request,
        "portal/results.html",
        {
            "nav": "card",
            "section": WORDS[section],
            "code": section.value,
            "groups": analytes.groups(latest, names),
        },
    )


def _who(grant: Grant) -> Who:
    """Sex and age, which published limits ask for, as an operator checked them."""
    person = patients.person(grant.person_id)
    if person is None:
        return Who()
    return Who(sex=_sex(person.data), age=_age(person.data, timezone.localdate()))


def _sex(data: PersonalDataInput) -> str | None:
    return None if data.sex is Sex.UNKNOWN else data.sex.value


def _age(data: PersonalDataInput, today: date) -> float | None:
    return (today - data.birth_date).days / _DAYS_OF_YEAR if data.birth_date else None
