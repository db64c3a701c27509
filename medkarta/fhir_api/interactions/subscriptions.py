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
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import (
    answer_of,
    beside_if_large,
    header_or_none,
    idempotency_key,
    resource_in,
)
from medkarta.fhir_api.subscription_text import written
from medkarta.fhir_api.subscription_writing import own_subscription, submit_own
from medkarta.record.submissions import SentEntry


async def create_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """201: it waits for what is recorded from now on. Once for each Idempotency-Key."""
    check_no_condition(request)
    if header_or_none(request, "if-none-exist"):
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "not-supported",
            "A Subscription takes no conditions: leave If-None-Exist out. With an Idempotency-Key a"
            " POST makes one once.",
        )
    resource = await beside_if_large(request, resource_in)
    entry = SentEntry(method="POST", url="Subscription", resource=resource)
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
    entry = SentEntry(
        method="PUT",
        url="/".join(request.path),
        if_match=header_or_none(request, "if-match"),
        if_none_match=header_or_none(request, "if-none-match"),
        resource=await beside_if_large(request, resource_in),
    )
    return await _submit(api, request, entry)


async def patch_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """Written anew as the present version with the changes that the body names."""
    return await _submit(api, request, await patch_sent(request, "/".join(request.path)))


async def delete_subscription(api: Api, request: FhirRequest) -> FhirAnswer:
    """204: nothing of it is left."""
    if_match = header_or_none(request, "if-match")
    entry = SentEntry(method="DELETE", url="/".join(request.path), if_match=if_match)
    return await _submit(api, request, entry)


async def _submit(api: Api, request: FhirRequest, entry: SentEntry) -> FhirAnswer:
    done = await submit_own(api, request, entry, key=idempotency_key(request))
    return answer_of(request, done, shown=True)
