"""Index rows made anew out of stored texts, where they are otherwise than they would be written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.index import index_values
from medkarta.record.rows import TABLES, Row, index_rows
from medkarta.record.writing import copy

Key: TypeAlias = tuple[UUID, ...]  # patient and resource, or a shared resource alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A resource as it is stored."""

    key: Key
    resource: JsonObject


def mend(kept: Sequence[Kept], *, shared: bool) -> int:
    """Give these resources the index rows that they should have; how many had others.

    Called within a transaction that keeps other writers of them waiting.
    """
    wished = {one.key: index_rows(index_values(one.resource)) for one in kept}
    kinds = {one.key: one.resource["resourceType"] for one in kept}
    wrong: set[Key] = set()
    for table, columns in TABLES.items():
        name = f"shared_{table}" if shared else table
        held = _held(name, columns, list(wished))
        due = {key: {(kinds[key], *row) for row in rows[table]} for key, rows in wished.items()}
        differing = [key for key in due if held[key] != due[key]]
        if differing:
            _delete(name, differing)
            copy({name: [_row(key, row) for key in differing for row in due[key]]})
        wrong.update(differing)
    return len(wrong)


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
