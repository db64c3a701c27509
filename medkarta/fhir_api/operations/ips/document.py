"""The document Bundle of a summary: https://hl7.org/fhir/uv/ips/StructureDefinition-Bundle-uv-ips.html.

The same data make the same document, to the byte: its ids are made of what is in it, its date is
that of the newest entry.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import orjson

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir_api.bundles import instant
from medkarta.fhir_api.operations.ips.narrative import narrative
from medkarta.fhir_api.operations.ips.sections import HEADINGS
from medkarta.fhir_api.operations.ips.subject import about_one
from medkarta.record.reading import Text
from medkarta.record.reading_summary import Listed, Part
from medkarta.record.stored import parse_body
from medkarta.terminology.summary_sections import SUMMARY, SectionName

_SPACE: Final = UUID("0e6c6d0e-5f0f-5d39-8f0c-5b8a2d6a3c41")
_LOINC: Final = "http://loinc.org"
_TRANSLATION: Final = "http://hl7.org/fhir/StructureDefinition/translation"
_EMPTY: Final = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
_CATEGORY: Final = "social-history"
_NEVER: Final = frozenset({"entered-in-error", "refuted"})
# Of these the newest word on a thing counts; of the others each entry is an event of its own.
_ONCE: Final = frozenset(
    {
        Part.ALLERGIES,
        Part.PROBLEMS,
        Part.PAST,
        Part.MEDICINES,
        Part.RESULTS,
        Part.VITALS,
        Part.SOCIAL,
    }
)


def relevant(found: Iterable[Listed]) -> list[Listed]:
    """Without what was never so, and of what is told again and again the newest."""
    kept: dict[tuple[str, ...], Listed] = {}
    for one in found:
        if not _holds(one):
            continue
        once = one.part in _ONCE and one.code[1] != ""
        about = one.code if once else (one.text.id,)
        kept.setdefault((one.part, one.text.resource_type, *about), one)
    return list(kept.values())


def document(
    patients: Sequence[Listed], found: Sequence[Listed], shared: Sequence[Text], *, base: str
) -> bytes:
    """Join it: the Composition, the Patient, the author, what they list and what that names.

    Of several entries' Patients the one whose words are the newest is whom all of it is about.
    """
    patient, *others = sorted(patients, key=_newest, reverse=True)
    about = about_one(patient.text.id, [one.text.id for one in others], base=base)
    texts = [
        (_address(one, base), about(one.body)) for one in (*(one.text for one in found), *shared)
    ]
    author = uuid5(_SPACE, "author")
    at = max(one.text.recorded_at for one in (patient, *found))
    id_ = uuid5(_SPACE, ",".join(sorted(one.text.id for one in patients)))
    composition = {
        "resourceType": "Composition",
        "id": str(id_),
        **_composition(patient, found, shared, base=base),
        "date": instant(at),
        "author": [{"reference": author.urn, "display": "Medkarta"}],
    }
    texts[:0] = [
        (id_.urn, orjson.dumps(composition).decode()),
        (_address(patient.text, base), patient.text.body),
        (author.urn, _device(author)),
    ]
    entries = ",".join(f'{{"fullUrl":"{url}","resource":{text}}}' for url, text in texts)
    digest = uuid5(_SPACE, hashlib.sha256(entries.encode()).hexdigest())
    head = {
        "resourceType": "Bundle",
        "id": str(digest),
        "identifier": {"system": "urn:ietf:rfc:3986", "value": digest.urn},
        "type": "document",
        "timestamp": instant(at),
    }
    return (orjson.dumps(head)[:-1].decode() + f',"entry":[{entries}]}}').encode()


def _holds(one: Listed) -> bool:
    if one.part is Part.SOCIAL:
        return _CATEGORY in _codes(*one.data.get("category", ()))
    return not _codes(one.data.get("verificationStatus", {})) & _NEVER


def _codes(*concepts: JsonObject) -> set[str]:
    return {coding.get("code", "") for one in concepts for coding in one.get("coding", ())}


def _newest(patient: Listed) -> tuple[datetime, str]:
    return patient.text.recorded_at, patient.text.id


def _composition(
    patient: Listed, found: Sequence[Listed], shared: Sequence[Text], *, base: str
) -> JsonObject:
    medicines = {
        f"Medication/{one.id}": parse_body(one.body)
        for one in shared
        if one.resource_type == "Medication"
    }
    sections = []
    for heading in HEADINGS:
        listed = [one for one in found if one.part is heading.part]
        if listed or heading.required:
            text = narrative((one.data for one in listed), medicines)
            addresses = [_address(one.text, base) for one in listed]
            sections.append(_section(heading.name, text, addresses))
    return {
        "language": "ru",
        "status": "final",
        "type": _concept(SUMMARY),
        "subject": {"reference": _address(patient.text, base)},
        **_titled(SUMMARY),
        "section": sections,
    }


def _section(name: SectionName, text: JsonObject, addresses: list[str]) -> JsonObject:
    section = {
        **_titled(name),
        "code": _concept(name),
        "text": text,
    }
    if addresses:
        return section | {"entry": [{"reference": one} for one in addresses]}
    reason = {"system": _EMPTY, "code": "unavailable", "display": "Unavailable"}
    return section | {"emptyReason": {"coding": [reason]}}


def _address(text: Text, base: str) -> str:
    return f"{base}/{text.resource_type}/{text.id}"


def _titled(name: SectionName) -> JsonObject:
    parts = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": name.en}]
    return {
        "title": name.ru,
        "_title": {"extension": [{"url": _TRANSLATION, "extension": parts}]},
    }


def _concept(name: SectionName) -> JsonObject:
    return {"coding": [{"system": _LOINC, "code": name.code, "display": name.display}]}


def _device(author: UUID) -> str:
    name = {"name": "Medkarta", "type": "manufacturer-name"}
    device = {"resourceType": "Device", "id": str(author), "deviceName": [name]}
    return orjson.dumps(device).decode()
