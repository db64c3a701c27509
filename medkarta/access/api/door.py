"""The door: what waits at one moment goes through it together.

One statement reads what decides, one takes the numbers of the log, one writes the lines; all is
committed before anybody goes on (group commit). Under load a line costs a fraction of a
transaction.
"""

from collections.abc import Sequence

from psycopg import AsyncConnection

from medkarta.access.api import facts
from medkarta.access.api.asking import Answer, ApiAsking
from medkarta.access.api.deciding import answers_of, decide_all
from medkarta.audit import lines


async def open_many(connection: AsyncConnection, askings: Sequence[ApiAsking]) -> list[Answer]:
    """Decide on all of them and commit their lines; the answers in the order of the askings.

    Were the lines not written, this raises and nothing opens.
    """
    cursor = await connection.execute(facts.READ, facts.values(askings), prepare=True)
    decisions = decide_all(askings, await cursor.fetchall())
    drafts = [decision.draft for decision in decisions if decision.draft]
    if not drafts:
        return answers_of(decisions, [])
    async with connection.transaction():
        cursor = await connection.execute(lines.COUNT_ON, lines.heads(drafts), prepare=True)
        given = lines.numbers(drafts, dict(await cursor.fetchall()))
        await connection.execute(lines.WRITE, [lines.rows(drafts, given)], prepare=True)
    return answers_of(decisions, given)
