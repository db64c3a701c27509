"""When it happened, in which state it is, what it is about: columns of a patient's resource."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from medkarta.access.grants import Section
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search import values
from medkarta.fhir.search.dates import BEGINNING, END
from medkarta.record.rules.sections import section_of

CODE_CHARS = 200
STATUS_CHARS = 40

# Search parameters that say when it happened to the patient; the first that has a value counts.
WHEN: Final = (
    "date",
    "onset-date",
    "recorded-date",
    "authoredon",
    "authored-on",
    "authored",
    "effective-time",
    "effective",
    "whenhandedover",
    "started",
    "start-date",
    "period",
    "event",
    "issued",
    "created",
    "collected",
    "recorded",
    "sent",
    "timestamp",
)
_ABOUT: Final = (
    "code",
    "medicationCodeableConcept",
    "vaccineCode",
    "type",
    "description",
    "category",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """Where a resource stands in the record."""

    section: Section
    date: datetime
    status: str
    code_system: str
    code: str


def file_under(
    resource: JsonObject, found: Iterable[values.IndexValue], *, recorded: datetime
) -> Filed:
    """File a parsed resource by what search finds in it; without a date it happened as recorded."""
    system, code = main_code(resource)
    return Filed(
        section=section_of(resource),
        date=date_of(found) or recorded,
        status=status_of(resource)[:STATUS_CHARS],
        code_system=system[:CODE_CHARS],
        code=code[:CODE_CHARS],
    )


def date_of(found: Iterable[values.IndexValue]) -> datetime | None:
    """When it began; for what has only an end, the end."""
    dates = {one.param: one for one in found if isinstance(one, values.Date)}
    for param in WHEN:
        one = dates.get(param)
        if one and one.low != BEGINNING:
            return one.low
        if one and one.high != END:
            return one.high
    return None


def status_of(resource: JsonObject) -> str:
    """The state as the resource's own word; Condition and Goal keep theirs under other names."""
    for name in ("status", "lifecycleStatus"):
        if isinstance(status := resource.get(name), str):
            return status
    return _code(resource.get("clinicalStatus"))[1]


def main_code(resource: JsonObject) -> tuple[str, str]:
    """Return (system, code) of what it is about; a concept with no coding is ('', its text)."""
    for name in _ABOUT:
        value = resource.get(name)
        system, code = _code(value[0] if isinstance(value, list) and value else value)
        if code:
            return system, code
    return "", ""


def _code(concept: Any) -> tuple[str, str]:  # noqa: ANN401  # whatever JSON holds
    if not isinstance(concept, dict):
        return "", ""
    codings = concept.get("coding")
    for coding in codings if isinstance(codings, list) else []:
        if isinstance(coding, dict) and isinstance(code := coding.get("code"), str):
            system = coding.get("system")
            return (system if isinstance(system, str) else ""), code
    text = concept.get("text")
    return "", (text if isinstance(text, str) else "")
