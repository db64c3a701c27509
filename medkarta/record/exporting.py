"""A record in whole, text by text, in bounded memory, and the shared resources that it names."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from medkarta.access.grants import Grant
from medkarta.record.granted import Source, Sql, over

_AT_ONCE: Final = 200  # texts in memory


class GrantOverError(Exception):
    """The Grant's time ended while the record was read: what came was not all of it."""


def bodies(grant: Grant, *, since: datetime | None) -> Iterator[tuple[str, str]]:
    """(resource type, text as it is stored) of what is open, or of what was recorded `since`.

    Raises `GrantOverError` after the last of them, where there should have been more.
    """
    where = [] if since is None else [Sql("recorded_at >= %s::timestamptz", (since,))]
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


def shared_bodies(ids: Collection[UUID], *, types: Collection[str]) -> Iterator[tuple[str, str]]:
    """(resource type, text) of those of these shared resources that are of these types."""
    if not ids or not types:
        return
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT resource_type, body FROM shared_resource WHERE NOT deleted"
            " AND resource_id = ANY(%s::uuid[]) AND resource_type = ANY(%s::text[])"
            " ORDER BY resource_type, resource_id",
            [sorted(ids), sorted(types)],
        )
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows
