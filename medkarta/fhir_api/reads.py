"""Through the door and to a resource by its id, many at once, in two statements.

One reads what decides; the other writes the lines of the log and reads the texts: an answer is at
hand when its line is committed, and not before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import AsyncConnection

from medkarta.access.api.asking import Answer, ApiAsking, Opened
from medkarta.access.api.decisions import Decision
from medkarta.access.api.door import decide_many
from medkarta.audit import lines
from medkarta.foundation.ids import ResourceId
from medkarta.foundation.prepared import fetch
from medkarta.record import reads
from medkarta.record.reading import Text
from medkarta.record.reads import Key

_LOGGED: Final = f"WITH {lines.WRITTEN} {reads.READ}"  # literals of ours


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A resource of the entry that the asking names as its target."""

    asking: ApiAsking
    resource_type: str
    resource_id: ResourceId


async def open_and_read(
    connection: AsyncConnection, wanted: Sequence[Wanted]
) -> list[tuple[Answer, Text | None]]:
    """What the door answers to each, and the text where it opened and there is one.

    The connection is in autocommit. Were the lines not written, this raises and nothing is read.
    Numbers of lines are not told: what is read is read in the same statement.
    """
    decisions = await decide_many(connection, [one.asking for one in wanted])
    keys = [_key(one, decision) for one, decision in zip(wanted, decisions, strict=True)]
    answers = [decision.answer for decision in decisions]
    drafts = [decision.draft for decision in decisions if decision.draft]
    if not drafts:
        return [(answer, None) for answer in answers]
    values = [lines.written(drafts), *reads.values(keys)]
    texts = await reads.texts(connection, keys, await fetch(connection, _LOGGED, values))
    return list(zip(answers, texts, strict=True))


def _key(wanted: Wanted, decision: Decision) -> Key | None:
    match decision.answer, wanted.asking.target:
        case Opened(grant=grant), patient_id if grant is not None and patient_id is not None:
            return Key(
                grant=grant,
                resource_type=wanted.resource_type,
                patient_id=patient_id,
                resource_id=wanted.resource_id,
            )
    return None
