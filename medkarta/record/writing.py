"""Put resources and their index rows into the tables, many at once. Called within a transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, cast
from uuid import UUID

from django.db import connection

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.index import index_values
from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.record import tallies
from medkarta.record.rows import TABLES, Row, index_rows
from medkarta.record.rules.filing import file_under
from medkarta.record.tallies import Group

Rows: TypeAlias = dict[str, list[Row]]

_STORED: Final = ("resource_id", "resource_type", "version", "recorded_at", "deleted", "body")
_FILED: Final = (
    *("patient_id", "custodian_id", "section", "date", "status", "code_system", "code"),
    *_STORED,
)
_TYPES: Final = {
    **dict.fromkeys(("patient_id", "custodian_id", "resource_id", "target_id"), "uuid"),
    **dict.fromkeys(("recorded_at", "date"), "timestamptz"),
    "version": "int4",
    "deleted": "bool",
}
_INDEX_TYPES: Final = {"index_date": "timestamptz", "index_quantity": "numeric"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Whose a resource is, and which clinic keeps it."""

    patient_id: PatientId
    custodian_id: ClinicId


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version of a resource that is to be the present one. `owner` None: a shared resource."""

    owner: Owner | None
    resource_id: UUID
    number: int
    body: str
    resource: JsonObject  # the body, parsed


def write(versions: Iterable[Version], *, now: datetime) -> None:
    """Make these the present versions: former ones move aside, index rows are made anew.

    Whoever calls keeps other writers of these patients waiting (`intake.found.lock`).
    """
    written = list(versions)
    left = _retire([one for one in written if one.number > 1])
    rows: Rows = defaultdict(list)
    for one in written:
        _add_rows(rows, one, now)
    for table, values in rows.items():
        _copy(table, values)
    tallies.recount(left | {_group(row) for row in rows["resource"]})


def _retire(former: Sequence[Version]) -> set[Group]:
    """Move them aside; the groups that they leave."""
    left: set[Group] = set()
    owned = [(one.owner.patient_id, one.resource_id) for one in former if one.owner]
    shared = [one.resource_id for one in former if not one.owner]
    if owned:
        join = (
            "unnest(%s::uuid[], %s::uuid[]) AS k (p, r)"
            " WHERE {table}.patient_id = k.p AND {table}.resource_id = k.r"
        )
        keys: tuple[list[UUID], list[UUID]] = (
            [patient for patient, _ in owned],
            [one for _, one in owned],
        )
        left = tallies.groups_of(*keys)
        _move("", _FILED, join, keys)
    if shared:
        _move(
            "shared_",
            _STORED,
            "unnest(%s::uuid[]) AS k (r) WHERE {table}.resource_id = k.r",
            (shared,),
        )
    return left


def _move(prefix: str, columns: Sequence[str], join: str, keys: tuple[list[UUID], ...]) -> None:
    names = ", ".join(columns)
    table = f"{prefix}resource"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table}_version ({names})"  # noqa: S608  # literals
            f" SELECT {names} FROM {table}, " + join.format(table=table),
            keys,
        )
        for emptied in (table, *(prefix + index for index in TABLES)):
            cursor.execute(
                f"DELETE FROM {emptied} USING " + join.format(table=emptied),  # noqa: S608
                keys,
            )


def _add_rows(rows: Rows, one: Version, now: datetime) -> None:
    found = index_values(one.resource)
    kind = one.resource["resourceType"]
    stored = (one.resource_id, kind, one.number, now, False, one.body)
    prefix: str
    owner: tuple[UUID, ...]
    if one.owner:
        prefix, owner = "", (one.owner.patient_id,)
        filed = file_under(one.resource, found, recorded=now)
        filing = (filed.section.value, filed.date, filed.status, filed.code_system, filed.code)
        rows["resource"].append((*owner, one.owner.custodian_id, *filing, *stored))
    else:
        prefix, owner = "shared_", ()
        rows["shared_resource"].append(stored)
    for table, values in index_rows(found).items():
        rows[prefix + table] += [
            (*owner, kind, value[0], *value[1:], one.resource_id) for value in values
        ]


def _copy(table: str, rows: list[Row]) -> None:
    columns, types = _layout(table)
    rows.sort()  # neighbours in the key are written together
    with connection.cursor() as cursor:
        statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
        with cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


def _group(row: Row) -> Group:
    filed = dict(zip(_FILED, row, strict=True))
    return cast("Group", tuple(filed[name] for name in tallies.GROUPED_BY))


def _layout(table: str) -> tuple[Sequence[str], Sequence[str]]:
    shared = table.startswith("shared_")
    if table.endswith("resource"):
        stored = _STORED if shared else _FILED
        return stored, [_TYPES.get(column, "text") for column in stored]
    name = table.removeprefix("shared_")
    bound = _INDEX_TYPES.get(name, "text")
    types = _TYPES | {"low": bound, "high": bound}
    columns = ["resource_type", "param", *TABLES[name], "resource_id"]
    if not shared:
        columns.insert(0, "patient_id")
    return columns, [types.get(column, "text") for column in columns]
