"""What a reference in a bundle means: another entry, or what the store already has.

https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/http.html#trules.
"""

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from medkarta.fhir.json_text import JsonValue
from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.record.intake import found
from medkarta.record.intake.entries import Entry, Place
from medkarta.record.rules.conditions import (
    Condition,
    UnusableConditionError,
    meets,
    read_condition,
)
from medkarta.record.rules.sharing import SHARED_TYPES

Meaning: TypeAlias = Entry | Place

_RELATIVE: Final = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")
_BASE: Final = re.compile(r"(https?://.+)/[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")
_CONDITIONAL: Final = re.compile(r"([A-Z][A-Za-z]+)\?(.+)")
_ELSEWHERE: Final = re.compile(r"#|https?://")


class UnresolvedError(ValueError):
    """The reference leads nowhere; the message says so in words."""


class Names:
    """The names by which a bundle's entries call each other and the store's resources."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = list(entries)
        self._named: dict[str, Entry] = {}
        for entry in self._entries:
            for name in (entry.full_url, entry.put_id and entry.name):
                if name:
                    self._named.setdefault(name, entry)
        self._stored = found.places(self._outside_names())
        self._met: dict[tuple[Condition, PatientId | ClinicId | None], set[Place]] = {}

    def _outside_names(self) -> set[tuple[str, str]]:
        puts = {(one.resource_type, one.put_id) for one in self._entries if one.put_id}
        return puts | {
            (name[1], name[2])
            for entry in self._entries
            for reference in entry.references
            if reference not in self._named and (name := _RELATIVE.fullmatch(reference))
        }

    def stored(self, entry: Entry) -> Place | None:
        """Where the store has what an entry updates by its id."""
        return self._stored.get((entry.resource_type, entry.put_id or ""))

    def entry_of(self, reference: str, *, of: Entry) -> Entry | None:
        """The entry of this bundle that is meant."""
        entry = self._named.get(reference)
        if entry is None and of.full_url and _RELATIVE.fullmatch(reference):
            base = _BASE.fullmatch(of.full_url)
            entry = self._named.get(f"{base[1]}/{reference}") if base else None
        return entry

    def meaning(
        self, reference: str, *, of: Entry, clinic_id: ClinicId | None = None
    ) -> Meaning | None:
        """What is meant; None: something elsewhere, and the reference stays as it is written.

        `clinic_id` is whose Patients a condition is about. Raises `UnresolvedError`.
        """
        meant: Meaning | None = self.entry_of(reference, of=of)
        if meant is None and (relative := _RELATIVE.fullmatch(reference)):
            meant = self._stored.get((relative[1], relative[2]))
        if meant is None and (conditional := _CONDITIONAL.fullmatch(reference)):
            meant = self._conditional(conditional, of, clinic_id)
        if meant or _ELSEWHERE.match(reference) or not _refers(of.resource, reference):
            return meant
        raise UnresolvedError(f"{reference} is neither in the bundle nor in the store")

    def meeting(
        self, condition: Condition, *, of: Entry, clinic_id: ClinicId | None = None
    ) -> set[Place]:
        """Resources of the store that meet a condition, among those that the entry may mean.

        Raises `UnresolvedError`.
        """
        kind = condition.resource_type
        within: PatientId | ClinicId | None = None
        if kind == "Patient":
            within = of.owner.custodian_id if of.owner else clinic_id
        elif kind not in SHARED_TYPES:
            within = of.owner.patient_id if of.owner else None
        if within is None and kind not in SHARED_TYPES:
            raise UnresolvedError(f"whose {kind} is meant by {condition.value} is not known")
        key = (condition, within)
        if key not in self._met:
            self._met[key] = found.meeting(condition, within=within)
        return self._met[key]

    def _conditional(
        self, reference: re.Match[str], of: Entry, clinic_id: ClinicId | None
    ) -> Meaning | None:
        """https://hl7.org/fhir/R4/http.html#trules step 5: conditions are answered last.

        So they find what this bundle creates as well as what was there before.
        """
        try:
            condition = read_condition(reference[1], reference[2])
        except UnusableConditionError as error:
            raise UnresolvedError(str(error)) from error
        here = [
            entry
            for entry in self._entries
            if entry.resource_type == condition.resource_type
            and _reachable(entry, of)
            and meets(entry.resource, condition)
        ]
        places = {entry.place for entry in here if entry.place}
        if not (here and condition.resource_type == "Patient" and of.owner is None):
            places |= self.meeting(condition, of=of, clinic_id=clinic_id)
        if len(places) > 1:
            raise UnresolvedError(f"{reference[0]} is met by {len(places)} resources")
        return here[0] if here else next(iter(places), None)


def _reachable(entry: Entry, of: Entry) -> bool:
    """A condition looks among shared resources, Patients, and what is the same patient's."""
    if entry.owner is None or entry.resource_type == "Patient":
        return True
    return of.owner is not None and entry.owner.patient_id == of.owner.patient_id


def _refers(value: JsonValue, reference: str) -> bool:
    """Whether it is a Reference's `reference`, and not some `url` that happens to look so."""
    if isinstance(value, list):
        return any(_refers(one, reference) for one in value)
    if not isinstance(value, dict):
        return False
    return value.get("reference") == reference or any(
        _refers(one, reference) for one in value.values()
    )
