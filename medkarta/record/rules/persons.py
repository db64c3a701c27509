"""What the clinics' index needs to know of a Patient, and the house of an Organization."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from medkarta.fhir.json_text import JsonObject
from medkarta.foundation.snils import InvalidSnilsError, Snils
from medkarta.patients.rules import Identifier, PersonalDataInput, Sex

# Identifier systems under which Russian systems send СНИЛС: the number's own OID, FHIR RU core, N3.
_SNILS: Final = frozenset(
    {
        "urn:oid:1.2.643.100.3",
        "https://fhir.ru/ig/core/systems/snils",
        "urn:oid:1.2.643.2.69.1.1.1.6.223",
    }
)
# ФРМО: the register of organisations numbers them under this arc.
_ORGANISATIONS_ARC: Final = "1.2.643.5.1.13.13.12.2."
_NAME_CHARS = 100
_SEXES: Final = frozenset({"male", "female"})


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """An Organization as the list of clinics keeps it."""

    name: str
    region: str
    oid: str


def personal_data(patient: JsonObject) -> PersonalDataInput:
    """Read a parsed Patient; what is absent or malformed is empty.

    The second given name is the patronymic, as FHIR RU core has it.
    """
    names = sorted(_objects(patient.get("name")), key=_name_rank)
    name = names[0] if names else {}
    given = [part for part in _list(name.get("given")) if isinstance(part, str)]
    gender = patient.get("gender")
    return PersonalDataInput(
        family=_text(name.get("family"))[:_NAME_CHARS],
        given=given[0][:_NAME_CHARS] if given else "",
        patronymic=" ".join(given[1:])[:_NAME_CHARS],
        birth_date=_date(patient.get("birthDate")),
        sex=Sex(gender) if gender in _SEXES else Sex.UNKNOWN,
        snils=next(_snils(patient), None),
    )


def identifiers(patient: JsonObject) -> frozenset[Identifier]:
    """By which numbers its clinic knows the Patient."""
    named = (
        (_text(one.get("system")), _text(one.get("value")))
        for one in _objects(patient.get("identifier"))
    )
    return frozenset((system, value) for system, value in named if value)


def are_other_humans(one: PersonalDataInput, other: PersonalDataInput) -> bool:
    """Whether two Patients cannot be one person; what is unknown contradicts nothing."""
    return any(
        a is not None and b is not None and a != b
        for a, b in ((one.birth_date, other.birth_date), (one.snils, other.snils))
    )


def house(organization: JsonObject) -> House:
    """Read a parsed Organization."""
    addresses = list(_objects(organization.get("address")))
    numbers = (_text(one.get("value")) for one in _objects(organization.get("identifier")))
    oids = (number.removeprefix("urn:oid:") for number in numbers)
    return House(
        name=_text(organization.get("name")),
        region=_text(addresses[0].get("state")) if addresses else "",
        oid=next((oid for oid in oids if oid.startswith(_ORGANISATIONS_ARC)), ""),
    )


def _name_rank(name: JsonObject) -> int:
    order = ("official", "usual", None)
    use = name.get("use")
    return order.index(use) if use in order else len(order)


def _snils(patient: JsonObject) -> Iterator[Snils]:
    for identifier in _objects(patient.get("identifier")):
        if identifier.get("system") in _SNILS:
            try:
                yield Snils.parse(_text(identifier.get("value")))
            except InvalidSnilsError:
                continue


def _date(value: Any) -> date | None:  # noqa: ANN401  # whatever JSON holds
    try:
        return date.fromisoformat(value) if len(value) == len("2000-01-01") else None
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else []


def _objects(value: Any) -> Iterable[JsonObject]:  # noqa: ANN401
    return (one for one in _list(value) if isinstance(one, dict))
