"""What the store has of what bundles name: asked in few statements, kept for one transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from django.db import connection

from medkarta.fhir.search.compartment import OF_SEVERAL
from medkarta.foundation.copying import Copied
from medkarta.foundation.ids import (
    ClinicId,
    PatientId,
)
from medkarta.foundation.prepared import Row
from medkarta.foundation.statements import copy
from medkarta.foundation.statements import rows as ask
from medkarta.patients.queries import entries_by_identifiers
from medkarta.record.intake.entries import Key, Place, key_of, our_place
from medkarta.record.rules.conditions import Condition, Criterion

Pair: TypeAlias = tuple[str, str]  # resource type, id

NOBODY: Final = ClinicId(UUID(int=0))  # whose the names of imported shared resources are

_OWNED: Final = (
    "SELECT patient_id, resource_id, resource_type, version, recorded_at, deleted, custodian_id,"
    " CASE WHEN whole THEN body END"
    " FROM resource JOIN unnest(%b::uuid[], %b::uuid[], %b::bool[])"
    " AS k (patient_id, resource_id, whole) USING (patient_id, resource_id)"
)
_SHARED: Final = (
    "SELECT NULL::uuid, resource_id, resource_type, version, recorded_at, deleted, custodian_id,"
    " CASE WHEN whole THEN body END"
    " FROM shared_resource JOIN unnest(%b::uuid[], %b::bool[]) AS k (resource_id, whole)"
    " USING (resource_id)"
)
_NAMED: Final = (
    "SELECT resource_type, client_id, clinic_id, patient_id, resource_id FROM client_id"
    " JOIN unnest(%b::text[], %b::text[], %b::uuid[]) AS k (resource_type, client_id, clinic_id)"
    " USING (resource_type, client_id, clinic_id)"
)
_NAMED_BY_ANYBODY: Final = (
    "SELECT resource_type, client_id, clinic_id, patient_id, resource_id FROM client_id"
    " JOIN unnest(%b::text[], %b::text[]) AS k (resource_type, client_id)"
    " USING (resource_type, client_id)"
)
_TOKENS: Final = (
    "SELECT DISTINCT number, {patient}, resource_id"
    " FROM unnest(%b::int[], %b::uuid[], %b::text[], %b::text[], %b::bool[], %b::text[],"
    " %b::text[])"
    " AS k (number, patient_id, resource_type, param, any_system, system, code)"
    " JOIN {table} AS t ON {whose} t.resource_type = k.resource_type AND t.param = k.param"
    " AND t.code = k.code AND (k.any_system OR t.system = k.system)"
)
_OWNED_TOKENS: Final = _TOKENS.format(
    patient="t.patient_id", table="index_token", whose="t.patient_id = k.patient_id AND"
)
_SHARED_TOKENS: Final = _TOKENS.format(patient="NULL::uuid", table="shared_index_token", whose="")
_FORGOTTEN: Final = (
    "DELETE FROM client_id USING unnest(%b::text[], %b::text[], %b::uuid[]) AS k (t, i, c)"
    " WHERE (resource_type, client_id, clinic_id) = (t, i, c) RETURNING 1"
)
_PARTS: Final = (
    "SELECT resource_id, patient_id FROM resource_part"
    " JOIN unnest(%b::uuid[]) AS k (resource_id) USING (resource_id)"
)
_NAMES: Final = {
    **dict.fromkeys(("resource_type", "client_id"), "text"),
    **dict.fromkeys(("clinic_id", "patient_id", "resource_id"), "uuid"),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A resource's present version; `body` None: it was not asked for."""

    resource_type: str
    version: int
    recorded_at: datetime
    deleted: bool
    custodian_id: ClinicId | None
    body: str | None


class Name(NamedTuple):
    """What a sender calls a resource; `clinic_id` None: whoever the sender was."""

    resource_type: str
    id: str
    clinic_id: ClinicId | None


class Question(NamedTuple):
    """A condition, and among whose resources: a patient's, a clinic's Patients, or shared ones."""

    condition: Condition
    within: PatientId | ClinicId | None


class _Asked(NamedTuple):
    """One test of a question, within one patient's rows or the shared ones."""

    question: Question
    patient_id: PatientId | None
    test: Criterion


class Store:
    """Whatever is asked for beforehand costs one statement for all; else one by one."""

    def __init__(self) -> None:
        self._named: defaultdict[Pair, dict[ClinicId, Place]] = defaultdict(dict)
        self._looked_up: set[Name] = set()
        self._rows: dict[Key, Stored | None] = {}
        self._made: set[Key] = set()
        self._met: dict[Question, frozenset[Place]] = {}
        self._parts: dict[UUID, frozenset[PatientId]] = {}

    def look_up(self, names: Iterable[Name]) -> None:
        """Read what these senders mean by their own names."""
        asked = {one for one in names if one not in self._looked_up and not our_place(one[:2])}
        self._looked_up |= asked
        exact = [one for one in asked if one.clinic_id]
        anybodys = [one[:2] for one in asked if not one.clinic_id]
        rows = _by_columns(_NAMED, exact) + _by_columns(_NAMED_BY_ANYBODY, anybodys)
        for kind, text, clinic_id, patient, resource in rows:
            place = Place(resource_type=kind, patient_id=patient, resource_id=resource)
            self._named[kind, text][clinic_id] = place

    def named(self, name: Name) -> set[Place]:
        """What is meant by a name; several where the sender is not known."""
        pair = name[:2]
        if ours := our_place(pair):
            return {ours}
        self.look_up([name])
        found = self._named.get(pair, {})
        if name.clinic_id is None:
            return set(found.values())
        return {found[name.clinic_id]} if name.clinic_id in found else set()

    def make(self, place: Place) -> Place:
        """Nothing is there: the place has an id that nobody has had before."""
        self._rows[place.key] = None
        self._made.add(place.key)
        return place

    def made(self, place: Place) -> bool:
        """Whether nobody has had this id before."""
        return place.key in self._made

    def fetch(self, places: Iterable[Place], *, bodies: bool = False) -> None:
        """Read these present versions, deleted ones too; with `bodies` anew, for writing."""
        known = self._made if bodies else self._rows
        asked = {one.key: one for one in places if one.key not in known}
        owned = [
            (one.patient_id, one.resource_id, bodies) for one in asked.values() if one.patient_id
        ]
        shared = [(one.resource_id, bodies) for one in asked.values() if not one.patient_id]
        self._rows |= dict.fromkeys(asked)
        for patient_id, resource_id, *row in _by_columns(_OWNED, owned) + _by_columns(
            _SHARED, shared
        ):
            self._rows[key_of(patient_id, resource_id)] = Stored(*row)

    def fetch_parts(self, wholes: Iterable[Place]) -> None:
        """Read anew who has, or had, a part of these."""
        found: defaultdict[UUID, set[PatientId]] = defaultdict(set)
        asked = [(one.resource_id,) for one in wholes]
        for resource_id, patient_id in _by_columns(_PARTS, asked):
            found[resource_id].add(patient_id)
        self._parts |= {one: frozenset(found[one]) for (one,) in asked}

    def fetch_with_parts(self, places: Iterable[Place]) -> None:
        """Read these, the wholes that they may be of, and the parts of those that are wholes."""
        named = [*places]
        named += [one for place in named if place.resource_type in OF_SEVERAL for one in place.both]
        wholes = [one for one in named if one.is_whole and one.resource_id not in self._parts]
        self.fetch_parts(wholes)
        parts = [whole.part(one) for whole in wholes for one in self._parts[whole.resource_id]]
        self.fetch([*named, *parts])

    def parts(self, whole: Place) -> frozenset[PatientId]:
        """Who has, or had, a part of it."""
        if whole.resource_id not in self._parts:
            self.fetch_parts([whole])
        return self._parts[whole.resource_id]

    def stored(self, place: Place) -> Stored | None:
        """The present version at a place, if it is one of this type."""
        found = self._row(place)
        return found if found and found.resource_type == place.resource_type else None

    def _row(self, place: Place) -> Stored | None:
        try:
            return self._rows[place.key]
        except KeyError:
            self.fetch([place])
            return self._rows[place.key]

    def other_type(self, place: Place) -> str | None:
        """Which other type of resource has this id."""
        found = self._row(place)
        return found.resource_type if found and found.resource_type != place.resource_type else None

    def body(self, place: Place) -> str:
        """The present text at a place, '' where there is none."""
        found = self.stored(place)
        if found and found.body is None:
            self.fetch([place], bodies=True)
            found = self.stored(place)
        return (found and found.body) or ""

    def first(self, place: Place) -> Stored | None:
        """The first version at a place; None also where a destruction took it away."""
        found = self.stored(place)
        if found is None or found.version == 1:
            return found and replace(found, body=self.body(place))
        owned, resource_id = place.patient_id is not None, place.resource_id
        table = "resource_version" if owned else "shared_resource_version"
        sql = (
            "SELECT resource_type, version, recorded_at, deleted, custodian_id, body"  # noqa: S608
            f" FROM {table} WHERE resource_id = %s AND version = 1"
        )
        if owned:
            sql += " AND patient_id = %s"
        rows = ask(connection, sql, [resource_id, place.patient_id][: 1 + owned])
        return Stored(*rows[0]) if rows else None

    def ask(self, questions: Iterable[Question]) -> None:
        """Answer these questions by the index."""
        asked = [one for one in set(questions) if one not in self._met]
        if not asked:
            return
        places: dict[Question, set[Place] | None] = dict.fromkeys(asked)
        patients = self._patients(asked)
        owned, shared = [], []
        for question in asked:
            if question.within is None:
                shared += [_Asked(question, None, test) for test in question.condition.tests]
                continue
            tests = question.condition.tests
            whose = patients.get(question, {PatientId(question.within)})
            if question in patients and len(tests) == 1:
                places[question] = {_patient(one) for one in whose}
                continue
            owned += [_Asked(question, patient, test) for patient in whose for test in tests]
        places |= _having(_OWNED_TOKENS, owned) | _having(_SHARED_TOKENS, shared)
        self._met |= {question: frozenset(found or ()) for question, found in places.items()}
        met = (place for question in asked for place in self._met[question])
        self.fetch_with_parts(met)

    def meeting(self, question: Question) -> frozenset[Place]:
        """Resources that meet the tests."""
        self.ask([question])
        return self._met[question]

    def _patients(self, asked: Iterable[Question]) -> dict[Question, set[PatientId]]:
        """Whose Patients may be meant: found by the clinics' own numbers of them."""
        numbered = [
            (one, next((t for t in one.condition.tests if t.param == "identifier"), None))
            for one in asked
            if one.condition.resource_type == "Patient"
        ]
        found = entries_by_identifiers(
            [(ClinicId(one.within), t.system, t.code) for one, t in numbered if t and one.within]
        )
        answers = iter(found)
        return {one: next(answers) if test else set() for one, test in numbered}


def _patient(patient_id: PatientId) -> Place:
    return Place(resource_type="Patient", patient_id=patient_id, resource_id=patient_id)


def _having(sql: str, asked: list[_Asked]) -> dict[Question, set[Place]]:
    """The resources that meet all tests of each question."""
    met: list[set[Row]] = [set() for _ in asked]
    rows = [
        (
            *(number, one.patient_id, one.question.condition.resource_type, one.test.param),
            *(one.test.system is None, one.test.system or "", one.test.code),
        )
        for number, one in enumerate(asked)
    ]
    for number, *key in _by_columns(sql, rows):
        met[number].add((key[0], key[1]))
    by_patient: dict[tuple[Question, PatientId | None], set[Row]] = {}
    for one, keys in zip(asked, met, strict=True):
        whose = (one.question, one.patient_id)
        by_patient[whose] = by_patient.get(whose, keys) & keys
    found: defaultdict[Question, set[Place]] = defaultdict(set)
    for (question, _), keys in by_patient.items():
        kind = question.condition.resource_type
        found[question] |= {
            Place(resource_type=kind, patient_id=who, resource_id=one) for who, one in keys
        }
    return found


def _by_columns(sql: str, rows: Collection[Row]) -> list[Row]:
    """Run a statement that takes the rows' columns as arrays; nothing is asked about none."""
    return (
        ask(connection, sql, [list(column) for column in zip(*rows, strict=True)]) if rows else []
    )


def remember_parts(parts: Iterable[Place]) -> None:
    """Write down in whose records a whole has a part."""
    types = dict.fromkeys(("patient_id", "resource_id"), "uuid")
    rows = [(part.patient_id, part.resource_id) for part in parts]
    copy(connection, Copied("resource_part", types, rows))


def forget_names(names: Collection[Name]) -> None:
    """What these mean is to be something else."""
    _by_columns(_FORGOTTEN, names)


def remember_names(places: Mapping[Name, Place]) -> None:
    """Write down which resource a sender means by its own `Type/id`."""
    rows = [(*name, place.patient_id, place.resource_id) for name, place in places.items()]
    copy(connection, Copied("client_id", _NAMES, rows))
