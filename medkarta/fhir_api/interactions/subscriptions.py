"""One's own subscriptions: https://hl7.org/fhir/R4/subscription.html.

A notice tells that something new matches, and nothing else: who is told reads it under their own
Grant. Whoever is not the owner hears what one hears of a subscription that never was.
"""

from http import HTTPStatus

from medkarta.fhir_api.answers import FhirAnswer, versioned
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.interactions.create import check_no_condition
from medkarta.fhir_api.interactions.patch import patch_sent
from medkarta.fhir_api.interactions.read import is_known
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import (
    answer_of,
    beside_if_large,
    condition_in,
    header_or_none,
    idempotency_key,
    resource_in,
)
from medkarta.fhir_api.subscription_rights import own_subscription
from medkarta.fhir_api.subscription_text import written
from medkarta.fhir_api.subscription_writing import submit_own
from medkarta.record.submissions import SentEntry


async def create_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """201: it waits for what is recorded from now on. Once for each Idempotency-Key.

    200 where there is one that meets If-None-Exist: nothing is made.
    """
    check_no_condition(request)
    entry = SentEntry(
        method="POST",
        url="Subscription",
        if_none_exist=header_or_none(request, "if-none-exist"),
        resource=await beside_if_large(request, resource_in),
    )
    return await _submit(api, request, entry)


async def read_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """The subscription, and in `error` why nothing is told; 304 where the caller has it so."""
    _, view = await own_subscription(api, request, request.path[1])
    headers = versioned(view.version, view.updated_at)
    if is_known(request, view.version, view.updated_at):
        return FhirAnswer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return FhirAnswer(status=HTTPStatus.OK, body=written(view), headers=headers)


async def update_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """Written anew; one in error is tried again, one that is off waits for nothing."""
    return await _put(api, request, "/".join(request.path))


async def conditional_update_of_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same of the one that meets the condition; where none does, it is made."""
    return await _put(api, request, condition_in(request))


async def patch_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """Written anew as the present version with the changes that the body names."""
    return await _submit(api, request, await patch_sent(request, "/".join(request.path)))


async def conditional_patch_of_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same of the one that meets the condition."""
    return await _submit(api, request, await patch_sent(request, condition_in(request)))


async def delete_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """204: nothing of it is left."""
    return await _delete(api, request, "/".join(request.path))


async def conditional_delete_of_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same of the one that meets the condition; 204 too where none does."""
    return await _delete(api, request, condition_in(request))


async def _put(api: Api, request: FhirRequest, url: str) -> FhirAnswer:
    entry = SentEntry(
        method="PUT",
        url=url,
        if_match=header_or_none(request, "if-match"),
        if_none_match=header_or_none(request, "if-none-match"),
        resource=await beside_if_large(request, resource_in),
    )
    return await _submit(api, request, entry)


async def _delete(api: Api, request: FhirRequest, url: str) -> FhirAnswer:
    if_match = header_or_none(request, "if-match")
    return await _submit(api, request, SentEntry(method="DELETE", url=url, if_match=if_match))


async def _submit(api: Api, request: FhirRequest, entry: SentEntry) -> FhirAnswer:
    done = await submit_own(api, request, entry, key=idempotency_key(request))
    return answer_of(request, done, shown=True)
