"""Whose record an operation is about, and the door to it."""

from typing import Final
from uuid import UUID

from medkarta.access.api.asking import Doing, Opened, Types
from medkarta.access.grants import EVERYTHING, Grant
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.naming import named
from medkarta.fhir_api.operations.given import Given
from medkarta.fhir_api.outcomes import not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.foundation.ids import PatientId
from medkarta.record.rules.sharing import going_along

# No clinic's entry: asked for it, the door answers as for another's.
_NOBODYS: Final = PatientId(UUID(int=0))


def entry_of(text: str) -> PatientId:
    """The entry of which this is the Patient's id; any other text is nobody's."""
    name = named("Patient", text)
    if name.patient_id is None or name.resource_id != name.patient_id:
        return _NOBODYS
    return name.patient_id


def entry_asked(request: FhirRequest, given: Given) -> PatientId | None:
    """The entry that `patient` or `subject` names, None: neither stands. Raises `FhirError`."""
    texts = [text for name in ("patient", "subject") if (text := given.one(name)) is not None]
    if not texts:
        return None
    found = {
        entry_of(text.removeprefix(f"{request.base}/").removeprefix("Patient/")) for text in texts
    }
    return found.pop() if len(found) == 1 else _NOBODYS


async def open_record(
    api: Api, request: FhirRequest, target: PatientId | None, *, types: Types = EVERYTHING
) -> tuple[Opened, Grant]:
    """Pass the door to an entry, or to all of an app's person. Raises `FhirError`.

    The log names the operation with its address.
    """
    wish = Wish(doing=Doing.SEARCH, types=types, resources=("/".join(request.path),), target=target)
    opened = await api.open(request, wish)
    if opened.grant is None:
        raise not_found()
    return opened, opened.grant


def shared_types(opened: Opened, wished: frozenset[str] | None = None) -> frozenset[str]:
    """Types of shared resources that go along: those wished, where the scopes open them whole."""
    types = going_along(opened.types, opened.narrowed)
    return types if wished is None else types & wished
