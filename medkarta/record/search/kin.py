"""References to a resource and to what is above or below it, as parts of each other.

https://hl7.org/fhir/R4/search.html#recurse. Each step goes through a resource that the reader may
see, by look-ups of one at a time (OFFSET 0 keeps them so): as a join, the planner may make it a
loop in a loop.
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from medkarta.fhir.search.hierarchies import PART_OF
from medkarta.fhir.search.sought import Criterion, Modifier, SoughtReference
from medkarta.foundation.ids import MalformedIdError, decode_uuid
from medkarta.record.pieces import Sql, any_of
from medkarta.record.search.matching import Rows, rows_with
from medkarta.record.search.sides import Reach, of_type

_DEEPEST: Final = 20
_WAYS: Final = (
    " FROM shared_index_reference WHERE resource_type = %s AND param = %s AND target_type = %s"
)


def rows_of_kin(reach: Reach, criterion: Criterion) -> Rows:
    """Rows that refer to any of the values or their kin. Raises `ForbiddenSearchError`."""
    itself = rows_with(criterion)
    wheres = [itself.where, *_kin(reach, criterion)]
    return Rows(itself.table, itself.param, Sql("(") + any_of(wheres) + ")")


def _kin(reach: Reach, criterion: Criterion) -> Iterator[Sql]:
    walk = _below if criterion.modifier is Modifier.BELOW else _above
    for value in criterion.values:
        if not isinstance(value, SoughtReference) or value.type is None:
            continue
        reach.check(value.type)
        try:
            root = decode_uuid(value.target)
        except MalformedIdError:
            continue  # no resource of ours: nothing is known of its parts
        found = Sql("(target_type = %s AND (target IN (", (value.type,))
        found += "WITH RECURSIVE kin (id, target, depth) AS ("
        found += Sql("SELECT %s::uuid, %s::text, 0 UNION SELECT ", (root, value.target))
        found += walk(reach, value.type, root)
        found += Sql(" WHERE kin.depth < %s", (_DEEPEST,))
        yield found + ") SELECT target FROM kin)) IS TRUE)"  # noqa: S608  # literals


def _below(reach: Reach, kind: str, root: UUID) -> Sql:
    """What is a part has one whole: a ring of parts goes through the root, and ends there."""
    not_root = Sql("resource_id = way.resource_id AND resource_id <> %s::uuid", (root,))
    return (
        Sql("part.resource_id, part.logical_id, kin.depth + 1 FROM kin")
        + _beside("way", _ways("resource_id", kind, "target = kin.target"))
        + _beside("part", _parts(reach, kind, not_root))
    )


def _above(reach: Reach, kind: str, _root: UUID) -> Sql:
    return (
        Sql("whole.target_id, whole.target, kin.depth + 1 FROM kin")
        + _beside("part", _parts(reach, kind, Sql("resource_id = kin.id")))
        + _beside("whole", _ways("target_id, target", kind, "resource_id = part.resource_id"))
    )


def _beside(name: str, select: Sql) -> Sql:
    return Sql(" CROSS JOIN LATERAL (") + select + f" OFFSET 0) AS {name} "


def _ways(columns: str, kind: str, where: str) -> Sql:
    return Sql(f"SELECT {columns}{_WAYS} AND {where}", (kind, PART_OF[kind], kind))


def _parts(reach: Reach, kind: str, where: Sql) -> Sql:
    return reach.nobodys().resources("resource_id, logical_id", [of_type(kind), where])
