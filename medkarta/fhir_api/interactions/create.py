"""FHIR create, conditional too: https://hl7.org/fhir/R4/http.html#create."""

from http import HTTPStatus

from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.raw_binary import resource_sent
from medkarta.fhir_api.requests import OF_THE_ANSWER, FhirRequest
from medkarta.fhir_api.submitting import beside_if_large, header_or_none, submit_one
from medkarta.record.submissions import SentEntry


async def create(api: Api, request: FhirRequest) -> FhirAnswer:
    """A new resource under an id of ours; with an Idempotency-Key the same one when repeated."""
    check_no_condition(request)
    entry = SentEntry(
        method="POST",
        url=request.path[0],
        if_none_exist=header_or_none(request, "if-none-exist"),
        resource=await beside_if_large(request, resource_sent),
    )
    return await submit_one(api, request, entry)


def check_no_condition(request: FhirRequest) -> None:
    """Raises `FhirError` where the address has one."""
    if set(request.parameters) - OF_THE_ANSWER:
        # Left out of account, a condition that was meant to spare a second one would make it.
        raise FhirError(
            HTTPStatus.BAD_REQUEST,
            "not-supported",
            "A create takes no search parameters: a conditional one has them in If-None-Exist.",
        )
