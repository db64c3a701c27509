"""Pieces of SQL, put together with the values of their placeholders."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

Value: TypeAlias = str | int | Decimal | UUID | datetime | list[str] | list[UUID]


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the values of its placeholders, in order.

    Its text is made of literals of these modules alone; whatever comes from outside is a value.
    """

    text: str
    values: tuple[Value, ...] = ()

    def __add__(self, other: "Sql | str") -> "Sql":
        if isinstance(other, str):
            return Sql(self.text + other, self.values)
        return Sql(self.text + other.text, self.values + other.values)


NOTHING = Sql("FALSE")


def one_of(column: str, wished: Collection[str]) -> Sql:
    """One value is an equation: by that an index keeps its order."""
    if not wished:
        return NOTHING
    if len(wished) == 1:
        return Sql(f"{column} = %s", tuple(map(str, wished)))
    return Sql(f"{column} = ANY(%s::text[])", (sorted(map(str, wished)),))


def one_of_ids(column: str, wished: Collection[UUID]) -> Sql:
    """The same of ids; of none of them, nothing."""
    ids: list[UUID] = sorted(wished)
    return Sql(f"{column} = ANY(%s::uuid[])", (ids,))


def all_of(parts: Iterable[Sql]) -> Sql:
    """These conditions together."""
    return joined(" AND ", parts)


def any_of(parts: Iterable[Sql]) -> Sql:
    """Any of these conditions; of none of them, nothing."""
    wheres = list(parts)
    return joined(" OR ", wheres) if wheres else NOTHING


def joined(by: str, parts: Iterable[Sql]) -> Sql:
    wheres = list(parts)
    # Lists and not generators: this is where a statement's time goes.
    values = tuple([value for part in wheres for value in part.values])
    return Sql(by.join([part.text for part in wheres]), values)
