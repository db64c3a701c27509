"""The page of one entry, and the original of a document."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.access.grants import Grant, Look, Refusal, Section
from medkarta.clinics import queries as clinics
from medkarta.portal import requests
from medkarta.portal.presenters import (
    attachments,
    diagnosis_part,
    item_page,
    item_parts,
    references,
)
from medkarta.portal.presenters.orders import ORDER
from medkarta.portal.presenters.sections import EVERY
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate, orders
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource

_MOST_RELATED = 120
_MOST_SAME = 40
_DOCUMENT = "DocumentReference"
_OF_CARE = (
    "CarePlan",
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Composition",
    "Encounter",
    "Goal",
    "ImagingStudy",
    "Immunization",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "Procedure",
    "ServiceRequest",
    "Task",
)
# What may name an entry and is worth showing beside it. A visit has values of its own.
_REFERRING: Final = {"Encounter": (*_OF_CARE, "Observation"), "Patient": ()}
# Of these the other entries of the same code tell a course: episodes, doses, repeats.
_WITH_OTHERS: Final = frozenset({"Condition", "Immunization", "MedicationRequest"})


@require_safe
@citizen
def item(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """One entry: source, date, status, version, what it says, what belongs to it."""
    name = f"{resource_type}/{logical_id}"
    opened = requests.open_own(request, Look(page="item", sections=EVERY, resources=(name,)))
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    resource = record.read(opened, resource_type, logical_id)
    if resource is None:
        raise Http404
    found = _found(opened, resource)
    part = item_parts.part(found)
    says, lists = (part.says, part.lists) if part else ((), ())
    tied = [one for one in found.tied if one.resource_type not in lists]
    page = item_page.page(resource, found.clinics, found.shared, tied, says)
    return render(request, "portal/item.html", {"nav": "card", "page": page, "part": part})


@require_safe
@citizen
def original(request: HttpRequest, logical_id: str) -> HttpResponse:
    """A document's own bytes, as a file: no browser shows them as a page of ours."""
    name = f"{_DOCUMENT}/{logical_id}"
    look = Look(page="original", sections=(Section.DOCUMENTS,), resources=(name,))
    opened = requests.open_own(request, look)
    if isinstance(opened, Refusal):
        return gate.closed(request, opened)
    resource = record.read(opened, _DOCUMENT, logical_id)
    found = attachments.original(resource) if resource else None
    if resource is None or found is None:
        raise Http404
    # The name of a file stays behind in a folder of the person's: it tells a date and nothing else.
    filename = f"document-{resource.date:%Y-%m-%d}.{found.ending}"
    return HttpResponse(
        found.content,
        content_type=found.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _found(grant: Grant, resource: StoredResource) -> item_parts.Found:
    tied = _tied(grant, resource)
    same = _same(grant, resource)
    return item_parts.Found(
        resource=resource,
        tied=tied,
        same=same,
        clinics=clinics.names(one.custodian_id for one in (resource, *tied, *same)),
        shared=record.shared(references.targets(resource)),
        now=timezone.now(),
        seen=orders.seen(grant, tied) if resource.resource_type == ORDER else (),
    )


def _tied(grant: Grant, resource: StoredResource) -> list[StoredResource]:
    """What the entry names and what names it; of a diagnosis also what came of its visits."""
    found = dict(record.by_ids(grant, references.targets(resource)))
    kinds = _REFERRING.get(resource.resource_type, _OF_CARE)
    if kinds:
        naming = record.mentioning(
            grant, target=resource.logical_id, resource_types=kinds, limit=_MOST_RELATED
        )
        found |= {one.logical_id: one for one in naming}
    if resource.resource_type == "Condition":
        visits = [one.logical_id for one in found.values() if one.resource_type == "Encounter"]
        kinds = (_DOCUMENT, "Composition", *diagnosis_part.ORDERED)
        of_visits = record.of_visits(
            grant, visits=visits, resource_types=kinds, limit=_MOST_RELATED
        )
        found |= {one.logical_id: one for one in of_visits}
    found.pop(resource.logical_id, None)
    return list(found.values())


def _same(grant: Grant, resource: StoredResource) -> list[StoredResource]:
    if resource.resource_type not in _WITH_OTHERS or not resource.code:
        return []
    return record.series(
        grant,
        resource_type=resource.resource_type,
        code_system=resource.code_system,
        code=resource.code,
        limit=_MOST_SAME,
    )
