"""A record in whole, text by text, in bounded memory, and the shared resources that it names."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from django.db import connection, transaction

from medkarta.access.grants import Everything, Grant
from medkarta.fhir.search.sought import Query
from medkarta.record.granted import Source, over
from medkarta.record.pieces import Sql, all_of, any_of, one_of
from medkarta.record.search.conditions import wheres
from medkarta.record.search.sides import Reach, Side, of_type

# By type: of those that are named here, what one of them finds.
Searches: TypeAlias = Mapping[str, Sequence[Query]]

_AT_ONCE: Final = 200  # texts in memory


class GrantOverError(Exception):
    """The Grant's time ended while the record was read: what came was not all of it."""


def bodies(
    grant: Grant, *, types: frozenset[str] | Everything, since: datetime | None, searches: Searches
) -> Iterator[tuple[str, str]]:
    """(resource type, text as it is stored) of what is open and sought, or recorded `since`.

    `types` are those that are wished: the Grant may open more, which the searches go through.
    Raises `GrantOverError` after the last of them, where there should have been more.
    """
    where = [] if since is None else [Sql("recorded_at >= %s::timestamptz", (since,))]
    if not isinstance(types, Everything):
        where.append(one_of("resource_type", types))
    reach = Reach.of(grant)
    where += _sought(reach, reach.owned(sorted(grant.patient_ids)), searches)
    asked = over(grant, "*", "", source=Source(columns="resource_type, body"), where=where)
    with transaction.atomic():
        with connection.chunked_cursor() as cursor:
            cursor.execute(asked.text, asked.values)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield from rows
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::timestamptz > statement_timestamp()", [grant.expires_at])
            if cursor.fetchone() != (True,):
                raise GrantOverError


def shared_bodies(
    ids: Collection[UUID],
    *,
    types: frozenset[str],
    opened: frozenset[str] | Everything,
    searches: Searches,
) -> Iterator[tuple[str, str]]:
    """(resource type, text) of those of these shared resources that are of these types.

    `searches` are of these types too, and go through what is `opened`.
    """
    if not ids or not types:
        return
    reach = Reach(None, opened)
    side = reach.nobodys()
    where = [
        Sql("resource_id = ANY(%s::uuid[])", (sorted(ids),)),
        one_of("resource_type", types),
        *_sought(reach, side, searches),
    ]
    asked = side.resources("resource_type, body", where) + " ORDER BY resource_type, resource_id"
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(asked.text, asked.values)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows


def check_opened(types: frozenset[str] | Everything, searches: Searches) -> None:
    """Raise `ForbiddenSearchError` where a search goes through what is not among these types."""
    reach = Reach(None, types)
    for side in (reach.owned([]), reach.nobodys()):
        list(_sought(reach, side, searches))


def _sought(reach: Reach, side: Side, searches: Searches) -> Iterator[Sql]:
    """Of a type that has searches, what one of them finds; all of the others."""
    if not searches:
        return
    found = [
        all_of([of_type(kind), *wheres(reach, side, kind, query.criteria, walked=True)])
        for kind, queries in searches.items()
        for query in queries
    ]
    others = Sql("resource_type <> ALL(%s::text[])", (sorted(searches),))
    yield Sql("(") + any_of([others, *found]) + ")"
