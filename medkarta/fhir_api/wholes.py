"""The door to a resource of several people: its clinic passes it once for each of them (ADR 25)."""

import asyncio

from medkarta.access.api.asking import Doing, Opened
from medkarta.fhir.search.compartment import OF_SEVERAL
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.naming import Named
from medkarta.fhir_api.requests import FhirRequest
from medkarta.foundation.ids import PatientId, ResourceId, logical_id
from medkarta.record import reading_wholes
from medkarta.record.reading_wholes import Whole


async def whole_of(api: Api, request: FhirRequest, opened: Opened, name: Named) -> Whole | None:
    """The whole that is named, a line in the log of each who shares it; None: it is none.

    The line names the part that is theirs.
    """
    clinic_id, resource_id = opened.caller.clinic_id, name.resource_id
    if name.patient_id or name.resource_type not in OF_SEVERAL:
        return None
    if clinic_id is None or resource_id is None:
        return None
    async with api.pool.connection() as connection:
        sharers = await reading_wholes.sharers(
            connection, clinic_id, name.resource_type, resource_id
        )
    if not sharers:
        return None
    wishes = [_wish(name.resource_type, one, resource_id) for one in sharers]
    passed = await asyncio.gather(*(api.open(request, wish) for wish in wishes))
    return Whole(
        clinic_id=clinic_id,
        resource_type=name.resource_type,
        resource_id=resource_id,
        grants=tuple(one.grant for one in passed if one.grant),
    )


def _wish(resource_type: str, patient_id: PatientId, resource_id: ResourceId) -> Wish:
    return Wish(
        doing=Doing.READ,
        types=frozenset({resource_type}),
        resources=(f"{resource_type}/{logical_id(patient_id, resource_id)}",),
        target=patient_id,
    )
