"""FHIR $meta: https://hl7.org/fhir/R4/resource-operation-meta.html."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

import orjson

from medkarta.access.api.asking import Concern, Doing
from medkarta.fhir.json_text import Cursor
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.interactions.read import stored
from medkarta.fhir_api.operations.given import read_given
from medkarta.fhir_api.operations.opening import entry_asked, open_record
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.senders_ids import given_by_ours
from medkarta.record import reading_meta as record
from medkarta.record.reading_meta import InUse
from medkarta.record.rules.sharing import WITHOUT_PATIENT

KNOWN: Final = frozenset({"patient", "subject"})  # of a type
_MEMBERS: Final = {"_security": "security", "_tag": "tag"}


async def meta_of_resource(api: Api, request: FhirRequest) -> FhirAnswer:
    """The meta of one resource as it is stored."""
    read_given(request, known=())
    found = await stored(api, request)
    return _answer(_member(found.body, "meta"))


async def meta_of_type(api: Api, request: FhirRequest) -> FhirAnswer:
    """All profiles, tags and labels in what the caller may read of a type.

    A clinic's system names the patient.
    """
    resource_type = request.path[0]
    given = await given_by_ours(api, request, read_given(request, known=KNOWN))
    types = frozenset({resource_type})
    target = entry_asked(request, given)
    if resource_type in WITHOUT_PATIENT and target is None:
        wish = Wish(doing=Doing.SEARCH, types=types, resources=(), concern=Concern.NOBODY)
        caller = (await api.open(request, wish)).caller
        async with api.pool.connection() as connection:
            found = await record.shared_in_use(connection, caller.clinic_id, resource_type)
    else:
        _, grant = await open_record(api, request, target, types=types)
        async with api.pool.connection() as connection:
            found = await record.in_use(connection, grant, resource_type)
    return _answer(orjson.dumps(_meta(found)).decode())


def _meta(found: Iterable[InUse]) -> dict[str, list[object]]:
    meta: dict[str, list[object]] = {}
    for param, system, code in found:
        if param == "_profile":
            meta.setdefault("profile", []).append(code)
        else:
            coding = {"system": system, "code": code}
            told = {name: text for name, text in coding.items() if text}
            meta.setdefault(_MEMBERS[param], []).append(told)
    return meta


def _member(text: str, wished: str) -> str:
    """A member's value, as it is written."""
    cursor = Cursor(text)
    for name, _ in cursor.members():
        start = cursor.position
        cursor.skip()
        if name == wished:
            return text[start : cursor.position]
    return "{}"


def _answer(meta: str) -> FhirAnswer:
    """A Meta without anything is left out: an element of FHIR is never empty."""
    head = '{"resourceType":"Parameters"'
    if meta == "{}":
        return FhirAnswer(status=HTTPStatus.OK, body=(head + "}").encode())
    body = f'{head},"parameter":[{{"name":"return","valueMeta":{meta}}}]}}'
    return FhirAnswer(status=HTTPStatus.OK, body=body.encode())
