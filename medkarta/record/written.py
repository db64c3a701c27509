"""Resources as the statement that finds them writes them: one value in the place of many rows.

As rows they take twice the time to come over.
"""

from typing import Final, NamedTuple

from medkarta.record.pieces import Sql

LARGEST: Final = 10_000_000  # bytes of a page; one more resource than they hold


class Written(NamedTuple):
    """How each is written: `before`, its `Type/id`, `amid`, its text, `behind`, its mode, `end`."""

    before: str
    amid: str
    behind: str
    end: str


# Of rows with a mode, beside `parts_of`.
TEXT: Final = (
    "parts[1] || resource_type || '/' || logical_id || parts[2] || body || parts[3] || mode"
    " || parts[4]"
)
# Bytes of those before it, in the order of a window w.
HELD: Final = "sum(octet_length(body)) OVER w - octet_length(body)"


def parts_of(written: Written) -> Sql:
    """For FROM."""
    return Sql("(SELECT %s::text[] AS parts) AS written", (list(written),))
