"""A page's statement made once for each kind of search, and filled with whose record is searched.

What searches ask for comes again and again; of whom, and of which value, they ask differs. So a
statement is made for patients and values that stand for any, under a Grant with the limits of the
one at hand, and is kept; they and the Grant's end are put in their places afterwards.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from medkarta.access.grants import ANYBODY, EVER, Grant
from medkarta.fhir.search.sought import (
    Chain,
    Condition,
    Criterion,
    Missing,
    Query,
    SoughtCodes,
    SoughtReference,
)
from medkarta.foundation.ids import PatientId, ResourceId, logical_id
from medkarta.record.rules.sharing import WITHOUT_PATIENT
from medkarta.record.search.cursors import Asked
from medkarta.record.search.owners import owners_of
from medkarta.record.search.page import written_page
from medkarta.record.search.sides import Reach
from medkarta.record.search.standing import Places, Standing, places_in
from medkarta.record.search.together import One, Shape, parted
from medkarta.record.written import Written

_ANYBODY: Final = frozenset(ANYBODY)
_NAMED: Final = tuple(
    SoughtReference("Patient", logical_id(one, ResourceId(one))) for one in ANYBODY
)
_LONGEST: Final = 400  # characters of a search whose statement is kept
_LONGEST_CODES: Final = 20_000  # of value sets in it: a short address may stand for many
_KEPT: Final = 1_024


class _Frame(NamedTuple):
    """A search of anybody; where in its own values stand which patients, values, and the end."""

    one: One
    patients: tuple[tuple[int, int], ...]
    places: Places
    ends: tuple[int, ...]


class Frames:
    """Statements that were made, by what they ask for; the oldest are forgotten."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._kept: dict[object, _Frame] = {}

    def searched(self, reach: Reach, asked: Asked) -> One:
        """A page's statement, parted. Raises `ForbiddenSearchError`."""
        query, grant = asked.query, reach.grant
        if grant is None or not _may_be_kept(asked, grant):
            return parted(written_page(reach, query, asked.after, self._written), query)
        patients: list[UUID] = sorted(grant.patient_ids)
        values = Standing()
        criteria = _of_anybody(query, patients, values)
        limits = (
            *(grant.sections, grant.types, grant.organisations, grant.period),
            *(reach.types, reach.clinic_id),
        )
        key = (query.resource_type, criteria, query.controls, len(patients), limits)
        frame = self._kept.get(key)
        if frame is None:
            frame = self._framed(reach, replace(query, criteria=criteria), grant)
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = frame
        return _filled(frame, patients, values, grant.expires_at)

    def _framed(self, reach: Reach, query: Query, grant: Grant) -> _Frame:
        general = replace(reach, grant=grant.of_anybody())
        one = parted(written_page(general, query, None, self._written), query)
        numbers: dict[object, int] = {any_: number for number, any_ in enumerate(ANYBODY)}
        places = list(enumerate(one.own))
        return _Frame(
            one,
            tuple([(place, numbers[value]) for place, value in places if value in numbers]),
            places_in(one.own),
            tuple([place for place, value in places if value is EVER]),
        )


def _may_be_kept(asked: Asked, grant: Grant) -> bool:
    query = asked.query
    return (
        asked.after is None
        and query.resource_type not in WITHOUT_PATIENT
        and not grant.narrowed
        and 0 < len(grant.patient_ids) <= len(ANYBODY)
        and len(query.text) <= _LONGEST
        and all(map(_asks_the_same_of_all, query.criteria))
        and sum(map(_codes, query.criteria)) <= _LONGEST_CODES
    )


def _asks_the_same_of_all(condition: Condition) -> bool:
    """Whether nothing in it but a whole criterion says whose resources are wished."""
    match condition:
        case Chain(_, ((target, Criterion() as inner),)):
            return inner.param.code != "_id" and owners_of(target, inner) is None
        case Criterion(param):
            return param.code != "_id"
        case Missing():
            return True
        case _:
            return False


def _codes(condition: Condition) -> int:
    match condition:
        case Chain(_, ((_, inner),)):
            return _codes(inner)
        case Criterion(_, _, values):
            few = [one.codes for one in values if isinstance(one, SoughtCodes)]
            return sum([len(system) + len(code) for codes in few for system, code in codes])
        case _:
            return 0


def _of_anybody(query: Query, patients: Sequence[UUID], values: Standing) -> tuple[Condition, ...]:
    """The criteria, with what stands for any in the places of these patients and values."""
    return tuple([_general(query.resource_type, one, patients, values) for one in query.criteria])


def _general(
    kind: str, condition: Condition, patients: Sequence[UUID], values: Standing
) -> Condition:
    match condition:
        case Chain(param, ((target, Criterion() as inner),)):
            return Chain(param, ((target, values.general(inner)),))
        case Criterion():
            owners = owners_of(kind, condition)
            if owners is None:
                return values.general(condition)
            named = [any_ for one, any_ in zip(patients, _NAMED, strict=False) if one in owners]
            return Criterion(condition.param, None, tuple(named))
        case _:
            return condition


def _filled(frame: _Frame, patients: Sequence[UUID], values: Standing, end: datetime) -> One:
    own = list(frame.one.own)
    values.fill(own, frame.places)
    for place, number in frame.patients:
        own[place] = patients[number]
    for place in frame.ends:
        own[place] = end
    return One(_of_these(frame.one.shape, patients), tuple(own))


def _of_these(shape: Shape, patients: Sequence[UUID]) -> Shape:
    """Where several patients are looked at together, the shape has a list of them."""
    if not any(
        isinstance(value, tuple) and not _ANYBODY.isdisjoint(value) for value in shape.common
    ):
        return shape
    whose = dict(zip(ANYBODY, patients, strict=False))
    return shape._replace(common=tuple([_whose(value, whose) for value in shape.common]))


def _whose(value: object, whose: dict[PatientId, UUID]) -> object:
    return tuple([whose.get(one, one) for one in value]) if isinstance(value, tuple) else value
