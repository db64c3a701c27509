"""Put resources and their index rows into the tables, many at once. Called within a transaction."""

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Final, TypeAlias
from uuid import UUID

from django.db import connection

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.compartment import OF_SEVERAL
from medkarta.fhir.search.index import index_values
from medkarta.foundation import statements
from medkarta.foundation.copying import Copied
from medkarta.foundation.ids import ClinicId, PatientId, ResourceId, encode_uuid, logical_id
from medkarta.record import tallies
from medkarta.record.followers import followers
from medkarta.record.rows import TABLES, Row, index_rows
from medkarta.record.rules.filing import file_under
from medkarta.record.tallies import Group

Rows: TypeAlias = dict[str, list[Row]]

_OF_ALL: Final = {
    "resource_id": "uuid",
    **dict.fromkeys(("logical_id", "resource_type"), "text"),
    "version": "int4",
    "recorded_at": "timestamptz",
    "deleted": "bool",
    "body": "text",
}
_FILED: Final = {
    **dict.fromkeys(("patient_id", "custodian_id"), "uuid"),
    "section": "text",
    "date": "timestamptz",
    **dict.fromkeys(("status", "code_system", "code"), "text"),
    **_OF_ALL,
}
_PLACES: Final = {name: place for place, name in enumerate(_FILED)}
_group: Final[Callable[[Row], Group]] = itemgetter(*(_PLACES[name] for name in tallies.GROUPED_BY))
_number: Final[Callable[[Row], int]] = itemgetter(_PLACES["version"])
_SHARED: Final = {**_OF_ALL, "custodian_id": "uuid"}
_BOUNDS: Final = {"index_date": "timestamptz", "index_quantity": "numeric"}
# Which rows are meant, by the columns of two or one array of ids.
_OWNED_KEYS: Final = (
    "unnest(%b::uuid[], %b::uuid[]) AS k (p, r)"
    " WHERE {table}.patient_id = k.p AND {table}.resource_id = k.r"
)
_SHARED_KEYS: Final = "unnest(%b::uuid[]) AS k (r) WHERE {table}.resource_id = k.r"
Keys: TypeAlias = tuple[list[UUID], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Whose a resource is, and which clinic keeps it."""

    patient_id: PatientId
    custodian_id: ClinicId


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version of a resource that is to be the present one. `owner` None: a shared resource.

    `resource` is the body, parsed; None: the resource is deleted, and the body is empty. A shared
    one's `custodian_id` is the clinic whose system writes it, if it is one.
    """

    owner: Owner | None
    custodian_id: ClinicId | None = None
    resource_id: UUID
    number: int
    body: str
    resource: JsonObject | None

    @property
    def logical_id(self) -> str:
        """FHIR's logical id."""
        if self.owner is None:
            return encode_uuid(self.resource_id)
        return logical_id(self.owner.patient_id, ResourceId(self.resource_id))


def write(versions: Iterable[Version], *, now: datetime) -> None:
    """Make these the present versions: former ones move aside, index rows are made anew.

    Whoever calls keeps other writers of these patients waiting (`intake.locks`).
    """
    written = sorted(versions, key=_whose)  # neighbours in the tables are written together
    left = _retire([one for one in written if one.number > 1])
    _bury([one for one in written if one.resource is None], now)
    rows: Rows = defaultdict(list)
    for one in written:
        if one.resource is not None:
            _add_rows(rows, one, one.resource, now)
    copy(rows)
    tallies.add([_group(row) for row in rows["resource"] if _number(row) == 1], now=now)
    tallies.recount(left | {_group(row) for row in rows["resource"] if _number(row) > 1})
    changed = frozenset(one.owner.patient_id for one in written if one.owner)
    for follower in followers() if changed else ():
        follower.records_changed(changed, now=now)


def _whose(one: Version) -> bytes:
    return one.owner.patient_id.bytes if one.owner else b""


def _retire(former: Sequence[Version]) -> set[Group]:
    """Move them aside; the groups that they leave."""
    left: set[Group] = set()
    if owned := _keys(former, shared=False):
        left = tallies.groups_of(*owned)
        _move("", _FILED, _OWNED_KEYS, owned)
    if shared := _keys(former, shared=True):
        _move("shared_", _SHARED, _SHARED_KEYS, shared)
    return left


def _bury(deleted: Sequence[Version], now: datetime) -> None:
    """A deletion is a version without a body, filed as the one before it."""
    for prefix, columns, where in (("", _FILED, _OWNED_KEYS), ("shared_", _SHARED, _SHARED_KEYS)):
        keys = _keys(deleted, shared=bool(prefix))
        if not keys:
            continue
        table = f"{prefix}resource_version"
        new = {"version": "version + 1", "recorded_at": "%s", "deleted": "TRUE", "body": "''"}
        last = (
            f" AND NOT EXISTS (SELECT FROM {table} AS later WHERE later.version > {table}.version"
        )
        last += f" AND later.resource_id = {table}.resource_id"
        last += ")" if prefix else f" AND later.patient_id = {table}.patient_id)"
        statements.rows(
            connection,
            f"INSERT INTO {prefix}resource ({', '.join(columns)})"  # noqa: S608
            f" SELECT {', '.join(new.get(name, name) for name in columns)} FROM {table}, "
            + where.format(table=table)
            + last,
            [now, *keys],
        )


def _keys(versions: Iterable[Version], *, shared: bool) -> Keys | None:
    """Their ids as columns: patients and resources, or the shared resources alone."""
    if shared:
        ids = [one.resource_id for one in versions if not one.owner]
        return (ids,) if ids else None
    owned = [(one.owner.patient_id, one.resource_id) for one in versions if one.owner]
    return ([who for who, _ in owned], [one for _, one in owned]) if owned else None


def _move(prefix: str, columns: Collection[str], where: str, keys: Keys) -> None:
    names = ", ".join(columns)
    table = f"{prefix}resource"
    statements.rows(
        connection,
        f"INSERT INTO {table}_version ({names})"  # noqa: S608  # literals
        f" SELECT {names} FROM {table}, " + where.format(table=table),
        keys,
    )
    for emptied in (table, *(prefix + index for index in TABLES)):
        delete = f"DELETE FROM {emptied} USING " + where.format(table=emptied)  # noqa: S608
        statements.rows(connection, delete, keys)


def _add_rows(rows: Rows, one: Version, resource: JsonObject, now: datetime) -> None:
    kind = resource["resourceType"]
    # A whole is found by its id alone; its parts are searched.
    is_whole = one.owner is None and kind in OF_SEVERAL
    found = [] if is_whole else index_values(resource)
    stored = (one.resource_id, one.logical_id, kind, one.number, now, False, one.body)
    prefix: str
    owner: tuple[UUID, ...]
    if one.owner:
        prefix, owner = "", (one.owner.patient_id,)
        filed = file_under(resource, found, recorded=now)
        filing = (filed.section.value, filed.date, filed.status, filed.code_system, filed.code)
        rows["resource"].append((*owner, one.owner.custodian_id, *filing, *stored))
    else:
        prefix, owner = "shared_", ()
        rows["shared_resource"].append((*stored, one.custodian_id))
    for table, values in index_rows(found).items():
        rows[prefix + table] += [
            (*owner, kind, value[0], *value[1:], one.resource_id) for value in values
        ]


def copy(rows: Rows) -> None:
    """Insert rows into tables of resources and their index."""
    statements.copy(
        connection, *(Copied(table, _layout(table), values) for table, values in rows.items())
    )


@functools.cache
def _layout(table: str) -> Mapping[str, str]:
    shared = table.startswith("shared_")
    if table.endswith("resource"):
        return _SHARED if shared else _FILED
    name = table.removeprefix("shared_")
    bound = _BOUNDS.get(name, "text")
    types = {"low": bound, "high": bound, "target_id": "uuid"}
    of_value = {column: types.get(column, "text") for column in TABLES[name]}
    whose = {} if shared else {"patient_id": "uuid"}
    return {**whose, "resource_type": "text", "param": "text", **of_value, "resource_id": "uuid"}
