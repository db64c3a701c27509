"""A resource of any R4 type, made out of the definitions: what is required, and its references.

The reference that makes it somebody's points at its owner, all others at another person's: whoever
follows them must not come out of the record.
"""

from collections.abc import Callable

from medkarta.fhir.definitions import Element, codes_of, elements_of, typed_name
from medkarta.fhir.search.compartment import BY_WAY, NOMINATED

MARKED = {"system": "urn:of-the-matrix", "code": "marked"}
_WORDS = {
    "boolean": True,
    "integer": 1,
    "positiveInt": 1,
    "unsignedInt": 1,
    "decimal": 1,
    "date": "2025-03-04",
    "dateTime": "2025-03-04T09:00:00+03:00",
    "instant": "2025-03-04T09:00:00+03:00",
    "time": "09:00:00",
    "base64Binary": "AAAA",
    "uri": "urn:example:1",
    "url": "http://example.test/1",
    "canonical": "http://example.test/1",
    "oid": "urn:oid:1.2.3",
    "uuid": "urn:uuid:6c4e2a10-7b66-4e0f-9d7c-0d2b1a3c4d5e",
    "Quantity": {"value": 1},
    "CodeableConcept": {"text": "words"},
    "Coding": {"system": "urn:example:1", "code": "words"},
    "Identifier": {"system": "urn:example:1", "value": "1"},
    "Period": {"start": "2025-03-04"},
    "Timing": {"event": ["2025-03-04"]},
    "Money": {"value": 1, "currency": "RUB"},
}
_NOT_MADE = {"id", "implicitRules", "language", "contained", "extension", "modifierExtension"}

# What R4's invariants ask for beside what is required.
_MORE = {
    "AllergyIntolerance": {
        "clinicalStatus": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                    "code": "active",
                }
            ]
        }
    },
    "Appointment": {"status": "proposed"},
    "Group": {"type": "person"},
    "Consent": {"policyRule": {"text": "words"}},
    "Organization": {"name": "words"},
}

Refer = Callable[[frozenset[str]], str | None]


def resource_of(kind: str, *, owner: str | None, canary: str, refer: Refer) -> dict[str, object]:
    """`owner` is the reference to whose it is, or to what is theirs.

    `refer` says where a reference to types leads.
    """
    members = _document(owner, refer) if kind == "Bundle" else _members(kind, kind, owner, refer)
    made = {"resourceType": kind, **members, **_MORE.get(kind, {})}
    made["meta"] = {"tag": [MARKED, {"system": "urn:canary", "code": canary}]}
    if "text" in elements_of(kind):
        div = f'<div xmlns="http://www.w3.org/1999/xhtml">{canary}</div>'
        made["text"] = {"status": "generated", "div": div}
    return made


def _document(owner, refer):
    """A Bundle that is kept: its Composition says whose it is."""
    composition = {"resourceType": "Composition", "id": "composition"}
    composition |= _members("Composition", "Composition", owner, refer)
    return {
        "type": "document",
        "identifier": _WORDS["Identifier"],
        "timestamp": _WORDS["instant"],
        "entry": [{"fullUrl": "http://example.test/Composition/1", "resource": composition}],
    }


def _members(kind, path, owner, refer, *, deep=False):
    made = {}
    for name, element in elements_of(path).items():
        if name in _NOT_MADE or name in {"meta", "text"}:
            continue
        whole = f"{path}.{name}".partition(".")[2]
        nominated = (NOMINATED | BY_WAY).get(kind, "")
        if owner and (whole == nominated or nominated.startswith(f"{whole}.")):
            value = (
                {"reference": owner}
                if whole == nominated
                else _members(kind, element.types[0], owner, refer)
            )
            made[name] = [value] if element.repeats else value
            continue
        member, value = _value(kind, name, element, owner, refer, deep=deep)
        if value is not None:
            made[member] = [value] if element.repeats else value
    return made


def _value(kind, name, element, owner, refer, *, deep):
    """The member's name and value; None: it is left out."""
    if "Reference" in element.types and (target := refer(element.targets)):
        member = typed_name(name, "Reference") if name.endswith("[x]") else name
        return member, {"reference": target}
    type_name = element.types[0]
    member = typed_name(name, type_name) if name.endswith("[x]") else name
    if not element.required:
        if "." not in type_name or deep:
            return member, None
        members = _members(kind, type_name, owner, refer, deep=True)
        return member, members if _refers(members) else None
    return member, _required(kind, element, type_name, owner, refer)


def _refers(members):
    return any(
        isinstance(one, dict) and "reference" in one
        for value in members.values()
        for one in (value if isinstance(value, list) else [value])
    )


def _required(kind, element: Element, type_name, owner, refer):
    codes = codes_of(element.binding) if element.binding else None
    if codes:
        return _coded(type_name, *min(codes))
    if type_name in _WORDS:
        return _WORDS[type_name]
    if elements_of(type_name):
        return _members(kind, type_name, owner, refer) or {"id": "x"}
    return "words"


def _coded(type_name, system, code):
    coding = {"system": system, "code": code}
    return {"code": code, "Coding": coding}.get(type_name, {"coding": [coding]})
