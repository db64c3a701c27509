"""FHIR $match: https://hl7.org/fhir/R4/patient-operation-match.html.

For a clinic's systems, among the entries that their clinic keeps. Grades are those by which links
are found: `certain` where СНИЛС, birth date and names agree, `possible` where operators would be
asked to compare, or would be if what the question leaves out were the entry's own.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from medkarta.access.api.asking import Concern, Doing
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api, Wish
from medkarta.fhir_api.bundles import bundle
from medkarta.fhir_api.operations.given import Given, bad, read_given
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.foundation.ids import ClinicId, PatientId, ResourceId
from medkarta.patients.queries.likeness import entries_like
from medkarta.patients.rules import Match, PersonalDataInput
from medkarta.record.reading import Text
from medkarta.record.rules.persons import personal_data

KNOWN: Final = frozenset({"resource", "onlyCertainMatches", "count"})
_TYPES: Final = frozenset({"Patient"})
_USUAL: Final = 10
_MOST: Final = 50
_GRADE: Final = "http://hl7.org/fhir/StructureDefinition/match-grade"
_GRADES: Final = {Match.EXACT: ("certain", "1"), Match.NEAR: ("possible", "0.5")}


async def match(api: Api, request: FhirRequest) -> FhirAnswer:
    """The clinic's own entries that are like the Patient sent; a line in the log of each.

    With `onlyCertainMatches` one entry or none: of two that are certain neither is.
    """
    wish = Wish(doing=Doing.SEARCH, types=_TYPES, resources=(), concern=Concern.NOBODY)
    clinic_id = (await api.open(request, wish)).caller.clinic_id
    if clinic_id is None:
        raise FhirError(
            HTTPStatus.FORBIDDEN, "forbidden", "This is for the systems of clinics alone."
        )
    given = read_given(request, known=KNOWN)
    found = await _found(api, clinic_id, given)
    texts = await asyncio.gather(*(_patient(api, request, one) for one, _ in found))
    graded = [(text, grade) for text, (_, grade) in zip(texts, found, strict=True) if text]
    entries = [_entry(request.base, text, grade) for text, grade in graded]
    body = bundle("searchset", entries, total=len(entries))
    return FhirAnswer(status=HTTPStatus.OK, body=body)


async def _found(api: Api, clinic_id: ClinicId, given: Given) -> list[tuple[PatientId, Match]]:
    data = _data(given.resources.get("resource"))
    certain = given.flag("onlyCertainMatches")
    count = given.whole("count", default=_USUAL, most=_MOST)
    async with api.pool.connection() as connection:
        found = await entries_like(connection, clinic_id, data)
    if certain:
        found = [one for one in found if one[1] is Match.EXACT]
        return found if len(found) == 1 else []
    return found[:count]


def _data(patient: JsonObject | None) -> PersonalDataInput:
    if patient is None or patient.get("resourceType") != "Patient":
        raise bad("resource", "is a Patient, alone or as a parameter")
    data = personal_data(patient)
    named = data.family or data.given
    if data.snils is None and not (data.birth_date and named):
        raise FhirError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "required",
            "A match is found by SNILS, or by the whole birth date and the names: "
            "send one or the other.",
            expression="Patient.name" if data.birth_date else "Patient.birthDate",
        )
    return data


async def _patient(api: Api, request: FhirRequest, patient_id: PatientId) -> Text | None:
    """The entry's Patient, behind the door to it: its line is in the log before it goes out."""
    wish = Wish(doing=Doing.SEARCH, types=_TYPES, resources=("Patient/$match",), target=patient_id)
    return await api.read(request, wish, "Patient", ResourceId(patient_id))


def _entry(base: str, text: Text, grade: Match) -> bytes:
    code, score = _GRADES[grade]
    return (
        f'{{"fullUrl":"{base}/Patient/{text.id}","resource":{text.body},"search":{{'
        f'"extension":[{{"url":"{_GRADE}","valueCode":"{code}"}}],'
        f'"mode":"match","score":{score}}}}}'
    ).encode()
