"""Whether something new in a record answers a search, for those who wait for it."""

from datetime import UTC, datetime

from django.db import connection

from medkarta.access.api.asking import Opened
from medkarta.fhir.search.query import read_query
from medkarta.fhir.value_sets.searched import with_contents
from medkarta.record.reading_value_sets import contents_for
from medkarta.record.search import page
from medkarta.record.search.sides import Reach


def matches_since(opened: Opened, resource_type: str, query: str, *, since: datetime) -> bool:
    """Whether a resource that was recorded since then matches, of those that are opened.

    By what is in value sets now. Raises `BadSearchError` where one cannot be told any more, and
    `ForbiddenSearchError`.
    """
    if opened.grant is None:
        return False
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    asked = read_query(resource_type, f"{query}&_lastUpdated=ge{moment}".lstrip("&"))
    asked = with_contents(asked, contents_for(opened, [asked]))
    statement = page.count(Reach.of(opened.grant), asked)
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.values)
        (count,) = cursor.fetchone()
    return bool(count)
