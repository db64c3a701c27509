"""What a patient summary is made of: what is current, and the newest of what is repeated.

https://hl7.org/fhir/uv/ips/. One statement for all of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from medkarta.access.grants import Grant, Section
from medkarta.fhir.json_text import JsonObject
from medkarta.record import sql
from medkarta.record.granted import newest
from medkarta.record.pieces import Sql, one_of
from medkarta.record.reading import Connection, Text
from medkarta.record.stored import parse_body
from medkarta.record.versions import COLUMNS

_MOST: Final = 100  # of one kind in one part; the newest


class Part(StrEnum):
    """Parts of a summary."""

    PATIENT = "patient"
    ALLERGIES = "allergies"
    PROBLEMS = "problems"
    PAST = "past"
    MEDICINES = "medicines"
    IMMUNIZATIONS = "immunizations"
    PROCEDURES = "procedures"
    DEVICES = "devices"
    PLANS = "plans"
    RESULTS = "results"
    VITALS = "vitals"
    SOCIAL = "social"


@dataclass(frozen=True)
class Listed:
    """A resource of a part: when it happened, and what it is about as (system, code)."""

    part: Part
    text: Text
    date: datetime
    code: tuple[str, str]

    @cached_property
    def data(self) -> JsonObject:
        """The body, parsed on first use."""
        return parse_body(self.text.body)


# In these states; '' is a resource that does not say.
_IN_STATES: Final = (
    (Part.PATIENT, "Patient", None),
    (Part.ALLERGIES, "AllergyIntolerance", ("", "active")),
    (Part.PROBLEMS, "Condition", ("", "active", "recurrence", "relapse")),
    (Part.PAST, "Condition", ("inactive", "remission", "resolved")),
    (Part.MEDICINES, "MedicationStatement", ("active", "intended", "on-hold")),
    (Part.MEDICINES, "MedicationRequest", ("active", "on-hold")),
    (Part.IMMUNIZATIONS, "Immunization", ("completed",)),
    (Part.PROCEDURES, "Procedure", ("completed", "in-progress")),
    (Part.DEVICES, "DeviceUseStatement", ("active",)),
    (Part.PLANS, "CarePlan", ("active",)),
)
_OBSERVED: Final = (
    (Part.RESULTS, Section.LABS),
    (Part.VITALS, Section.VITALS),
    (Part.SOCIAL, Section.OTHER),
)


async def summary(connection: Connection, grant: Grant) -> list[Listed]:
    """What the Grant opens of each part, the newest first."""
    statement = _statement(grant)
    cursor = await connection.execute(statement.text, statement.values)
    found = [
        Listed(Part(part), Text(*stored), date, (system, code))
        for part, date, system, code, *stored in await cursor.fetchall()
    ]
    return sorted(found, key=lambda one: (one.date, one.text.id), reverse=True)


def _statement(grant: Grant) -> Sql:
    parts = []
    for part, kind, states in _IN_STATES:
        where = [one_of("resource_type", [kind])]
        if states is not None:
            where.append(one_of("status", states))
        parts.append(_named(part, newest(grant, _MOST, wished=None, where=where)))
    for part, section in _OBSERVED:
        if section in grant.sections:
            parts.append(_named(part, sql.latest_by_code(grant, section, "Observation")))
    whole, *others = parts
    for one in others:
        whole = whole + " UNION ALL " + one
    return whole


def _named(part: Part, statement: Sql) -> Sql:
    select = f"SELECT %s::text, date, code_system, code, patient_id, {COLUMNS} FROM ("  # noqa: S608
    return Sql(select, (part.value,)) + statement + f") AS {part.value}"
