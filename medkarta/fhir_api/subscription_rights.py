"""Whose subscriptions a caller's own are, and whether it may wait for what one says."""

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from uuid import UUID

from medkarta.access.api.asking import Concern, Doing, Opened
from medkarta.access.grants import EVERYTHING, Everything
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.criteria import walked_in
from medkarta.fhir.search.sought import BadSearchError, Query
from medkarta.fhir.value_sets.searched import with_contents
from medkarta.fhir_api.api import Api, Wish, out_of_scope
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.outcomes import FhirError, not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.senders_ids import text_by_ours
from medkarta.fhir_api.stored_value_sets import contents_asked
from medkarta.fhir_api.subscription_text import Said, read_subscription
from medkarta.fhir_api.whose import patients_named
from medkarta.foundation.ids import MalformedIdError, PatientId, decode_uuid
from medkarta.subscriptions import queries
from medkarta.subscriptions.owners import Owner, Right, View, Wanted, owner_of
from medkarta.subscriptions.rules import types_watched, watched


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """What is wanted, and the right by which it may be searched for now."""

    wanted: Wanted
    right: Right


async def allowed(api: Api, request: FhirRequest, resource: JsonObject) -> Allowed:
    """What the resource asks for, its caller let pass. Raises `FhirError`."""
    said = read_subscription(resource, base=request.base, now=request.now)
    said = replace(said, query=await text_by_ours(api, request, said.query))
    await _check_value_sets(api, request, said.query)
    target, opened = await _open(api, request, said)
    return Allowed(
        wanted=Wanted(
            resource_type=said.query.resource_type,
            query=said.query.text,
            target=target,
            endpoint=said.endpoint,
            reason=said.reason,
            on=said.on,
            ends_at=said.ends_at,
        ),
        right=Right(
            digest=hashlib.sha256((request.token or "").encode()).digest(),
            patient_ids=opened.grant.patient_ids if opened.grant else (),
        ),
    )


async def _check_value_sets(api: Api, request: FhirRequest, query: Query) -> None:
    """Whether they can be told now; what is in them is asked at each notice."""
    try:
        with_contents(query, await contents_asked(api, request, [query]))
    except BadSearchError as error:
        raise FhirError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "business-rule",
            str(error),
            expression="Subscription.criteria",
        ) from error


async def _open(api: Api, request: FhirRequest, said: Said) -> tuple[PatientId | None, Opened]:
    """Whether the caller may search for it now; a clinic's system names the patient."""
    named = patients_named(said.query)
    target = next(iter(named)) if len(named) == 1 else None
    wish = wish_to_watch(said.query.resource_type, said.query.text, target)
    opened = await api.open(request, wish)
    needed = {said.query.resource_type, *walked_in(said.query)}
    if not isinstance(opened.types, Everything) and not opened.types >= needed:
        raise out_of_scope()
    return target, opened


def wish_to_watch(resource_type: str, query: str, target: PatientId | None) -> Wish:
    """To know whether something matches: the log names the parameters, never their values."""
    return Wish(
        doing=Doing.SEARCH,
        types=types_watched(resource_type, query),
        resources=(watched(resource_type, query),),
        concern=Concern.PERSON,
        target=target,
    )


async def owner_asking(api: Api, request: FhirRequest) -> Owner:
    """Whose subscriptions the caller's own are. Raises `FhirError`."""
    wish = Wish(doing=Doing.SEARCH, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    return owner_of((await api.open(request, wish)).caller)


async def own_subscription(api: Api, request: FhirRequest, name: str) -> tuple[Owner, View]:
    """The caller's own subscription of this id. Raises `FhirError`: there is none."""
    owner = await owner_asking(api, request)
    return owner, await subscription_named(owner, name)


async def subscription_named(owner: Owner, name: str) -> View:
    """The owner's subscription of this id. Raises `FhirError`: there is none."""
    view = await beside(partial(queries.subscription_of, owner, _id_of(name)))
    if view is None:
        raise not_found()
    return view


def _id_of(name: str) -> UUID:
    try:
        return decode_uuid(name)
    except MalformedIdError:
        raise not_found() from None
