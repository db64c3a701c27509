"""One's own subscriptions: https://hl7.org/fhir/R4/subscription.html.

A notice tells that something new matches, and nothing else: who is told reads it under their own
Grant. Whoever is not the owner hears what one hears of a subscription that never was.
"""

import hashlib
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid5

from django.db import IntegrityError

from medkarta.access.api.asking import Concern, Doing, Opened
from medkarta.access.grants import EVERYTHING, Everything
from medkarta.fhir.search.criteria import walked_in
from medkarta.fhir.search.sought import BadSearchError, Query
from medkarta.fhir.value_sets.searched import with_contents
from medkarta.fhir_api.answers import FhirAnswer, Headers
from medkarta.fhir_api.api import Api, Wish, out_of_scope
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.outcomes import FhirError, not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.senders_ids import text_by_ours
from medkarta.fhir_api.stored_value_sets import contents_asked
from medkarta.fhir_api.submitting import idempotency_key
from medkarta.fhir_api.subscription_text import Said, read_subscription, written
from medkarta.fhir_api.whose import patients_named
from medkarta.foundation.ids import MalformedIdError, PatientId, decode_uuid, encode_uuid
from medkarta.subscriptions import queries
from medkarta.subscriptions.actions import keeping
from medkarta.subscriptions.owners import Owner, View, Wanted, owner_of
from medkarta.subscriptions.rules import MOST_EACH, types_watched, watched

_MADE: Final = UUID("0d0b5f0e-6f0a-4c0e-8d53-3a4f5c1f7b90")
_OTHER: Final = "This Idempotency-Key was used with other content."
_AT_ONCE: Final = "It is being made at this moment: send it again."
_TOO_MANY: Final = f"You have {MOST_EACH} subscriptions: delete one that you do not need."


async def create_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """201: it waits for what is recorded from now on. Once for each Idempotency-Key."""
    _check_unconditional(request, "if-none-exist")
    view = await _kept(api, request, None)
    address = f"{request.base}/Subscription/{encode_uuid(view.id)}"
    return _answer(request, HTTPStatus.CREATED, view, ((b"location", address.encode("ascii")),))


async def read_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """The subscription, and in `error` why nothing is told."""
    _, view = await own_subscription(api, request)
    return _answer(request, HTTPStatus.OK, view)


async def update_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """Written anew; one in error is tried again, one that is off waits for nothing."""
    _check_unconditional(request, "if-match", "if-none-match")
    _, view = await own_subscription(api, request)
    return _answer(request, HTTPStatus.OK, await _kept(api, request, view.id))


async def delete_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """204: nothing of it is left."""
    _check_unconditional(request, "if-match", "if-none-match")
    opened, view = await own_subscription(api, request)
    owner = owner_of(opened.caller)
    try:
        await beside(partial(keeping.delete, owner=owner, subscription_id=view.id))
    except keeping.NoSuchSubscriptionError:
        raise not_found() from None
    return FhirAnswer(status=HTTPStatus.NO_CONTENT)


async def _kept(api: Api, request: FhirRequest, subscription_id: UUID | None) -> View:
    said = read_subscription(request)
    said = replace(said, query=await text_by_ours(api, request, said.query))
    await _check_value_sets(api, request, said.query)
    target, opened = await _open(api, request, said)
    owner = owner_of(opened.caller)
    keep = partial(
        keeping.keep,
        owner=owner,
        subscription_id=subscription_id,
        wanted=Wanted(
            resource_type=said.query.resource_type,
            query=said.query.text,
            target=target,
            endpoint=said.endpoint,
            reason=said.reason,
            on=said.on,
            ends_at=said.ends_at,
            chosen_id=_chosen(owner, idempotency_key(request)),
        ),
        digest=hashlib.sha256((request.token or "").encode()).digest(),
        patient_ids=opened.grant.patient_ids if opened.grant else (),
        now=request.now,
    )
    try:
        return await beside(keep)
    except keeping.TooManyError:
        raise FhirError(HTTPStatus.UNPROCESSABLE_ENTITY, "too-costly", _TOO_MANY) from None
    except keeping.OtherContentError:
        raise FhirError(HTTPStatus.UNPROCESSABLE_ENTITY, "conflict", _OTHER) from None
    except IntegrityError:
        raise FhirError(HTTPStatus.CONFLICT, "conflict", _AT_ONCE) from None
    except keeping.NoSuchSubscriptionError:
        raise not_found() from None


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


async def own_subscription(api: Api, request: FhirRequest) -> tuple[Opened, View]:
    """The caller's own subscription. Raises `FhirError`: there is none."""
    wish = Wish(doing=Doing.SEARCH, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
    opened = await api.open(request, wish)
    try:
        subscription_id = decode_uuid(request.path[1])
    except MalformedIdError:
        raise not_found() from None
    owner = owner_of(opened.caller)
    view = await beside(partial(queries.subscription_of, owner, subscription_id))
    if view is None:
        raise not_found()
    return opened, view


def _check_unconditional(request: FhirRequest, *headers: str) -> None:
    """A condition that is left out of account would double what is there, or lose it."""
    for name in headers:
        if name.encode("ascii") in request.headers:
            raise FhirError(
                HTTPStatus.BAD_REQUEST,
                "not-supported",
                f"A Subscription has no versions and takes no conditions: leave {name} out. With an"
                " Idempotency-Key a POST makes one once.",
            )


def _chosen(owner: Owner, key: str | None) -> UUID | None:
    """The id of what is made under an idempotency key."""
    return None if key is None else uuid5(_MADE, f"{owner.client_id} {owner.person_id} {key}")


def _answer(
    request: FhirRequest, status: HTTPStatus, view: View, headers: Headers = ()
) -> FhirAnswer:
    wished = request.method == "GET" or request.prefers("return") != "minimal"
    return FhirAnswer(status=status, body=written(view) if wished else b"", headers=headers)
