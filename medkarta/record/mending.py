"""What is derived made anew out of stored texts, where it is otherwise than it would be written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.db import connection

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.index import index_values
from medkarta.fhir.search.values import IndexValue
from medkarta.foundation.statements import rows
from medkarta.record.rows import TABLES, Row, index_rows
from medkarta.record.rules.filing import file_under
from medkarta.record.writing import copy

_FILING: Final = "section, date, status, code_system, code"
_REST: Final = (
    "patient_id, resource_id, custodian_id, logical_id, resource_type, version, recorded_at,"
    " deleted, body"
)
# Taken out and put in again: the application may not rewrite a row of it.
_REFILE: Final = f"""
    WITH gone AS (
        DELETE FROM resource AS t
        USING unnest(
            %s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[],
            %s::text[], %s::text[], %s::text[]
        ) AS k (p, r, {_FILING})
        WHERE t.patient_id = k.p AND t.resource_id = k.r
            AND (t.section, t.date, t.status, t.code_system, t.code)
                IS DISTINCT FROM (k.section, k.date, k.status, k.code_system, k.code)
        RETURNING {_REST}, k.section, k.date, k.status, k.code_system, k.code
    )
    INSERT INTO resource ({_REST}, {_FILING}) SELECT * FROM gone RETURNING patient_id, resource_id
"""  # noqa: S608  # literals
Key: TypeAlias = tuple[UUID, ...]  # patient and resource, or a shared resource alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A resource as it is stored."""

    key: Key
    resource: JsonObject
    recorded_at: datetime


def mend(kept: Sequence[Kept], *, shared: bool) -> int:
    """Give these resources the index rows and the filing that they should have; how many had not.

    Called within a transaction that keeps other writers of them waiting.
    """
    found = {one.key: index_values(one.resource) for one in kept}
    wished = {key: index_rows(values) for key, values in found.items()}
    kinds = {one.key: one.resource["resourceType"] for one in kept}
    wrong: set[Key] = set() if shared else _refile(kept, found)
    for table, columns in TABLES.items():
        name = f"shared_{table}" if shared else table
        held = _held(name, columns, list(wished))
        due = {key: {(kinds[key], *row) for row in made[table]} for key, made in wished.items()}
        differing = [key for key in due if held[key] != due[key]]
        if differing:
            _delete(name, differing)
            copy({name: [_row(key, row) for key in differing for row in due[key]]})
        wrong.update(differing)
    return len(wrong)


def _refile(kept: Sequence[Kept], found: Mapping[Key, list[IndexValue]]) -> set[Key]:
    """File patients' resources where they belong; those that stood elsewhere."""
    places = []
    for one in kept:
        filed = file_under(one.resource, found[one.key], recorded=one.recorded_at)
        place = (filed.section.value, filed.date, filed.status, filed.code_system, filed.code)
        places.append((*one.key, *place))
    moved = rows(connection, _REFILE, [list(column) for column in zip(*places, strict=True)])
    return {tuple(key) for key in moved}


def _row(key: Key, row: Row) -> Row:
    *owner, resource_id = key
    return (*owner, *row, resource_id)


def _held(table: str, columns: Sequence[str], keys: Sequence[Key]) -> Mapping[Key, set[Row]]:
    held: defaultdict[Key, set[Row]] = defaultdict(set)
    names = _names(keys)
    chosen = ", ".join(f"t.{one}" for one in (*names, "resource_type", "param", *columns))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {chosen} FROM {table} AS t, {_which(names)}", _arrays(keys))  # noqa: S608
        for row in cursor.fetchall():
            held[row[: len(names)]].add(row[len(names) :])
    return held


def _delete(table: str, keys: Sequence[Key]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} AS t USING {_which(_names(keys))}", _arrays(keys))  # noqa: S608


def _names(keys: Sequence[Key]) -> tuple[str, ...]:
    return ("patient_id", "resource_id")[-len(keys[0]) :]


def _which(names: Sequence[str]) -> str:
    arrays = ", ".join("%s::uuid[]" for _ in names)
    same = " AND ".join(f"t.{one} = k.{one}" for one in names)
    return f"unnest({arrays}) AS k ({', '.join(names)}) WHERE {same}"


def _arrays(keys: Sequence[Key]) -> list[list[Any]]:
    return [list(column) for column in zip(*keys, strict=True)]
