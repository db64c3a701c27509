"""A patient's chart in one clinic, gathered entry by entry and written as a transaction Bundle."""

from collections.abc import Mapping
from datetime import date
from typing import Final, Protocol

from orjson import Fragment, dumps

from medkarta.demo.charts.places import Doctor, Place, Range, address
from medkarta.foundation.enp import Enp
from medkarta.foundation.snils import Snils

ICD10: Final = "urn:oid:1.2.643.5.1.13.13.11.1005"
FSLI: Final = "urn:oid:1.2.643.5.1.13.13.11.1080"
LOINC: Final = "http://loinc.org"
SERVICES: Final = "urn:oid:1.2.643.5.1.13.13.11.1070"
VACCINES: Final = "urn:oid:1.2.643.5.1.13.13.11.1078"
MEDICINES: Final = "urn:oid:1.2.643.5.1.13.13.99.2.611"
DOCUMENT_KINDS: Final = "urn:oid:1.2.643.5.1.13.13.11.1522"
ATC: Final = "http://www.whocc.no/atc"
UCUM: Final = "http://unitsofmeasure.org"
HL7: Final = "http://terminology.hl7.org/CodeSystem/"
_SNILS: Final = "urn:oid:1.2.643.100.3"
_POLICY: Final = "urn:oid:1.2.643.2.69.1.1.1.6.228"
_FRMO: Final = "urn:oid:1.2.643.5.1.13.13.11.1461"

_CHILD: Final = 14

Json = dict[str, object]


class Charted(Protocol):
    """Whoever a chart is about. `mailbox` is theirs alone: it names the chart's entries."""

    @property
    def mailbox(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def given(self) -> str: ...
    @property
    def patronymic(self) -> str: ...
    @property
    def birth_date(self) -> date: ...
    @property
    def sex(self) -> str: ...
    @property
    def snils(self) -> Snils: ...
    @property
    def policy(self) -> Enp: ...


def number(written: str) -> Fragment:
    """Return a JSON number that leaves with the digits as written: 5.10 stays 5.10."""
    return Fragment(written.encode("ascii"))


def quantity(written: str, *, ucum: str, unit: str) -> Json:
    return {"value": number(written), "unit": unit, "system": UCUM, "code": ucum}


def coding(system: str, code: str, display: str | None = None) -> Json:
    plain: Json = {"system": system, "code": code}
    return plain if display is None else {**plain, "display": display}


def concept(text: str, *codings: Json) -> Json:
    return {"coding": list(codings), "text": text} if codings else {"text": text}


def hl7(table: str, code: str) -> Json:
    """A concept of one of HL7's own small tables."""
    return {"coding": [coding(HL7 + table, code)]}


class Chart:
    """What one clinic knows of one person. Entries are named by words, the same at every start."""

    def __init__(self, *, person: Charted, place: Place) -> None:
        self.person = person
        self.place = place
        self._key = f"{place.key}/{person.mailbox}"
        self._entries: list[Json] = []
        self._staff: dict[str, Json] = {}
        self._put(place.address, _organisation(place))
        patient = self._address("Patient", "self")
        self._put(patient, _patient(person, place))
        self.subject: Json = {"reference": patient}

    @property
    def size(self) -> int:
        """How many entries there are so far."""
        return len(self._entries)

    @property
    def clinic(self) -> Json:
        return {"reference": self.place.address, "display": self.place.name}

    def by(self, speciality: str) -> Json:
        """Reference to the clinic's doctor of that speciality, who enters the chart by it."""
        if speciality not in self._staff:
            doctor = self.place.doctor(speciality)
            full_url = address("practitioner", self.place.key, doctor.family)
            self._put(full_url, _practitioner(doctor))
            self._staff[speciality] = {
                "reference": full_url,
                "display": f"{doctor.short}, {doctor.speciality}",
            }
        return self._staff[speciality]

    def range_of(self, analyte: str, day: str) -> Range:
        """The laboratory's limits for this person on that day: a child's, the sex's, or all's."""
        ranges = self.place.ranges
        born = self.person.birth_date
        child = int(day[:4]) - born.year - (day[5:10] < born.isoformat()[5:]) < _CHILD
        who = "child" if child else self.person.sex
        return ranges.get(f"{analyte} {who}") or ranges[analyte]

    def to(self, resource_type: str, key: str) -> Json:
        """Reference to another entry of this chart."""
        return {"reference": self._address(resource_type, key)}

    def add(self, resource_type: str, key: str, content: Mapping[str, object]) -> Json:
        """File a resource and return a reference to it. Members without a value are left out."""
        filled = {name: value for name, value in content.items() if value is not None}
        self._put(self._address(resource_type, key), {"resourceType": resource_type, **filled})
        return self.to(resource_type, key)

    def bundle(self) -> bytes:
        """Write the chart as one transaction."""
        return dumps({"resourceType": "Bundle", "type": "transaction", "entry": self._entries})

    def _address(self, resource_type: str, key: str) -> str:
        return address(self._key, resource_type, key)

    def _put(self, full_url: str, resource: Json) -> None:
        self._entries.append(
            {
                "fullUrl": full_url,
                "resource": resource,
                "request": {"method": "POST", "url": resource["resourceType"]},
            }
        )


def _organisation(place: Place) -> Json:
    return {
        "resourceType": "Organization",
        "identifier": [{"system": _FRMO, "value": place.oid}],
        "active": True,
        "type": [hl7("organization-type", "prov")],
        "name": place.name,
        "address": [{"city": place.city, "state": place.region, "country": "RU"}],
    }


def _practitioner(doctor: Doctor) -> Json:
    return {
        "resourceType": "Practitioner",
        "active": True,
        "name": [{"use": "official", "family": doctor.family, "given": list(doctor.given)}],
        "qualification": [{"code": {"text": doctor.title}}],
    }


def _patient(person: Charted, place: Place) -> Json:
    return {
        "resourceType": "Patient",
        "identifier": [
            {"system": _SNILS, "value": person.snils.digits},
            {"system": _POLICY, "value": person.policy.digits},
        ],
        "active": True,
        "name": [
            {
                "use": "official",
                "family": person.family,
                "given": [person.given, person.patronymic],
            }
        ],
        "gender": person.sex,
        "birthDate": person.birth_date.isoformat(),
        "managingOrganization": {"reference": place.address, "display": place.name},
    }
