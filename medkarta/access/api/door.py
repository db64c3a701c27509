"""The door: what waits at one moment goes through it together.

One statement reads what decides, one writes the lines and is committed before anybody goes on
(group commit). Under load a line costs a fraction of a transaction.
"""

from collections.abc import Sequence

from psycopg import AsyncConnection

from medkarta.access.api import facts
from medkarta.access.api.asking import Answer, ApiAsking
from medkarta.access.api.deciding import answers_of, decide_all
from medkarta.access.api.decisions import Decision
from medkarta.audit import lines
from medkarta.foundation.prepared import fetch


async def open_many(connection: AsyncConnection, askings: Sequence[ApiAsking]) -> list[Answer]:
    """Decide on all of them and commit their lines; the answers in the order of the askings.

    The connection is in autocommit. Were the lines not written, this raises and nothing opens.
    """
    decisions = await decide_many(connection, askings)
    drafts = [decision.draft for decision in decisions if decision.draft]
    if not drafts:
        return answers_of(decisions, [])
    last = await fetch(connection, lines.WRITE, [lines.written(drafts)])
    return answers_of(decisions, lines.numbers(drafts, dict(last)))


async def decide_many(connection: AsyncConnection, askings: Sequence[ApiAsking]) -> list[Decision]:
    """Decide alone: whoever asks writes the lines, and tells nothing before they stand."""
    return decide_all(askings, await fetch(connection, facts.READ, facts.values(askings)))
