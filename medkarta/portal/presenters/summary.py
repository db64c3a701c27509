"""Карта in one look: diseases and allergies, medicines now, newest measurements, what is ahead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, Protocol, TypeVar

from medkarta.portal.presenters import allergies, analytes, diagnoses, prescriptions, rows
from medkarta.portal.presenters.allergies import Allergy
from medkarta.portal.presenters.analytes import Analyte
from medkarta.portal.presenters.diagnoses import Diagnosis, State
from medkarta.portal.presenters.orders import Order
from medkarta.portal.presenters.orders import State as OrderState
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.prescriptions import Around, Prescription
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import Json
from medkarta.record.stored import LatestOfCode, StoredResource

T = TypeVar("T")


class _Sourced(Protocol):
    @property
    def source(self) -> Phrase: ...


L = TypeVar("L", bound=_Sourced)

_MOST = 5
# What a doctor asks for first; LOINC codes in that order, others behind by their date.
_VITALS = ("85354-9", "8867-4", "29463-7", "39156-5", "8310-5", "2708-6", "59408-5", "8302-2")
_LATELY = timedelta(days=90)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What the record answered."""

    conditions: Sequence[StoredResource]
    allergic: Sequence[StoredResource]
    medicines: Sequence[StoredResource]
    vitals: Sequence[LatestOfCode]

    def resources(self) -> Iterable[StoredResource]:
        """All of them, for their clinics' names."""
        yield from (*self.conditions, *self.allergic, *self.medicines)
        yield from (one.resource for one in self.vitals)


@dataclass(frozen=True, kw_only=True, slots=True)
class Block(Generic[T]):
    """A few lines, how many stand behind them, and the clinic where all of them are of one."""

    lines: Sequence[T]
    more: int
    source: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What `parts/summary.html` shows."""

    problems: Block[Diagnosis]
    allergies: Block[Allergy]
    medicines: Block[Prescription]
    vitals: Block[Analyte]
    ahead: Block[Order]


def summary(
    found: Gathered,
    orders: Iterable[Order],
    clinics: Clinics,
    shared: Mapping[str, Json],
    today: date,
) -> Summary:
    """Choose and present."""
    problems = diagnoses.grouped(found.conditions, clinics, shared)[State.PRESENT]
    allergic = [one for one in allergies.allergies(found.allergic, clinics) if one.present]
    return Summary(
        problems=_block(problems),
        # Not one allergy stands behind a link: overlooking it may cost the most.
        allergies=_block(allergic, most=len(allergic)),
        medicines=_block(_medicines(found.medicines, clinics, shared, today)),
        vitals=_block(_vitals(found.vitals, clinics)),
        ahead=_block([one for one in orders if one.state is not OrderState.PAST]),
    )


def _block(lines: Sequence[L], *, most: int = _MOST) -> Block[L]:
    return Block(
        lines=lines[:most],
        more=max(0, len(lines) - most),
        source=rows.one_source(one.source for one in lines[:most]),
    )


def _medicines(
    found: Iterable[StoredResource], clinics: Clinics, shared: Mapping[str, Json], today: date
) -> list[Prescription]:
    """Open prescriptions, each medicine once by its newest; what ran out long ago is left out.

    What ran out lately may well be taken still, and its line says that a new one is needed.
    """
    around = Around(handouts={}, clinics=clinics, shared=shared, today=today)
    made = (prescriptions.prescription(one, around) for one in found if not _long_over(one, today))
    by_name: dict[str, Prescription] = {}
    for one in made:
        by_name.setdefault(one.name.plain, one)
    return list(by_name.values())


def _long_over(resource: StoredResource, today: date) -> bool:
    until = prescriptions.valid_until(resource.data)
    return until is not None and today - until > _LATELY


def _vitals(latest: Sequence[LatestOfCode], clinics: Clinics) -> list[Analyte]:
    places = {code: place for place, code in enumerate(_VITALS)}
    known = [one for one in latest if analytes.loinc_of(one.resource) in places]
    known.sort(key=lambda one: places[str(analytes.loinc_of(one.resource))])
    return [analytes.analyte(one, clinics) for one in known or latest]
