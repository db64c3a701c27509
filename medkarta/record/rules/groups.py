"""Groups: lists of a clinic's own patients, https://hl7.org/fhir/R4/group.html."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.dates import interval

_ENDS: Final = ("start", "end")


def why_refused(group: JsonObject) -> str | None:
    """What is not a list of patients is not kept; None where it is one."""
    if group.get("type") != "person" or group.get("actual") is not True:
        return "a Group here is of type person and actual: a list of patients"
    if not all(isinstance(one, str) for one, _ in _members(group)):
        return "each member of a Group is named by a reference to a Patient"
    return None


def named_in(group: JsonObject) -> Iterator[str]:
    """References of all that it ever named, as written."""
    return (one for one, _ in _members(group) if isinstance(one, str))


def members_at(group: JsonObject, now: datetime) -> Iterator[str]:
    """References of those who are its members now."""
    for reference, member in _members(group):
        if isinstance(reference, str) and member.get("inactive") is not True:
            period = member.get("period")
            if not isinstance(period, dict) or _within(period, now):
                yield reference


def _members(group: JsonObject) -> Iterator[tuple[object, JsonObject]]:
    members = group.get("member")
    for member in members if isinstance(members, list) else ():
        entity = member.get("entity") if isinstance(member, dict) else None
        yield (entity.get("reference") if isinstance(entity, dict) else None), member


def _within(period: JsonObject, now: datetime) -> bool:
    start, end = (interval(str(period[name])) if name in period else None for name in _ENDS)
    return not ((start and now < start.low) or (end and end.high <= now))
