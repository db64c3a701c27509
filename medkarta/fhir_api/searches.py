"""Through the door and to what is searched for, many at once, in two statements.

One reads what decides; the other writes the lines of the log and reads the pages of searches that
are of one shape and short. All others are answered next, together with what is of their shape.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from medkarta.access.api.asking import Answer, ApiAsking, Opened
from medkarta.access.api.door import decide_many
from medkarta.access.api.gathering import PATIENCE, Gathering, on_connection
from medkarta.audit import lines
from medkarta.audit.drafts import Draft
from medkarta.fhir.search.sought import Criterion, Missing, Query
from medkarta.foundation.prepared import Row, fetch
from medkarta.record.pieces import Sql
from medkarta.record.reading import SearchPage, page_of
from medkarta.record.reading_searches import OF_ONE, Searches
from medkarta.record.search.cursors import Asked
from medkarta.record.search.sides import ForbiddenSearchError, Reach
from medkarta.record.search.together import One, Shape, rows_of
from medkarta.record.written import Written

_LOGGED: Final = f"WITH {lines.WRITTEN} "


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """A search, and the asking that it comes to the door with."""

    asking: ApiAsking
    asked: Asked


class SearchesThroughDoor:
    """Belongs to one event loop."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection], written: Written) -> None:
        self._searches = Searches(pool, written)
        self._gathering = Gathering(on_connection(pool, self._together), patience=PATIENCE)

    async def search(self, sought: Sought) -> tuple[Answer, SearchPage | None]:
        """What the door answers, its line committed, and the page where it opened.

        Numbers of lines are not told. Raises `ForbiddenSearchError`.
        """
        answer, row = await self._gathering.ask(sought)
        if not isinstance(answer, Opened):
            return answer, None
        if row is None:
            return answer, await self._searches.search(_reach(answer), sought.asked)
        return answer, page_of(sought.asked, row)

    async def _together(
        self, connection: AsyncConnection, sought: Sequence[Sought]
    ) -> list[tuple[Answer, Row | None]]:
        """The connection is in autocommit. Were the lines not written, this raises."""
        decisions = await decide_many(connection, [one.asking for one in sought])
        answers = [decision.answer for decision in decisions]
        drafts = [decision.draft for decision in decisions if decision.draft]
        found: dict[int, Row] = {}
        if drafts:
            few = self._of_one_shape(sought, answers)
            rows = await _logged(connection, drafts, list(few.values()))
            found = dict(zip(few, rows, strict=True)) if rows else {}
        return [(answer, found.get(place)) for place, answer in enumerate(answers)]

    def _of_one_shape(self, sought: Sequence[Sought], answers: Sequence[Answer]) -> dict[int, One]:
        """Most of those that can be answered by one statement, by their places."""
        shapes: defaultdict[Shape, dict[int, One]] = defaultdict(dict)
        for place, (one, answer) in enumerate(zip(sought, answers, strict=True)):
            if not isinstance(answer, Opened) or not _is_short(one.asked.query, answer):
                continue
            if parted := self._parted(one.asked, answer):
                shapes[parted.shape][place] = parted
        if not shapes:
            return {}
        shape, few = max(shapes.items(), key=lambda item: len(item[1]))
        return dict(list(few.items())[: shape.most])

    def _parted(self, asked: Asked, opened: Opened) -> One | None:
        try:
            return self._searches.parted(_reach(opened), asked)
        except ForbiddenSearchError:
            return None  # raised to its caller alone, where it is searched for by itself


async def _logged(
    connection: AsyncConnection, drafts: Sequence[Draft], few: Sequence[One]
) -> list[Row] | None:
    """Commit the lines; the row of each of these searches, None where one of them went wrong."""
    written = lines.written(drafts)
    if few:
        try:
            return await rows_of(connection, few, beside=Sql(_LOGGED, (written,)))
        except OF_ONE:
            pass  # nothing was committed
    await fetch(connection, lines.WRITE, [written])
    return None


def _is_short(query: Query, opened: Opened) -> bool:
    """Whether others may wait for it at the door."""
    return not opened.narrowed and all(
        isinstance(one, Missing) or (isinstance(one, Criterion) and one.param.kind != "special")
        for one in query.criteria
    )


def _reach(opened: Opened) -> Reach:
    return Reach(opened.grant, opened.types, opened.caller.clinic_id)
