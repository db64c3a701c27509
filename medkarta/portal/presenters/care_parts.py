"""What pages of prescriptions, orders, plans, examinations and vaccinations add to the facts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from medkarta.portal.presenters import (
    analytes,
    care_plans,
    dates,
    exams,
    orders,
    prescriptions,
    references,
    vaccinations,
)
from medkarta.portal.presenters.analytes import Analyte
from medkarta.portal.presenters.care_plans import Plan
from medkarta.portal.presenters.exams import Images
from medkarta.portal.presenters.orders import Order
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.prescriptions import Prescription
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import mappings
from medkarta.portal.presenters.visits import Shared
from medkarta.record.stored import LatestOfCode, StoredResource


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What an entry is shown with; `seen` are the ids of results that the person has opened."""

    tied: Sequence[StoredResource]
    seen: Collection[str]
    clinics: Clinics
    shared: Shared
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A report: its conclusion, a paragraph for a line, and the values that it holds."""

    paragraphs: tuple[Phrase, ...]
    values: list[Analyte]
    who: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Vaccination:
    """A vaccination: against what, which stage, and why it was not done where it was not."""

    against: str
    stages: str
    done: bool
    reason: Phrase | None


def prescription(resource: StoredResource, around: Around) -> Prescription:
    """A prescription with what was handed out on it."""
    handouts = prescriptions.by_prescription([resource], around.tied)
    with_ = prescriptions.Around(
        handouts=handouts,
        clinics=around.clinics,
        shared=around.shared,
        today=around.now.astimezone(dates.MOSCOW).date(),
    )
    return prescriptions.prescription(resource, with_)


def order(resource: StoredResource, around: Around) -> Order:
    """An order and its way."""
    with_ = orders.Around(
        came=orders.by_order([resource], around.tied),
        read=around.seen,
        clinics=around.clinics,
        shared=around.shared,
        now=around.now,
    )
    return orders.order(resource, with_)


def plan(resource: StoredResource, around: Around) -> Plan:
    """A plan with its aims."""
    goals: Mapping[str, StoredResource] = {one.logical_id: one for one in around.tied}
    return care_plans.plan(resource, goals, around.clinics, around.shared)


def report(resource: StoredResource, around: Around) -> Report:
    """A report with its values in the order in which it names them."""
    tied = {one.logical_id: one for one in around.tied}
    named = (tied.get(references.id_of(one)) for one in mappings(resource.data.get("result") or []))
    values = [LatestOfCode(resource=one, previous=None) for one in named if one is not None]
    language = exams.conclusion_language(resource.data)
    return Report(
        paragraphs=tuple(
            Phrase(text=line, language=language) for line in exams.conclusion(resource.data)
        ),
        values=[analytes.analyte(one, around.clinics) for one in values],
        who=exams.who(resource.data, around.shared),
    )


def images(resource: StoredResource, around: Around) -> Images:
    """A study and where its pictures are."""
    return exams.images(resource.data, around.shared)


def vaccination(resource: StoredResource, around: Around) -> Vaccination:
    """A vaccination in words."""
    del around
    return Vaccination(
        against=vaccinations.against(resource.data),
        stages=vaccinations.stages(resource.data),
        done=resource.status == "completed",
        reason=vaccinations.reason(resource.data),
    )
