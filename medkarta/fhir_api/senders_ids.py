"""Ids that the caller's clinic chose when it sent something: what is read by them, by ours.

https://hl7.org/fhir/R4/http.html#upsert. They are names within one clinic; whether what they lead
to is opened is asked of the door by our id, as always.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final
from urllib.parse import quote

from medkarta.access.api.asking import Concern
from medkarta.access.grants import EVERYTHING
from medkarta.fhir.definitions import resource_types
from medkarta.fhir.search.criteria import criteria_of, with_criteria
from medkarta.fhir.search.query import read_query
from medkarta.fhir.search.sought import (
    Criterion,
    Query,
    Sought,
    SoughtReference,
    SoughtToken,
)
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.operations.given import Given
from medkarta.fhir_api.requests import FhirRequest
from medkarta.record.reading_references import Target, called

# An id of R4's, and none of ours.
_CHOSEN: Final = re.compile(r"(?![a-z2-7]{26}(?:-[a-z2-7]{26})?$)[A-Za-z0-9.-]{1,64}")
# To these such an id means something itself.
_WRITES: Final = frozenset({"PUT", "PATCH", "DELETE"})
_AS_WRITTEN: Final = "$validate"
_WHOSE: Final = ("patient", "subject")
_SIGN: Final = re.compile(r"[\\,$|]")  # of a search: within a value it stands behind a backslash
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
    ours = await _ours_in(api, request, query)
    return with_criteria(query, partial(_renamed, ours)) if ours else query


async def text_by_ours(api: Api, request: FhirRequest, query: Query) -> Query:
    """The same of a query that is kept as text."""
    ours = await _ours_in(api, request, query)
    if not ours:
        return query
    kind, base = query.resource_type, request.base
    parts = [
        _rewritten(one, read_query(kind, one, base=base), ours) for one in query.text.split("&")
    ]
    return read_query(kind, "&".join(parts), base=base)


async def given_by_ours(api: Api, request: FhirRequest, given: Given) -> Given:
    """What an operation was given, with our ids where `patient` or `subject` is a Patient."""
    named = {
        name: [_patient(request, one) for one in given.values.get(name, ())] for name in _WHOSE
    }
    names = {one for few in named.values() for one in few if _CHOSEN.fullmatch(one.id)}
    ours = await _ours(api, request, names) if names else {}
    if not ours:
        return given
    values = {
        name: tuple(ours.get(one, text) for one, text in zip(few, given.values[name], strict=True))
        for name, few in named.items()
        if few
    }
    return replace(given, values={**given.values, **values})


async def _ours_in(api: Api, request: FhirRequest, query: Query) -> Mapping[Target, str]:
    names = {name for kind, one in criteria_of(query) for name in _named(kind, one)}
    return await _ours(api, request, names) if names else {}


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


def _patient(request: FhirRequest, text: str) -> Target:
    whole, _, _ = text.partition("/_history/")
    return Target("Patient", whole.removeprefix(f"{request.base}/").removeprefix("Patient/"))


def _has_names(criterion: Criterion) -> bool:
    param = criterion.param
    whole = criterion.modifier is None and (param.kind == "reference" or param.code == "_id")
    return whole or criterion.walks


def _named(kind: str, criterion: Criterion) -> Iterator[Target]:
    """What a criterion's values may be names of: of each type that they may lead to."""
    if _has_names(criterion):
        for value in criterion.values:
            yield from _meant(kind, criterion, value)


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


def _renamed(ours: Mapping[Target, str], kind: str, criterion: Criterion) -> Criterion:
    """The criterion by our ids; what several types call so stays as it is."""
    if not _has_names(criterion):
        return criterion
    values = tuple(_value(kind, criterion, one, ours) for one in criterion.values)
    return replace(criterion, values=values)


def _rewritten(part: str, query: Query, ours: Mapping[Target, str]) -> str:
    """One parameter of a query's text, by our ids where it has others."""
    changed = with_criteria(query, partial(_renamed, ours))
    if changed == query:
        return part
    name, _, _ = part.partition("=")
    # A chain's legs are of several types, and their values stand together.
    named = [one for _, one in criteria_of(changed) if _has_names(one)]
    values = dict.fromkeys(_written(value) for one in named for value in one.values)
    return f"{name}={quote(','.join(values))}"


def _written(value: Sought) -> str:
    match value:
        case SoughtReference(str(kind), str(target)) if not {"/", ":"} & {*target}:
            return f"{kind}/{target}"
        case SoughtToken(system, None):
            return f"{system}|"
        case SoughtReference(_, target) | SoughtToken(_, str(target)):
            return _SIGN.sub(r"\\\g<0>", target)
    raise TypeError(value)  # only these have names


def _value(kind: str, criterion: Criterion, value: Sought, ours: Mapping[Target, str]) -> Sought:
    meant = [one for one in _meant(kind, criterion, value) if one in ours]
    if len(meant) != 1:
        return value
    (target,) = meant
    if isinstance(value, SoughtToken):
        return value._replace(code=ours[target])
    return SoughtReference(target.resource_type, ours[target])
