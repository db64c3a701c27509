"""Searches on the record as the API does them: committed rows, a connection of psycopg's own."""

from django.db import connection
from psycopg import AsyncConnection

from medkarta.access.grants import EVERYTHING
from medkarta.foundation.ids import parse_logical_id
from medkarta.foundation.sealing import Sealer
from medkarta.record import reading
from medkarta.record.search.cursors import Marker
from medkarta.record.search.sides import Reach
from medkarta.record.written import Written

MARKER = Marker(sealer=Sealer(["a secret of the tests"]))


def connecting():
    """Connect to the database that Django is on, as the API does."""
    known = connection.settings_dict
    return AsyncConnection.connect(
        host=known["HOST"],
        port=known["PORT"],
        dbname=known["NAME"],
        user=known["USER"],
        password=known["PASSWORD"],
        autocommit=True,
    )


# So that a resource's text can be looked at as it is stored: no JSON holds these two.
_RECORD, _UNIT = "\x1e", "\x1f"
WRITTEN = Written(_RECORD, _UNIT, _UNIT, "")


class Found:
    """A page, its resources apart."""

    def __init__(self, page):
        self.total, self.next, self.cut = page.total, page.next, page.cut
        few = [_Resource(*one.split(_UNIT)) for one in page.text.decode().split(_RECORD)[1:]]
        self.matches = [one for one in few if one.mode == "match"]
        self.included = [one for one in few if one.mode == "include"]


class _Resource:
    def __init__(self, name, body, mode):
        self.resource_type, self.id = name.split("/")
        self.body, self.mode = body, mode.rstrip(",")
        whole = "-" in self.id
        self.patient_id, self.resource_id = parse_logical_id(self.id) if whole else (None, None)


async def search(database, grant, resource_type, text="", *, types=EVERYTHING):
    """One page of a search, under a Grant or (None) of what is nobody's."""
    reach = Reach.of(grant) if grant else Reach(None, types)
    return Found(await reading.search(database, reach, MARKER.read(resource_type, text), WRITTEN))


async def ids(database, grant, resource_type, text=""):
    """Logical ids of all matches, through all pages."""
    found, cursor = [], None
    while True:
        page = await search(database, grant, resource_type, cursor or text)
        found += [one.id for one in page.matches]
        if page.next is None:
            return found
        query = MARKER.read(resource_type, cursor or text).query
        cursor = "_cursor=" + MARKER.write(query, page.next, reader="one")


def committed(blocker, fill):
    """Fill the database for a module's tests, and empty afterwards what was filled."""
    with blocker.unblock():
        before = _sizes()
        try:
            yield fill()
        finally:
            filled = [name for name, size in _sizes().items() if size != before[name]]
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


def _sizes():
    names = connection.introspection.table_names()
    counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return dict(zip(names, cursor.fetchone(), strict=True))
