"""Many lines of many logs at once: one statement, and the text that goes with it.

Both ways of writing the log use it: Django's connection and the API's.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Final

from medkarta.audit import rules
from medkarta.audit.drafts import Draft
from medkarta.foundation.ids import PersonId

_COLUMNS: Final = ", ".join(field.name for field in fields(Draft))

# For the beginning of a statement that says WITH: it may go on with what the lines tell of, and all
# is committed together. A line comes as its canonical bytes, which its columns are read out of, and
# has in the place of its number how many lines of the same log come after it. Heads are locked in
# the order of their ids, so that two transactions cannot wait for each other; a rollback takes the
# numbers back. In JSON no text holds `"number":` unescaped.
WRITTEN: Final = f"""
said AS MATERIALIZED (
  SELECT line, columns.*
  FROM string_to_table(%s, chr(10)) AS line,
    jsonb_populate_record(NULL::audit_entry, line::jsonb) AS columns),
heads AS (
  INSERT INTO audit_head AS head (person_id, last_number)
  SELECT person_id, count(*) FROM said GROUP BY person_id ORDER BY person_id
  ON CONFLICT (person_id) DO UPDATE SET last_number = head.last_number + EXCLUDED.last_number
  RETURNING person_id, last_number),
entries AS (
  INSERT INTO audit_entry ({_COLUMNS}, number, canonical)
  SELECT {_COLUMNS}, last_number - number, convert_to(replace(
    line, '"number":' || number, '"number":' || last_number - number), 'UTF8')
  FROM said JOIN heads USING (person_id))
"""  # noqa: S608  # names of columns of ours
# Answers the last number of each log, for `numbers`.
WRITE: Final = f"WITH {WRITTEN} SELECT person_id, last_number FROM heads"  # noqa: S608  # as above


def written(drafts: Sequence[Draft]) -> str:
    """The value of `WRITTEN`: a line of text for each."""
    texts = [
        rules.canonical(draft, number=after)
        for draft, after in zip(drafts, _after(drafts), strict=True)
    ]
    return b"\n".join(texts).decode()


def numbers(drafts: Sequence[Draft], last: Mapping[PersonId, int]) -> list[int]:
    """The number of each line in its person's log; `last` is what `WRITE` answered."""
    return [
        last[draft.person_id] - after for draft, after in zip(drafts, _after(drafts), strict=True)
    ]


def _after(drafts: Sequence[Draft]) -> list[int]:
    """How many lines of the same log come after each."""
    left = Counter(draft.person_id for draft in drafts)
    after = []
    for draft in drafts:
        left[draft.person_id] -= 1
        after.append(left[draft.person_id])
    return after
