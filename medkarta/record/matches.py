"""Whether something new in a record answers a search, for those who wait for it."""

from datetime import UTC, datetime

from django.db import connection

from medkarta.access.grants import Grant
from medkarta.fhir.search.query import read_query
from medkarta.record.search import page
from medkarta.record.search.sides import Reach


def matches_since(grant: Grant, resource_type: str, query: str, *, since: datetime) -> bool:
    """Whether a resource that was recorded since then matches, of those that the Grant opens."""
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    asked = read_query(resource_type, f"{query}&_lastUpdated=ge{moment}".lstrip("&"))
    statement = page.count(Reach.of(grant), asked)
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.values)
        (count,) = cursor.fetchone()
    return bool(count)
