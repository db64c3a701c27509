"""Приёмы: when, where, with whom, why, and what came of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from medkarta.portal.presenters import dates, references, rows, titles
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.phrases import Phrase, joined, named, of_name, own_words
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import Json, mapping, mappings, string
from medkarta.record.stored import StoredResource
from medkarta.terminology.queries import Name

Shared = Mapping[str, Json]
Outcomes = Mapping[str, Sequence[StoredResource]]

# What a visit may bring and a line of the list tells; each type says it in its own way.
BROUGHT = (
    "Condition",
    "ServiceRequest",
    "MedicationRequest",
    "DiagnosticReport",
    "Procedure",
    "CarePlan",
    "DocumentReference",
)
_USUAL = frozenset({"finished", "completed"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One line of the list."""

    href: str
    name: Name
    day: str
    clock: str
    who: Phrase | None
    why: Phrase | None
    diagnoses: Phrase | None
    brought: tuple[str, ...]
    status: str
    source: Phrase
    unusual: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """Visits of a year; `source` where all of them were in one clinic."""

    label: str
    visits: list[Visit]
    source: Phrase | None


def by_year(
    found: Iterable[StoredResource], outcomes: Outcomes, clinics: Clinics, shared: Shared
) -> list[Year]:
    """Group lines that come newest first."""
    years: dict[str, list[Visit]] = defaultdict(list)
    for one in found:
        year = str(one.date.astimezone(dates.MOSCOW).year)
        years[year].append(visit(one, outcomes.get(one.logical_id, ()), clinics, shared))
    return [
        Year(label=label, visits=visits, source=rows.one_source(one.source for one in visits))
        for label, visits in years.items()
    ]


def visit(
    resource: StoredResource,
    brought: Sequence[StoredResource],
    clinics: Clinics,
    shared: Shared,
) -> Visit:
    """Present one visit and what came of it."""
    when = dates.happened(resource.data)
    return Visit(
        href=rows.href(resource),
        name=titles.title(resource.data),
        day=rows.date_of(resource),
        clock=when.clock or "" if when else "",
        who=doctors(resource.data, shared),
        why=reasons(resource.data),
        diagnoses=_diagnoses(brought),
        brought=tuple(_counts(brought)),
        status=rows.status_of(resource),
        source=rows.source_of(resource, clinics),
        unusual=resource.status not in _USUAL,
    )


def outcomes(
    visits: Iterable[StoredResource], found: Iterable[StoredResource]
) -> dict[str, list[StoredResource]]:
    """Part what `record.of_visits` answered by the visit that it came of."""
    ids = {one.logical_id for one in visits}
    parted: dict[str, list[StoredResource]] = defaultdict(list)
    for one in found:
        for target in references.targets(one):
            if target in ids:
                parted[target].append(one)
    return parted


def doctors(resource: Json, shared: Shared) -> Phrase | None:
    """Who received the patient, as the clinic calls them."""
    names = [
        called(one.get("individual"), shared) for one in mappings(resource.get("participant") or [])
    ]
    return joined(list({one.text: one for one in names if one is not None}.values()))


def called(reference: object, shared: Shared) -> Phrase | None:
    """By the clinic's own words («Иванова М. П., терапевт») first: they name the speciality too."""
    display = string(mapping(reference).get("display"))
    return own_words(display) if display else references.called(reference, shared)


def reasons(resource: Json) -> Phrase | None:
    """Why the person came."""
    return joined([named(one) for one in mappings(resource.get("reasonCode") or [])])


def outcome(resource: Json) -> Phrase | None:
    """How a stay ended."""
    disposition = mapping(mapping(resource.get("hospitalization")).get("dischargeDisposition"))
    return named(disposition) if disposition else None


def ward(resource: Json) -> Phrase | None:
    """The department where it was."""
    places = [
        string(mapping(one.get("location")).get("display"))
        for one in mappings(resource.get("location") or [])
    ]
    return joined([own_words(one) for one in dict.fromkeys(places) if one])


def participants(found: Iterable[StoredResource]) -> set[str]:
    """Logical ids of the doctors of these visits."""
    return {
        references.id_of(one.get("individual"))
        for resource in found
        for one in mappings(resource.data.get("participant") or [])
    }


def _diagnoses(brought: Sequence[StoredResource]) -> Phrase | None:
    found = [titles.title(one.data) for one in brought if one.resource_type == "Condition"]
    return joined([of_name(one) for one in found])


_Forms = str | Promise
_COUNTED: tuple[tuple[Callable[[StoredResource], bool], _Forms], ...] = (
    (
        lambda one: one.resource_type in {"ServiceRequest", "CarePlan"},
        gettext_lazy("%(count)s назначение|%(count)s назначения|%(count)s назначений"),
    ),
    (
        lambda one: one.resource_type == "MedicationRequest",
        gettext_lazy("%(count)s рецепт|%(count)s рецепта|%(count)s рецептов"),
    ),
    (
        lambda one: one.resource_type == "DiagnosticReport",
        gettext_lazy("%(count)s результат|%(count)s результата|%(count)s результатов"),
    ),
    (
        lambda one: one.resource_type == "Procedure",
        gettext_lazy("%(count)s процедура|%(count)s процедуры|%(count)s процедур"),
    ),
    (
        lambda one: one.resource_type == "DocumentReference",
        gettext_lazy("%(count)s документ|%(count)s документа|%(count)s документов"),
    ),
)


def _counts(brought: Sequence[StoredResource]) -> Iterable[str]:
    for belongs, forms in _COUNTED:
        count = sum(1 for one in brought if belongs(one))
        if count:
            yield counted(count, str(forms))
