"""FHIR update, conditional too: https://hl7.org/fhir/R4/http.html#update."""

from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.raw_binary import resource_sent
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import (
    beside_if_large,
    condition_in,
    header_or_none,
    submit_one,
)
from medkarta.record.submissions import SentEntry


async def update(api: Api, request: FhirRequest) -> FhirAnswer:
    """A next version of what stands here, or the first one under an id that the client chose."""
    return await _put(api, request, "/".join(request.path))


async def conditional_update(api: Api, request: FhirRequest) -> FhirAnswer:
    """A next version of the one resource that meets the condition, or the first one."""
    return await _put(api, request, condition_in(request))


async def _put(api: Api, request: FhirRequest, url: str) -> FhirAnswer:
    entry = SentEntry(
        method="PUT",
        url=url,
        if_match=header_or_none(request, "if-match"),
        if_none_match=header_or_none(request, "if-none-match"),
        resource=await beside_if_large(request, resource_sent),
    )
    return await submit_one(api, request, entry)
