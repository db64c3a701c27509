"""Conditions of a search → conditions in SQL on the resources of one side.

Ids that have a value are gathered once, out of the index tables, before resources are looked at:
as EXISTS it is a loop in a loop wherever the planner knows nothing of the tables yet. Ids are
gathered without the Grant's limits, which stand where resources are chosen by them; a leg goes
through resources of its own, with all limits.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from medkarta.fhir.search.composites import has_stretches, of_itself, stretch_end
from medkarta.fhir.search.parameters import Parameter
from medkarta.fhir.search.sought import (
    Chain,
    Condition,
    Criterion,
    Has,
    Missing,
    Modifier,
    SoughtParts,
    SoughtToken,
)
from medkarta.foundation.ids import MalformedIdError, decode_uuid, parse_logical_id
from medkarta.record.pieces import NOTHING, Sql, joined
from medkarta.record.rules.sharing import CLINICS_OWN
from medkarta.record.search.kin import rows_of_kin
from medkarta.record.search.matching import (
    Rows,
    own_parts,
    paired_rows,
    recorded,
    rows_at_all,
    rows_with,
)
from medkarta.record.search.nearness import near
from medkarta.record.search.owners import owners_of
from medkarta.record.search.sides import Reach, Side, of_param, of_type
from medkarta.record.search.wording import worded

_OF_COLUMNS: Final = frozenset({"_id", "_lastUpdated"})
# What has few values, of which each is that of many resources.
_COARSE: Final = frozenset(
    {
        *("category", "class", "clinical-status", "date", "intent"),
        *("priority", "status", "verification-status"),
    }
)


def of_columns(kind: str, condition: Condition) -> bool:
    """Whether a condition is on columns of the resource itself, and needs no index row."""
    return isinstance(condition, Criterion) and (
        condition.param.code in _OF_COLUMNS
        or condition.reads
        or owners_of(kind, condition) is not None
    )


def is_coarse(kind: str, condition: Condition) -> bool:
    """Whether many resources of a record are likely to meet it: gathering all of them is dear."""
    match condition:
        case Criterion(param):
            return param.code in _COARSE or of_columns(kind, condition)
        case Missing():
            return True
        case _:
            return False


class _Ids(NamedTuple):
    """A SELECT of resource_id: of those that are wished, or of those that are not."""

    select: Sql
    excluded: bool = False


def wheres(
    reach: Reach, side: Side, kind: str, conditions: Iterable[Condition], *, walked: bool = False
) -> list[Sql]:
    """All conditions on resources of a type. Raises `ForbiddenSearchError`.

    Resources are looked up by the ids gathered, or (`walked`) looked at one by one.
    """
    made = [_condition(reach, side, kind, one) for one in conditions]
    wished = [one.select for one in made if isinstance(one, _Ids) and not one.excluded]
    found = [one for one in made if isinstance(one, Sql)]
    if wished:
        together = joined(") INTERSECT (", wished)
        ids = Sql("(") + together + ")"
        looked_up = Sql("resource_id = ANY(ARRAY(") + ids + "))"
        found.append(hashed("resource_id", ids) if walked else looked_up)
    found += [
        Sql("resource_id NOT IN (") + one.select + ")"
        for one in made
        if isinstance(one, _Ids) and one.excluded
    ]
    return found


def _condition(reach: Reach, side: Side, kind: str, condition: Condition) -> Sql | _Ids:
    match condition:
        case Chain():
            return _Ids(_chain(reach, side, kind, condition))
        case Has():
            return _Ids(_has(reach, side, kind, condition))
        case Missing():
            return _missing(side, kind, condition)
        case Criterion():
            return _of_column(side, kind, condition) or _indexed(reach, side, kind, condition)


def _missing(side: Side, kind: str, condition: Missing) -> Sql | _Ids:
    param, missing = condition.param, condition.missing
    if param.code in _OF_COLUMNS:
        return NOTHING if missing else Sql("TRUE")
    return _Ids(_union(side, kind, rows_at_all(param.kind, param.code)), excluded=missing)


def _of_column(side: Side, kind: str, criterion: Criterion) -> Sql | None:
    """What columns of the resource itself tell."""
    if criterion.param.code == "_id":
        return _has_id(side, criterion)
    if criterion.param.code == "_lastUpdated":
        return recorded(criterion)
    if criterion.reads:
        return worded(criterion)
    owners = None if side.shared else owners_of(kind, criterion)
    return None if owners is None else _of_owners(side, owners)


def _indexed(reach: Reach, side: Side, kind: str, criterion: Criterion) -> _Ids:
    if criterion.param.kind == "composite":
        return _Ids(_composite(side, kind, criterion))
    if criterion.param.kind == "special":
        return _Ids(near(side, kind, criterion))
    excluded = criterion.modifier in (Modifier.NOT, Modifier.NOT_IN)
    rows = rows_of_kin(reach, criterion) if criterion.walks else rows_with(criterion)
    return _Ids(_select(side, kind, rows), excluded=excluded)


def _has_id(side: Side, criterion: Criterion) -> Sql:
    texts = [one.code for one in criterion.values if isinstance(one, SoughtToken) and one.code]
    keys = [key for key in (_key(text, side) for text in texts) if key]
    if len(keys) == 1:  # as most: searches of one id each go together
        return Sql("resource_id = %s::uuid", (keys[0],))
    return Sql("resource_id = ANY(%s::uuid[])", (keys,))


def _key(text: str, side: Side) -> UUID | None:
    try:
        if side.shared:
            return decode_uuid(text)
        patient_id, resource_id = parse_logical_id(text)
    except MalformedIdError:
        return None
    return resource_id if patient_id in side.patients else None


def _of_owners(side: Side, owners: frozenset[UUID]) -> Sql:
    wished = sorted(owners.intersection(side.patients))
    if not wished:
        return NOTHING
    if len(wished) == len(side.patients):
        return Sql("TRUE")  # the side is of nobody else
    return Sql("patient_id = ANY(%s::uuid[])", (wished,))


def _composite(side: Side, kind: str, criterion: Criterion) -> Sql:
    """Any of the values, of which each is all of its parts."""
    param = criterion.param
    found = []
    for parts in criterion.values:
        if not isinstance(parts, SoughtParts):
            continue
        if has_stretches(param):
            found.append(_stretch(side, kind, param, parts.criteria))
            continue
        paired = paired_rows(kind, param, parts.criteria)
        if paired:
            found.append(_select(side, kind, paired))
        if not paired or of_itself(kind, param):
            found.append(Sql("(") + _together(side, kind, own_parts(kind, parts.criteria)) + ")")
    return joined(" UNION ALL ", found)


def _stretch(side: Side, kind: str, param: Parameter, criteria: tuple[Criterion, ...]) -> Sql:
    """What the resource has itself, and one of its elements with all the rest."""
    own, *others = criteria
    ends = []
    for one in others:
        rows = rows_with(one)
        named = of_param(kind, stretch_end(param, one.param.code))
        ends.append(side.rows(rows.table, [named, rows.where], "resource_id, code"))
    elements = Sql("SELECT resource_id FROM (") + joined(" INTERSECT ", ends)  # literals
    elements += ") AS elements"
    together = joined(") INTERSECT (", [_select(side, kind, rows_with(own)), elements])
    return Sql("((") + together + "))"


def _together(side: Side, kind: str, criteria: Iterable[Criterion]) -> Sql:
    together = joined(") INTERSECT (", [_select(side, kind, rows_with(one)) for one in criteria])
    return Sql("(") + together + ")"


def _chain(reach: Reach, side: Side, kind: str, chain: Chain) -> Sql:
    legs = [(target, inner) for target, inner in chain.legs if reach.opens(target)]
    if not legs:
        reach.check(chain.legs[0][0])
    found = [
        _pointing(side, kind, chain.param.code, target, _leg(reach, there, target, inner))
        for target, inner in legs
        for there in reach.sides(target)
        if there.shared or not side.shared or kind in CLINICS_OWN
    ]
    return joined(" UNION ALL ", found) if found else _none(side)


def _leg(reach: Reach, side: Side, kind: str, condition: Condition) -> Sql:
    where = wheres(reach, side, kind, [condition])
    return side.resources("resource_id", [of_type(kind), *where])


def _pointing(side: Side, kind: str, code: str, target: str, leg: Sql) -> Sql:
    where = Sql("target_type = %s AND ", (target,)) + hashed("target_id", leg)
    return _select(side, kind, Rows("index_reference", code, where))


def _has(reach: Reach, side: Side, kind: str, has: Has) -> Sql:
    found = [
        there.rows(
            "index_reference",
            [
                of_param(has.resource_type, has.param.code),
                Sql("target_type = %s AND target_id IS NOT NULL", (kind,)),
                hashed("resource_id", _leg(reach, there, has.resource_type, has.condition)),
            ],
            "target_id",
        )
        for there in reach.sides(has.resource_type)
        # What is shared by all refers to no patient's.
        if side.shared or not there.shared or has.resource_type in CLINICS_OWN
    ]
    return joined(" UNION ALL ", found) if found else _none(side)


def hashed(column: str, select: Sql) -> Sql:
    """Look each row up among those selected: as a join, the planner may make it a loop in a loop.

    A condition inside IS TRUE is not made a join.
    """
    return Sql(f"({column} IN (") + select + ")) IS TRUE"


def _union(side: Side, kind: str, rows: Sequence[Rows]) -> Sql:
    return joined(" UNION ALL ", (_select(side, kind, one) for one in rows))


def _select(side: Side, kind: str, rows: Rows) -> Sql:
    return side.rows(rows.table, [of_param(kind, rows.param), rows.where])


def _none(side: Side) -> Sql:
    return side.rows("index_token", [NOTHING])
