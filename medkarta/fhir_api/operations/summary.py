"""FHIR $summary: https://hl7.org/fhir/uv/ips/OperationDefinition-summary.html."""

import asyncio
from http import HTTPStatus
from typing import Final

from medkarta.access.grants import Everything
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, out_of_scope
from medkarta.fhir_api.operations.given import read_given
from medkarta.fhir_api.operations.ips.document import document, relevant
from medkarta.fhir_api.operations.opening import (
    entry_asked,
    entry_of,
    open_record,
    shared_types,
)
from medkarta.fhir_api.outcomes import not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.senders_ids import given_by_ours
from medkarta.foundation.ids import PatientId
from medkarta.record import reading_summary as record
from medkarta.record.reading_everything import shared_in
from medkarta.record.reading_summary import Part

KNOWN: Final = frozenset({"patient"})


async def summary(api: Api, request: FhirRequest) -> FhirAnswer:
    """The summary of one entry as a document, made of what the Grant opens of it."""
    read_given(request, known=())
    return await _document(api, request, entry_of(request.path[1]))


async def summary_of_all(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same of all entries of an app's person in one, or of the entry that is named."""
    given = await given_by_ours(api, request, read_given(request, known=KNOWN))
    return await _document(api, request, entry_asked(request, given))


async def _document(api: Api, request: FhirRequest, entry: PatientId | None) -> FhirAnswer:
    opened, grant = await open_record(api, request, entry)
    if not (isinstance(opened.types, Everything) or "Patient" in opened.types):
        raise out_of_scope()  # a summary begins with whose it is
    async with api.pool.connection() as connection:
        found = await record.summary(connection, grant)
        listed = await asyncio.to_thread(relevant, found)
        text = "".join([one.text.body for one in listed]).encode()
        shared = await shared_in(connection, text, types=shared_types(opened))
    patients = [one for one in listed if one.part is Part.PATIENT]
    if not patients:
        raise not_found()
    others = [one for one in listed if one.part is not Part.PATIENT]
    body = await asyncio.to_thread(document, patients, others, shared, base=request.base)
    return FhirAnswer(status=HTTPStatus.OK, body=body)
