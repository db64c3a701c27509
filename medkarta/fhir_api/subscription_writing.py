"""One's own Subscription is written: by a request that came alone, or by an entry of a batch."""

from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid5

from medkarta.fhir.json_text import JsonObject, read_resource
from medkarta.fhir.preconditions import why_stale
from medkarta.fhir.search.sought import BadSearchError
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.outcomes import FhirError, not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import refusal_of
from medkarta.fhir_api.subscription_rights import allowed, owner_asking, subscription_named
from medkarta.fhir_api.subscription_search import meets_all, read_own_condition, those_that_meet
from medkarta.fhir_api.subscription_text import written
from medkarta.foundation.ids import encode_uuid
from medkarta.record.submissions import Done, RefusedError, SentEntry
from medkarta.subscriptions import queries
from medkarta.subscriptions.actions import keeping
from medkarta.subscriptions.owners import Expected, Owner, View
from medkarta.subscriptions.rules import MOST_EACH

_MADE: Final = UUID("0d0b5f0e-6f0a-4c0e-8d53-3a4f5c1f7b90")
_SHOWN: Final = 100  # characters of an address
_MEANWHILE: Final = "It was changed at this moment by another request: send this again."
_NO_ID: Final = (
    "Ids are given here: leave the resource's own out where nothing meets the condition."
)
_WORDS: Final[dict[type[Exception], tuple[str, str]]] = {
    keeping.TooManyError: (
        "too-costly",
        f"You have {MOST_EACH} subscriptions: delete one that you do not need.",
    ),
    keeping.OtherContentError: ("conflict", "This Idempotency-Key was used with other content."),
    keeping.UnmetError: (
        "business-rule",
        "The resource does not meet its own condition: sent again, it would make another.",
    ),
}


async def submit_own(api: Api, request: FhirRequest, entry: SentEntry, *, key: str | None) -> Done:
    """Write what an entry says of the caller's own. `key`: by which a POST is known again.

    Raises `FhirError`, also of the store's refusals.
    """
    try:
        _check_address(entry)
        owner = await owner_asking(api, request)
        return await _Own(api, request, owner, entry).written(key)
    except BadSearchError as error:
        raise FhirError(
            HTTPStatus.BAD_REQUEST, "not-supported", str(error), expression=error.name
        ) from error
    except RefusedError as error:
        raise refusal_of(error.refusal) from error
    except keeping.NoSuchSubscriptionError:
        raise not_found() from None
    except keeping.StaleError as error:
        raise FhirError(HTTPStatus.PRECONDITION_FAILED, "conflict", str(error)) from None
    except keeping.SeveralError as error:
        raise _several(error.number) from None
    except keeping.ChangedMeanwhileError:
        raise FhirError(HTTPStatus.CONFLICT, "conflict", _MEANWHILE) from None
    except tuple(_WORDS) as error:
        raise FhirError(HTTPStatus.UNPROCESSABLE_ENTITY, *_WORDS[type(error)]) from None


def _check_address(entry: SentEntry) -> None:
    """A POST has neither an id nor a condition, and what else writes has one of them."""
    path, _, condition = entry.url.partition("?")
    named = [*path.split("/")[1:], *filter(None, [condition])]
    if len(named) != (0 if entry.method == "POST" else 1):
        raise _bad(f"{entry.method} {entry.url[:_SHOWN]} is not taken.")


@dataclass(frozen=True, slots=True)
class _Own:
    """An entry, and whose subscriptions it is about."""

    api: Api
    request: FhirRequest
    owner: Owner
    entry: SentEntry

    async def written(self, key: str | None) -> Done:
        if self.entry.method == "POST":
            return await self._create(self.entry.if_none_exist, key)
        view = await self._meant()
        if view is None:
            return await self._where_nothing_is()
        expected = _expected(self.entry, view)
        if self.entry.method == "DELETE":
            work = partial(keeping.delete, owner=self.owner, subscription_id=view.id)
            await beside(partial(work, expected=expected))
            return Done(status=HTTPStatus.NO_CONTENT)
        patches = self.entry.method == "PATCH"
        resource = _patched(view, self.entry) if patches else _resource_of(self.entry)
        return await self._update(view, resource, expected)

    async def _meant(self) -> View | None:
        """What the entry is about: by its id, or the one that meets its condition."""
        path, conditional, condition = self.entry.url.partition("?")
        if not conditional:
            return await subscription_named(self.owner, path.partition("/")[2])
        query = read_own_condition(condition, base=self.request.base)
        views = await beside(partial(queries.subscriptions_of, self.owner))
        found = those_that_meet(views, query)
        if len(found) > 1:
            raise _several(len(found))
        return found[0] if found else None

    async def _where_nothing_is(self) -> Done:
        """Nothing meets the condition: an update makes it."""
        if self.entry.method == "DELETE":
            return Done(status=HTTPStatus.NO_CONTENT)
        if self.entry.method == "PATCH":
            raise FhirError(HTTPStatus.NOT_FOUND, "not-found", "Nothing meets the condition.")
        if self.entry.if_match is not None:
            raise keeping.StaleError(f"If-Match is {self.entry.if_match}, and nothing is here")
        if "id" in _resource_of(self.entry):
            raise _bad(_NO_ID, expression="Subscription.id")
        return await self._create(self.entry.url.partition("?")[2], None)

    async def _create(self, condition: str | None, key: str | None) -> Done:
        unless = None
        if condition is not None:
            unless = partial(meets_all, read_own_condition(condition, base=self.request.base))
        asked = await allowed(self.api, self.request, _resource_of(self.entry))
        make = partial(
            keeping.make,
            owner=self.owner,
            wanted=replace(asked.wanted, chosen_id=_chosen(self.owner, key)),
            right=asked.right,
            unless=unless,
            now=self.request.now,
        )
        made = await beside(make)
        if not made.is_new and self.entry.method == "PUT":
            raise keeping.ChangedMeanwhileError
        return _done(HTTPStatus.CREATED if made.is_new else HTTPStatus.OK, made.view)

    async def _update(self, view: View, resource: JsonObject, expected: Expected) -> Done:
        if resource.get("id") not in {None, encode_uuid(view.id)}:
            raise _bad("The resource's own id is another's.", expression="Subscription.id")
        asked = await allowed(self.api, self.request, resource)
        rewrite = partial(
            keeping.rewrite,
            owner=self.owner,
            subscription_id=view.id,
            wanted=asked.wanted,
            right=asked.right,
            expected=expected,
            now=self.request.now,
        )
        return _done(HTTPStatus.OK, await beside(rewrite))


def _expected(entry: SentEntry, view: View) -> Expected:
    """What was found by a condition, or patched, is to be as it was when it was looked at."""
    looked_at = "?" in entry.url or entry.method == "PATCH"
    return Expected(
        if_match=entry.if_match,
        if_none_match=entry.if_none_match,
        version=view.version if looked_at else None,
    )


def _patched(view: View, entry: SentEntry) -> JsonObject:
    """What the patch makes of the present version. Raises `RefusedError`."""
    if words := why_stale(view.version, if_match=entry.if_match):
        raise keeping.StaleError(words)
    if entry.patched is None:
        raise _bad("The PATCH has no patch.")
    return read_resource(entry.patched(written(view).decode())).resource


def _resource_of(entry: SentEntry) -> JsonObject:
    if entry.resource is None:
        raise _bad(f"The {entry.method} has no resource.")
    if entry.resource.resource_type != "Subscription":
        raise _bad(
            f"The address is of Subscription, the body of {entry.resource.resource_type}.",
            expression="Subscription.resourceType",
        )
    return entry.resource.resource


def _done(status: HTTPStatus, view: View) -> Done:
    return Done(
        status=status,
        reference=f"Subscription/{encode_uuid(view.id)}",
        version=view.version,
        recorded_at=view.updated_at,
        body=written(view).decode(),
    )


def _bad(words: str, *, expression: str | None = None) -> FhirError:
    return FhirError(HTTPStatus.BAD_REQUEST, "invalid", words, expression=expression)


def _several(number: int) -> FhirError:
    words = f"The condition is met by {number} subscriptions."
    return FhirError(HTTPStatus.PRECONDITION_FAILED, "multiple-matches", words)


def _chosen(owner: Owner, key: str | None) -> UUID | None:
    """The id of what is made under an idempotency key."""
    return None if key is None else uuid5(_MADE, f"{owner.client_id} {owner.person_id} {key}")
