"""How much there is in a record: questions that are answered out of its tallies.

Tallies tell of whole years and of all types together. Under a Grant that is limited to a period or
to types the resources themselves are counted, as rows of the same shape, so that the answer is as
exact.
"""

from collections.abc import Collection
from datetime import datetime

from medkarta.access.grants import Everything, Grant, Section
from medkarta.record.granted import COLUMNS, NEWEST_FIRST, Source, branches_of, over
from medkarta.record.pieces import Sql

YEAR = "extract(year FROM date AT TIME ZONE 'Europe/Moscow')::int"
_TALLIES = Source(
    columns="section, custodian_id, year, count, latest, received", table="resource_tally"
)
_RESOURCES = Source(
    columns=(
        f"section, custodian_id, {YEAR} AS year, 1 AS count, date AS latest,"
        " recorded_at AS received"
    )
)


def sections(grant: Grant) -> Sql:
    """Count and newest date of every section: section, count, latest."""
    return _counted(grant, "section, sum(count)::bigint, max(latest)", " GROUP BY section")


def years(grant: Grant, wished: Collection[Section]) -> Sql:
    """Count by year of Moscow's clock, newest first: year, count."""
    tail = " GROUP BY year ORDER BY year DESC"
    return _counted(grant, "year, sum(count)::bigint", tail, wished=wished)


def by_code(grant: Grant, section: Section, resource_type: str) -> Sql:
    """How many there are of each code, but for what was entered in error: system, code, count."""
    where = Sql("resource_type = %s AND status <> 'entered-in-error'", (resource_type,))
    return over(
        grant,
        "code_system, code, count(*)",
        " GROUP BY code_system, code",
        source=Source(columns="code_system, code"),
        wished={section},
        where=[where],
    )


def received(grant: Grant) -> Sql:
    """When each clinic last sent something: custodian_id, recorded_at."""
    return _counted(grant, "custodian_id, max(received)", " GROUP BY custodian_id")


def arrived(grant: Grant, since: datetime, wished: Collection[Section], limit: int) -> Sql:
    """Resources that were recorded after a moment, newest first: columns, how many in all.

    They are counted and chosen within an index; only those that are answered are read.
    """
    where = Sql("recorded_at > %s::timestamptz", (since,))
    narrow = Source(columns="patient_id, resource_id, date")
    found = branches_of(grant, narrow, wished, [where])
    chosen = Sql("WITH chosen AS (SELECT *, count(*) OVER () AS total FROM (") + found
    chosen += Sql(f") AS granted{NEWEST_FIRST} LIMIT %s)", (limit,))
    columns = ", ".join(f"r.{column.strip()}" for column in COLUMNS.split(","))
    read = f"SELECT {columns}, chosen.total FROM chosen JOIN resource AS r"  # noqa: S608  # literals
    return chosen + f" {read} USING (patient_id, resource_id) ORDER BY r.date DESC, r.resource_id"


def _counted(
    grant: Grant, answer: str, tail: str, *, wished: Collection[Section] | None = None
) -> Sql:
    whole_years = isinstance(grant.period, Everything)
    all_types = isinstance(grant.types, Everything) and not grant.narrowed
    source = _TALLIES if whole_years and all_types else _RESOURCES
    return over(grant, answer, tail, source=source, wished=wished)
