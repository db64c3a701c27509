"""Ids that the caller's clinic chose when it sent something: what is read by them, by ours.

https://hl7.org/fhir/R4/http.html#upsert. They are names within one clinic; whether what they lead
to is opened is asked of the door by our id, as always.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from medkarta.access.api.asking import Concern
from medkarta.access.grants import EVERYTHING
from medkarta.fhir.definitions import resource_types
from medkarta.fhir.search.sought import (
    Condition,
    Criterion,
    Query,
    Sought,
    SoughtReference,
    SoughtToken,
)
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.requests import FhirRequest
from medkarta.record.reading_references import Target, called

# An id of R4's, and none of ours.
_CHOSEN: Final = re.compile(r"(?![a-z2-7]{26}(?:-[a-z2-7]{26})?$)[A-Za-z0-9.-]{1,64}")
# To these such an id means something itself.
_WRITES: Final = frozenset({"PUT", "PATCH", "DELETE"})
_AS_WRITTEN: Final = "$validate"
_NO_RECORDS: Final = frozenset({"Subscription"})


async def address_by_ours(api: Api, request: FhirRequest) -> FhirRequest:
    """The request at the address that our id makes. Raises `FhirError`: no valid token."""
    target = _addressed(request)
    if target is None:
        return request
    ours = await _ours(api, request, {target})
    kind, name, *rest = request.path
    return replace(request, path=(kind, ours.get(target, name), *rest))


async def query_by_ours(api: Api, request: FhirRequest, query: Query) -> Query:
    """The query with our ids in its references and `_id`. Raises `FhirError`: no valid token."""
    kind = query.resource_type
    names = {name for one in query.criteria for name in _named(kind, one)}
    ours = await _ours(api, request, names) if names else {}
    if not ours:
        return query
    return replace(query, criteria=tuple(_renamed(kind, one, ours) for one in query.criteria))


async def _ours(api: Api, request: FhirRequest, names: Collection[Target]) -> Mapping[Target, str]:
    wish = Wish(doing=None, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    clinic_id = (await api.open(request, wish)).caller.clinic_id
    if clinic_id is None:
        return {}
    async with api.pool.connection() as connection:
        return await called(connection, clinic_id, names)


def _addressed(request: FhirRequest) -> Target | None:
    if request.method in _WRITES or request.path[-1:] == (_AS_WRITTEN,):
        return None
    match request.path:
        case (kind, name, *_) if _CHOSEN.fullmatch(name):
            known = kind in resource_types() and kind not in _NO_RECORDS
            return Target(kind, name) if known else None
    return None


def _named(kind: str, condition: Condition) -> Iterator[Target]:
    """What a criterion's values may be names of: of each type that they may lead to."""
    match condition:
        case Criterion(param, None, values) if param.kind == "reference" or param.code == "_id":
            for value in values:
                yield from _meant(kind, condition, value)


def _meant(kind: str, criterion: Criterion, value: Sought) -> Iterator[Target]:
    param = criterion.param
    match value:
        case SoughtReference(None, str(name)) if _CHOSEN.fullmatch(name):
            types = ("Patient",) if param.code == "patient" else param.targets
            yield from (Target(one, name) for one in types)
        case SoughtReference(str(one), str(name)) if _CHOSEN.fullmatch(name):
            yield Target(one, name)
        case SoughtToken(_, str(name)) if _CHOSEN.fullmatch(name):
            yield Target(kind, name)


def _renamed(kind: str, condition: Condition, ours: Mapping[Target, str]) -> Condition:
    """The criterion by our ids; what several types call so stays as it is."""
    if not isinstance(condition, Criterion):
        return condition
    values = tuple(_value(kind, condition, one, ours) for one in condition.values)
    return replace(condition, values=values)


def _value(kind: str, criterion: Criterion, value: Sought, ours: Mapping[Target, str]) -> Sought:
    meant = [one for one in _meant(kind, criterion, value) if one in ours]
    if len(meant) != 1:
        return value
    (target,) = meant
    if isinstance(value, SoughtToken):
        return value._replace(code=ours[target])
    return SoughtReference(target.resource_type, ours[target])
