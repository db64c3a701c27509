"""A record in whole: every resource that a Grant opens, text by text, in bounded memory."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

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
