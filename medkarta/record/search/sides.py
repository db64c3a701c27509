"""Where a search may look: each patient's rows under the Grant, and the rows that are nobody's.

A side carries the Grant's whole predicate, so that whatever is made of it (a branch, the leg of a
chain, an include) has it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from medkarta.access.grants import Everything, Grant
from medkarta.fhir.search.compartment import OWNED
from medkarta.foundation.ids import ClinicId
from medkarta.record.granted import limits, readable_by
from medkarta.record.pieces import NOTHING, Sql, all_of
from medkarta.record.rules.sharing import WITHOUT_PATIENT

_ABOUT_NOBODY: Final = WITHOUT_PATIENT - OWNED
_NO_JOIN: Final = Sql("")


class ForbiddenSearchError(ValueError):
    """The search goes through a type that is not opened to the reader: `resource_type`."""

    def __init__(self, resource_type: str) -> None:
        super().__init__(f"{resource_type} is not opened")
        self.resource_type = resource_type


def of_type(resource_type: str) -> Sql:
    return Sql("resource_type = %s", (resource_type,))


def of_param(resource_type: str, code: str) -> Sql:
    """Index rows of a parameter."""
    return Sql("resource_type = %s AND param = %s", (resource_type, code))


@dataclass(frozen=True, slots=True)
class Side:
    """Rows of these patients, or (none named) of nobody: `shared`."""

    patients: tuple[UUID, ...]
    limited: tuple[Sql, ...]
    shared: bool

    def resources(self, columns: str, where: Iterable[Sql], *, joins: Sql = _NO_JOIN) -> Sql:
        """SELECT columns of the resources that are open here."""
        return self._select(columns, "resource", joins, [*self.limited, *where])

    def rows(self, table: str, where: Iterable[Sql], columns: str = "resource_id") -> Sql:
        """SELECT columns of an index table: without the Grant's limits, which resources have."""
        return self._select(columns, table, _NO_JOIN, where)

    def _select(self, columns: str, table: str, joins: Sql, where: Iterable[Sql]) -> Sql:
        prefix = "shared_" if self.shared else ""
        select = Sql(f"SELECT {columns} FROM {prefix}{table}") + joins  # noqa: S608  # literals
        return select + " WHERE " + all_of([*self._owned(), *where])

    def _owned(self) -> list[Sql]:
        if self.shared:
            return []
        if len(self.patients) == 1:
            return [Sql("patient_id = %s::uuid", self.patients)]
        return [Sql("patient_id = ANY(%s::uuid[])", (list(self.patients),))]


@dataclass(frozen=True, slots=True)
class Reach:
    """What a search may look at: what the Grant opens and, of `types`, what is nobody's.

    `clinic_id` is whose system searches: what that clinic keeps for itself is there for it alone.
    """

    grant: Grant | None
    types: frozenset[str] | Everything
    clinic_id: ClinicId | None = None

    @classmethod
    def of(cls, grant: Grant) -> "Reach":
        """What a Grant opens, and what is nobody's of the types that it names."""
        return cls(grant, grant.types)

    def opens(self, resource_type: str) -> bool:
        return isinstance(self.types, Everything) or resource_type in self.types

    def check(self, resource_type: str) -> None:
        """Raise `ForbiddenSearchError` for a type that is not opened."""
        if not self.opens(resource_type):
            raise ForbiddenSearchError(resource_type)

    def sides(
        self, resource_type: str, named: Collection[UUID] | None = None, *, apart: bool = False
    ) -> list[Side]:
        """Where resources of a type can stand. Raises as `check`.

        Of patients, those alone who are `named`, where any are. `apart`, each has a side: each then
        reads its index in the order wished.
        """
        self.check(resource_type)
        found = []
        if self.grant and resource_type not in _ABOUT_NOBODY:
            patients = self.grant.patient_ids
            wished = sorted(patients if named is None else patients.intersection(named))
            groups = [[one] for one in wished] if apart and wished else [wished]
            found += [self.owned(group) for group in groups]
        if resource_type in WITHOUT_PATIENT:
            found.append(self.nobodys())
        return found or [self.owned([])]

    def owned(self, patients: Iterable[UUID]) -> Side:
        """The Grant's limits over these of its patients; with no patient nothing is open."""
        few = tuple(patients)
        if self.grant is None or not self.grant.patient_ids.issuperset(few):
            few = ()
        limited = limits(self.grant, self.grant.sections) if self.grant and few else [NOTHING]
        return Side(few, tuple(limited), shared=False)

    def nobodys(self) -> Side:
        return Side((), (Sql("NOT deleted"), readable_by(self.clinic_id)), shared=True)
