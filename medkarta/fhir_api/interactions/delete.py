"""FHIR delete, conditional too: https://hl7.org/fhir/R4/http.html#delete."""

from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import condition_in, header_or_none, submit_one
from medkarta.record.submissions import SentEntry


async def delete(api: Api, request: FhirRequest) -> FhirAnswer:
    """A version that says it is gone; former ones stay in the history."""
    return await _delete(api, request, "/".join(request.path))


async def conditional_delete(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same of the one resource that meets the condition."""
    return await _delete(api, request, condition_in(request))


async def _delete(api: Api, request: FhirRequest, url: str) -> FhirAnswer:
    entry = SentEntry(method="DELETE", url=url, if_match=header_or_none(request, "if-match"))
    return await submit_one(api, request, entry)
