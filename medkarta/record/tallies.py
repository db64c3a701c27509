"""How much stands in a record, kept beside the resources.

What is new is added. Where something was written over or deleted it is counted anew, so that what
that touched is right afterwards. Called within the transaction of the write; whoever counts
anew keeps all other writers of the same patients waiting, whoever adds only those who count anew.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from django.db import connection

from medkarta.foundation.statements import rows
from medkarta.record.counting import YEAR

# A date stands for its year of Moscow's clock.
Group: TypeAlias = tuple[UUID, str, UUID, datetime]

GROUPED_BY: Final = ("patient_id", "section", "custodian_id", "date")
_COLUMNS = "patient_id, section, custodian_id, year, count, latest, received"
_COUNT = "count(*) AS count, max(date) AS latest, max(recorded_at) AS received"
_GIVEN = """unnest(%b::uuid[], %b::text[], %b::uuid[], %b::timestamptz[])
    AS given (patient_id, section, custodian_id, date)"""
# In one order, so that two who add to the same groups cannot wait for each other.
_ADD = f"""
INSERT INTO resource_tally ({_COLUMNS})
SELECT patient_id, section, custodian_id, {YEAR} AS year, count(*), max(date), %s::timestamptz
FROM {_GIVEN} GROUP BY patient_id, section, custodian_id, year
ORDER BY patient_id, section, custodian_id, year
ON CONFLICT (patient_id, section, custodian_id, year) DO UPDATE
SET count = resource_tally.count + EXCLUDED.count,
  latest = greatest(resource_tally.latest, EXCLUDED.latest),
  received = greatest(resource_tally.received, EXCLUDED.received)
"""  # noqa: S608  # literals
# Each group by a stretch of an index: a year of a section.
_RECOUNT = f"""
WITH touched AS (
  SELECT DISTINCT patient_id, section, custodian_id, {YEAR} AS year
  FROM {_GIVEN}
), counted AS (
  SELECT touched.*, found.count, found.latest, found.received
  FROM touched CROSS JOIN LATERAL (
    SELECT {_COUNT} FROM resource
    WHERE patient_id = touched.patient_id AND section = touched.section
      AND custodian_id = touched.custodian_id AND NOT deleted
      AND date >= make_timestamptz(year, 1, 1, 0, 0, 0, 'Europe/Moscow')
      AND date < make_timestamptz(year + 1, 1, 1, 0, 0, 0, 'Europe/Moscow')
  ) AS found
), emptied AS (
  DELETE FROM resource_tally USING counted
  WHERE counted.count = 0
    AND (resource_tally.patient_id, resource_tally.section, resource_tally.custodian_id,
      resource_tally.year)
    = (counted.patient_id, counted.section, counted.custodian_id, counted.year)
)
INSERT INTO resource_tally ({_COLUMNS})
SELECT {_COLUMNS} FROM counted WHERE count > 0
ON CONFLICT (patient_id, section, custodian_id, year) DO UPDATE
SET count = EXCLUDED.count, latest = EXCLUDED.latest, received = EXCLUDED.received
"""  # noqa: S608  # literals
_FORGET_ALL = f"DELETE FROM resource_tally WHERE patient_id = %s RETURNING {_COLUMNS}"  # noqa: S608
_COUNT_ALL = f"""
INSERT INTO resource_tally ({_COLUMNS})
SELECT patient_id, section, custodian_id, {YEAR} AS year, {_COUNT} FROM resource
WHERE patient_id = %s AND NOT deleted
GROUP BY patient_id, section, custodian_id, year
RETURNING {_COLUMNS}
"""  # noqa: S608  # literals
_NEXT_PATIENT = """
SELECT patient_id FROM (
  (SELECT patient_id FROM resource WHERE patient_id > %s ORDER BY patient_id LIMIT 1)
  UNION ALL
  (SELECT patient_id FROM resource_tally WHERE patient_id > %s ORDER BY patient_id LIMIT 1)
) AS next
ORDER BY patient_id LIMIT 1
"""


def groups_of(patient_ids: Collection[UUID], resource_ids: Collection[UUID]) -> set[Group]:
    """The groups in which these resources stand now; the two lists go in step."""
    statement = (
        f"SELECT {', '.join(GROUPED_BY)} FROM resource"  # noqa: S608  # literals
        " JOIN unnest(%b::uuid[], %b::uuid[]) AS k (patient_id, resource_id)"
        " USING (patient_id, resource_id) WHERE NOT deleted"
    )
    return set(rows(connection, statement, [patient_ids, resource_ids]))


def add(groups: Collection[Group], *, now: datetime) -> None:
    """Add one to each of these groups, as often as it is named."""
    if groups:
        rows(connection, _ADD, [now, *_columns(groups)])


def recount(groups: Collection[Group]) -> None:
    """Count these groups anew; a group that has nothing left goes."""
    if groups:
        rows(connection, _RECOUNT, _columns(groups))


def _columns(groups: Collection[Group]) -> list[list[object]]:
    return [list(column) for column in zip(*groups, strict=True)]


def recount_all(patient_id: UUID) -> bool:
    """Count a whole record anew; whether its tallies had been otherwise."""
    held = rows(connection, _FORGET_ALL, [patient_id])
    return set(held) != set(rows(connection, _COUNT_ALL, [patient_id]))


def patients() -> Iterator[UUID]:
    """Whoever has resources or tallies, one after another."""
    last = UUID(int=0)
    while True:
        found = rows(connection, _NEXT_PATIENT, [last, last])
        if not found:
            return
        ((last,),) = found
        yield last
