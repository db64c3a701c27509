"""In which order matches come, and where in it a page begins.

An order is total: after what is wished come patient_id and resource_id, so that a page goes on
exactly after the last of the one before. What has no value comes last, whichever way it is sorted:
https://hl7.org/fhir/R4/search.html#_sort.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.sought import Query, SortKey
from medkarta.record.pieces import NOTHING, Sql, any_of, joined
from medkarta.record.rules.filing import WHEN
from medkarta.record.search.sides import Side, of_param

_INDEXED: Final = {
    "token": ("index_token", "code", "text"),
    "reference": ("index_reference", "target", "text"),
    "date": ("index_date", "low", "timestamptz"),
    "quantity": ("index_quantity", "low", "numeric"),
    "number": ("index_quantity", "low", "numeric"),
    "string": ("index_text", "value", "text"),
    "uri": ("index_text", "value", "text"),
}
_NO_PATIENT: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: values of the sort keys as PostgreSQL writes them, and the resource."""

    keys: tuple[str | None, ...]
    patient_id: UUID | None
    resource_id: UUID


@dataclass(frozen=True, slots=True)
class _Key:
    """One key: a column or a value joined in, its type, and whether it may be missing."""

    column: str
    type: str
    descending: bool
    optional: bool
    joined: Sql | None


@dataclass(frozen=True, slots=True)
class Order:
    """The order of one side's rows. All sides of a search have as many keys, of the same types."""

    keys: tuple[_Key, ...]
    shared: bool

    @property
    def of_columns(self) -> bool:
        """Whether all keys are columns of the resource, and none has to be joined."""
        return not any(key.joined for key in self.keys)

    @property
    def columns(self) -> str:
        """The keys, to be selected as k0, k1…, after the patient (of none: NULL)."""
        patient = "NULL::uuid AS patient_id" if self.shared else "patient_id"
        named = [f"{key.column} AS k{number}" for number, key in enumerate(self.keys)]
        return ", ".join([patient, *named])

    def joins(self) -> Sql:
        """What has to be joined to the resources for the keys."""
        return joined("", (key.joined for key in self.keys if key.joined))

    def by(self) -> str:
        """ORDER BY within the side, in its own columns: an index may have the rows so."""
        ties = ["resource_id"] if self.shared else ["patient_id", "resource_id"]
        return " ORDER BY " + ", ".join([*(_by(key.column, key) for key in self.keys), *ties])

    def by_names(self) -> str:
        """ORDER BY over all sides, by what was selected."""
        ways = [" DESC" if key.descending else "" for key in self.keys]
        keys = [f"k{number}{way} NULLS LAST" for number, way in enumerate(ways)]
        return " ORDER BY " + ", ".join([*keys, "patient_id NULLS FIRST", "resource_id"])

    def after(self, place: Place) -> list[Sql]:
        """Conditions on rows that come after a place."""
        first, written = self.keys[0], place.keys[0]
        found = [Sql("(") + any_of(self._beyond(place)) + ")"]
        if not first.optional and written is not None:
            sign = "<=" if first.descending else ">="
            # Said once more for the index, which cannot begin at an OR.
            found.insert(0, Sql(f"{first.column} {sign} %s::{first.type}", (written,)))
        return found

    def _beyond(self, place: Place) -> Iterator[Sql]:
        """Beyond at one key and level at those before it; level at all and beyond by the ids."""
        level: list[Sql] = []
        for key, written in zip(self.keys, place.keys, strict=True):
            yield joined(" AND ", [*level, _past(key, written)])
            level.append(_level(key, written))
        yield joined(" AND ", [*level, self._tie(place)])

    def _tie(self, place: Place) -> Sql:
        patient = place.patient_id or _NO_PATIENT
        if not self.shared:
            return Sql(
                "(patient_id, resource_id) > (%s::uuid, %s::uuid)", (patient, place.resource_id)
            )
        if place.patient_id:
            return NOTHING  # nobody's stand before any patient's
        return Sql("resource_id > %s::uuid", (place.resource_id,))


def _by(name: str, key: _Key) -> str:
    way = " DESC" if key.descending else ""
    return f"{name}{way} NULLS LAST" if key.optional else f"{name}{way}"


def _past(key: _Key, written: str | None) -> Sql:
    if written is None:
        return NOTHING
    sign = "<" if key.descending else ">"
    past = Sql(f"{key.column} {sign} %s::{key.type}", (written,))
    return Sql("(") + past + f" OR {key.column} IS NULL)" if key.optional else past


def _level(key: _Key, written: str | None) -> Sql:
    if written is None:
        return Sql(f"{key.column} IS NULL")
    return Sql(f"{key.column} = %s::{key.type}", (written,))


def same_length(query: Query, place: Place) -> bool:
    """Whether a place is one in a query's order."""
    return len(place.keys) == max(len(query.controls.sort), 1)


def order_of(query: Query, side: Side) -> Order:
    """The order wished, or newest first: by when it happened, of nobody's by when it was stored."""
    wished: Sequence[SortKey] = query.controls.sort
    if not wished:
        column = "recorded_at" if side.shared else "date"
        return Order((_Key(column, "timestamptz", True, False, None),), side.shared)
    keys = [_key(query.resource_type, one, side, number) for number, one in enumerate(wished)]
    return Order(tuple(keys), side.shared)


def _key(resource_type: str, sort: SortKey, side: Side, number: int) -> _Key:
    code, descending = sort.param.code, sort.descending
    if code == "_id":
        return _Key("resource_id", "uuid", descending, False, None)
    if code == "_lastUpdated":
        return _Key("recorded_at", "timestamptz", descending, False, None)
    if code == _dated_by(resource_type) and not side.shared:
        return _Key("date", "timestamptz", descending, False, None)
    table, column, kind = _INDEXED[sort.param.kind]
    extreme = "max" if descending else "min"
    values = side.rows(
        table,
        [of_param(resource_type, code)],
        f"resource_id, {extreme}({column}) AS value",
    )
    value = Sql(" LEFT JOIN (") + values
    value += f" GROUP BY resource_id) AS s{number} USING (resource_id)"
    return _Key(f"s{number}.value", kind, descending, True, value)


@functools.cache
def _dated_by(resource_type: str) -> str | None:
    """The parameter out of which the column `date` is filled, for this type before any other."""
    known = parameters_of(resource_type)
    return next((code for code in WHEN if code in known), None)
