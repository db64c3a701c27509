"""Many lines of many logs at once: statements, and the rows that go with them.

Both ways of writing the log use these: Django's connection and the API's.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import orjson

from medkarta.audit import rules
from medkarta.audit.drafts import Draft
from medkarta.foundation.ids import PersonId

# Heads are locked in the order of their ids, so that two transactions cannot wait for each other;
# a rollback takes the numbers back.
COUNT_ON: Final = (
    "INSERT INTO audit_head (person_id, last_number)"
    " SELECT person_id, lines FROM unnest(%s::uuid[], %s::bigint[]) AS k (person_id, lines)"
    " ORDER BY person_id"
    " ON CONFLICT (person_id)"
    " DO UPDATE SET last_number = audit_head.last_number + EXCLUDED.last_number"
    " RETURNING person_id, last_number"
)
WRITE: Final = (
    "INSERT INTO audit_entry SELECT * FROM jsonb_populate_recordset(NULL::audit_entry, %s::jsonb)"
)


def heads(drafts: Iterable[Draft]) -> tuple[list[UUID], list[int]]:
    """Values of `COUNT_ON`: whose logs grow, and by how many lines."""
    counted = Counter(draft.person_id for draft in drafts)
    return list(counted.keys()), list(counted.values())


def numbers(drafts: Sequence[Draft], last: Mapping[PersonId, int]) -> list[int]:
    """The number of each line in its person's log; `last` is what `COUNT_ON` answered."""
    left = Counter(draft.person_id for draft in drafts)
    given = []
    for draft in drafts:
        left[draft.person_id] -= 1
        given.append(last[draft.person_id] - left[draft.person_id])
    return given


def rows(drafts: Sequence[Draft], given: Sequence[int]) -> str:
    """The value of `WRITE`: the lines with their numbers and canonical bytes."""
    return orjson.dumps(
        [_row(draft, number) for draft, number in zip(drafts, given, strict=True)]
    ).decode()


def _row(draft: Draft, number: int) -> dict[str, object]:
    columns = rules.columns(rules.clean(draft))
    columns["number"] = number
    canonical = rules.canonical(columns)
    return {**columns, "canonical": "\\x" + canonical.hex()}
