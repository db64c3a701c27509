"""One's own Subscription is written: by a request that came alone, or by an entry of a batch."""

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid5

from medkarta.access.api.asking import Concern, Doing, Opened
from medkarta.access.grants import EVERYTHING, Everything
from medkarta.fhir.json_text import JsonObject, read_resource
from medkarta.fhir.preconditions import why_stale
from medkarta.fhir.search.criteria import walked_in
from medkarta.fhir.search.sought import BadSearchError, Query
from medkarta.fhir.value_sets.searched import with_contents
from medkarta.fhir_api.api import Api, Wish, out_of_scope
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.outcomes import FhirError, not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.senders_ids import text_by_ours
from medkarta.fhir_api.stored_value_sets import contents_asked
from medkarta.fhir_api.submitting import refusal_of
from medkarta.fhir_api.subscription_text import Said, read_subscription, written
from medkarta.fhir_api.whose import patients_named
from medkarta.foundation.ids import MalformedIdError, PatientId, decode_uuid, encode_uuid
from medkarta.record.submissions import Done, RefusedError, SentEntry
from medkarta.subscriptions import queries
from medkarta.subscriptions.actions import keeping
from medkarta.subscriptions.owners import Expected, Owner, Right, View, Wanted, owner_of
from medkarta.subscriptions.rules import MOST_EACH, types_watched, watched

_MADE: Final = UUID("0d0b5f0e-6f0a-4c0e-8d53-3a4f5c1f7b90")
_OTHER: Final = "This Idempotency-Key was used with other content."
_MEANWHILE: Final = "It was changed at this moment by another request: send this again."
_TOO_MANY: Final = f"You have {MOST_EACH} subscriptions: delete one that you do not need."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Allowed:
    """What is wanted, and that the caller may search for it now."""

    wanted: Wanted
    right: Right
    owner: Owner


async def submit_own(api: Api, request: FhirRequest, entry: SentEntry, *, key: str | None) -> Done:
    """Write what an entry says of the caller's own. `key`: by which a POST is known again.

    Raises `FhirError`, also of the store's refusals.
    """
    try:
        return await _submitted(api, request, entry, key)
    except keeping.TooManyError:
        raise _unprocessable("too-costly", _TOO_MANY) from None
    except keeping.OtherContentError:
        raise _unprocessable("conflict", _OTHER) from None
    except keeping.StaleError as error:
        raise FhirError(HTTPStatus.PRECONDITION_FAILED, "conflict", str(error)) from None
    except keeping.NoSuchSubscriptionError:
        raise not_found() from None


async def _submitted(api: Api, request: FhirRequest, entry: SentEntry, key: str | None) -> Done:
    if entry.method == "POST":
        return await _create(api, request, entry, key)
    owner, view = await own_subscription(api, request, entry.url.partition("/")[2])
    expected = Expected(if_match=entry.if_match, if_none_match=entry.if_none_match)
    if entry.method == "DELETE":
        delete = partial(keeping.delete, owner=owner, subscription_id=view.id, expected=expected)
        await beside(delete)
        return Done(status=HTTPStatus.NO_CONTENT)
    if entry.method == "PATCH":
        return await _patch(api, request, view, entry)
    return await _update(api, request, view, (_resource_of(entry), expected))


async def _create(api: Api, request: FhirRequest, entry: SentEntry, key: str | None) -> Done:
    allowed = await _allowed(api, request, _resource_of(entry))
    chosen = _chosen(allowed.owner, key)
    make = partial(
        keeping.make,
        owner=allowed.owner,
        wanted=replace(allowed.wanted, chosen_id=chosen),
        right=allowed.right,
        now=request.now,
    )
    return _done(HTTPStatus.CREATED, await beside(make))


async def _update(
    api: Api, request: FhirRequest, view: View, said: tuple[JsonObject, Expected]
) -> Done:
    resource, expected = said
    if resource.get("id") not in {None, encode_uuid(view.id)}:
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "invalid",
            "The resource's own id is not that of the address.",
            expression="Subscription.id",
        )
    allowed = await _allowed(api, request, resource)
    rewrite = partial(
        keeping.rewrite,
        owner=allowed.owner,
        subscription_id=view.id,
        wanted=allowed.wanted,
        right=allowed.right,
        expected=expected,
        now=request.now,
    )
    return _done(HTTPStatus.OK, await beside(rewrite))


async def _patch(api: Api, request: FhirRequest, view: View, entry: SentEntry) -> Done:
    """What the patch makes of the version that it was made of, and of no other."""
    if words := why_stale(view.version, if_match=entry.if_match):
        raise keeping.StaleError(words)
    if entry.patched is None:
        raise FhirError(HTTPStatus.BAD_REQUEST, "required", "The PATCH has no patch.")
    try:
        patched = read_resource(entry.patched(written(view).decode())).resource
    except RefusedError as error:
        raise refusal_of(error.refusal) from error
    expected = Expected(if_match=f'W/"{view.version}"')
    try:
        return await _update(api, request, view, (patched, expected))
    except keeping.StaleError:
        raise FhirError(HTTPStatus.CONFLICT, "conflict", _MEANWHILE) from None


def _resource_of(entry: SentEntry) -> JsonObject:
    if entry.resource is None:
        words = f"The {entry.method} has no resource."
        raise FhirError(HTTPStatus.BAD_REQUEST, "required", words)
    return entry.resource.resource


def _done(status: HTTPStatus, view: View) -> Done:
    return Done(
        status=status,
        reference=f"Subscription/{encode_uuid(view.id)}",
        version=view.version,
        recorded_at=view.updated_at,
        body=written(view).decode(),
    )


async def _allowed(api: Api, request: FhirRequest, resource: JsonObject) -> _Allowed:
    said = read_subscription(resource, base=request.base, now=request.now)
    said = replace(said, query=await text_by_ours(api, request, said.query))
    await _check_value_sets(api, request, said.query)
    target, opened = await _open(api, request, said)
    return _Allowed(
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
        owner=owner_of(opened.caller),
    )


async def _check_value_sets(api: Api, request: FhirRequest, query: Query) -> None:
    """Whether they can be told now; what is in them is asked at each notice."""
    try:
        with_contents(query, await contents_asked(api, request, [query]))
    except BadSearchError as error:
        raise _unprocessable(
            "business-rule", str(error), expression="Subscription.criteria"
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
    subscription_id = id_named(name)
    view = await beside(partial(queries.subscription_of, owner, subscription_id))
    if view is None:
        raise not_found()
    return owner, view


def id_named(name: str) -> UUID:
    """The id that an address says. Raises `FhirError`: nothing can have it."""
    try:
        return decode_uuid(name)
    except MalformedIdError:
        raise not_found() from None


def _unprocessable(code: str, words: str, *, expression: str | None = None) -> FhirError:
    return FhirError(HTTPStatus.UNPROCESSABLE_ENTITY, code, words, expression=expression)


def _chosen(owner: Owner, key: str | None) -> UUID | None:
    """The id of what is made under an idempotency key."""
    return None if key is None else uuid5(_MADE, f"{owner.client_id} {owner.person_id} {key}")
