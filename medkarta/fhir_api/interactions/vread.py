"""FHIR vread: https://hl7.org/fhir/R4/http.html#vread."""

from http import HTTPStatus
from typing import Final

from medkarta.access.api.asking import Doing
from medkarta.fhir_api.answers import FhirAnswer, versioned
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.naming import named
from medkarta.fhir_api.outcomes import FhirError, not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.wholes import whole_of
from medkarta.record import reading, reading_wholes
from medkarta.record.reading import Text

_LONGEST: Final = 9  # digits of a version


async def vread(api: Api, request: FhirRequest) -> FhirAnswer:
    """A version's text as it was stored; of a deletion that there is nothing any more."""
    kind, text, *_ = request.path
    name = named(kind, text)
    opened = await api.open(request, name.wish(Doing.READ))
    number = number_in(request)
    whole = await whole_of(api, request, opened, name)
    async with api.pool.connection() as connection:
        if whole:
            found = await reading_wholes.vread(connection, whole, number)
        elif opened.grant is None:
            clinic_id = opened.caller.clinic_id
            found = await reading.shared_vread(connection, clinic_id, kind, text, number)
        else:
            found = await reading.vread(connection, opened.grant, kind, text, number)
    if found is None:
        raise not_found()
    if found.deleted:
        raise _gone(found)
    headers = versioned(found.version, found.recorded_at)
    return FhirAnswer(status=HTTPStatus.OK, body=found.body.encode(), headers=headers)


def number_in(request: FhirRequest) -> int:
    """The version that the address ends in. Raises `FhirError`: there can be none of this name."""
    number = request.path[-1]
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST):
        raise not_found()
    return int(number)


def _gone(found: Text) -> FhirError:
    return FhirError(HTTPStatus.GONE, "deleted", f"Version {found.version} is that it was deleted.")
