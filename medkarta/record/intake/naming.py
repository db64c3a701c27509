"""What a reference in a bundle means: another entry, or what the store already has.

https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/http.html#trules.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.record.intake.entries import Entry, Place
from medkarta.record.intake.found import NOBODY, Name, Question, Store
from medkarta.record.rules.conditions import (
    Condition,
    UnusableConditionError,
    meets,
    read_condition,
    tokens_of,
)
from medkarta.record.rules.sharing import SHARED_TYPES, WITHOUT_PATIENT
from medkarta.record.submissions import RefusedError
from medkarta.record.writing import Owner

Meaning: TypeAlias = Entry | Place

_RELATIVE: Final = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")
_VERSION: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_BASE: Final = re.compile(r"(https?://.+)/[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")
_CONDITIONAL: Final = re.compile(r"([A-Z][A-Za-z]+)\?(.+)")
_ELSEWHERE: Final = re.compile(r"#|https?://")


class UnresolvedError(RefusedError):
    """The reference leads nowhere; the message says so in words."""

    def __init__(
        self,
        words: str,
        *,
        status: int = 422,
        code: str = "not-found",
        expression: str | None = None,
    ) -> None:
        super().__init__(words, status=status, code=code, expression=expression)


class Names:
    """The names by which a bundle's entries call each other and the store's resources.

    `clinic_id` is who sent the bundle and sees of the patients' resources its own alone; None: an
    import, where each entry's clinic comes out on the way. `base` is ours, by which it was sent.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        store: Store,
        *,
        clinic_id: ClinicId | None = None,
        base: str = "",
    ) -> None:
        self._entries = list(entries)
        self._store = store
        self.clinic_id = clinic_id
        self._base = f"{base}/" if base else ""
        self.removed: set[Place] = set()  # by this bundle: nothing in it means these any more
        self._named: dict[str, Entry] = {}
        self._by_token: dict[str, defaultdict[tuple[str, str | None], list[Entry]]] = {}
        for entry in self._entries:
            for name in (entry.full_url, entry.target_id and entry.carries and entry.name):
                if name:
                    self._named.setdefault(name, entry)

    def outside(self) -> Iterator[Name]:
        """Names of what is not in the bundle, or is to be written over."""
        for entry in self._entries:
            if named := entry.target_id or entry.said_id:
                yield Name(entry.resource_type, named, self.clinic_id)
            if entry.key:
                yield self.of_key(entry.key)
            for reference in entry.references:
                whole, _ = parted(self.relative(reference))
                if whole not in self._named and (name := _RELATIVE.fullmatch(whole)):
                    yield Name(name[1], name[2], self.clinic_id)

    def relative(self, reference: str) -> str:
        """With our own base it is as without: https://hl7.org/fhir/R4/references.html#literal."""
        return reference.removeprefix(self._base) if reference[:4] == "http" else reference

    def of_key(self, key: str) -> Name:
        """The name of what was created under an idempotency key."""
        return Name("Idempotency-Key", key, self.clinic_id)

    def places(self) -> set[Place]:
        """Where the names from outside lead."""
        return {place for name in self.outside() for place in self._store.named(name)}

    def questions(self) -> Iterator[Question]:
        """Conditions whose answer does not wait for whose an entry is."""
        for entry in self._entries:
            for condition in (entry.condition, *_conditions(entry.references)):
                if condition and condition.tests:
                    if condition.resource_type in WITHOUT_PATIENT:
                        yield Question(condition, None)
                    elif condition.resource_type == "Patient" and self.clinic_id:
                        yield Question(condition, self.clinic_id)

    def questions_of_patients(self) -> Iterator[Question]:
        """Conditions of references to what is the same patient's, once that is known."""
        for entry in self._entries:
            if entry.first and entry.refusal is None:
                for condition in _conditions(entry.references):
                    if condition.tests and condition.resource_type not in WITHOUT_PATIENT:
                        yield self.question(condition, of=entry)

    def target(self, kind: str, text: str, clinic_id: ClinicId | None) -> Place | None:
        """Where a name leads as `clinic_id` means it, whatever is there. Raises `UnresolvedError`.

        An import tells from whom it is by its content alone: what one clinic has called so is
        meant, and the shared one before other clinics' own.
        """
        found = self._store.named(Name(kind, text, self.clinic_id))
        if len(found) > 1:
            found = self._store.named(Name(kind, text, clinic_id or NOBODY))
            if not found:
                raise UnresolvedError(f"{kind}/{text} is what several clinics call theirs")
        return next(iter(found), None)

    def stored(self, kind: str, text: str, clinic_id: ClinicId | None) -> Place | None:
        """What the store has under a name, as `clinic_id` means it. Raises `UnresolvedError`."""
        place = self.target(kind, text, clinic_id)
        return place if place and self.sees(place) else None

    def sees(self, place: Place) -> bool:
        """Whether it is there for whoever sent the bundle: absent, deleted, foreign are alike."""
        row = self._store.stored(place)
        if row is None or row.deleted or (self.removed and place in self.removed):
            return False
        shared = place.patient_id is None and place.resource_type in SHARED_TYPES
        return shared or self.clinic_id in {None, row.custodian_id}

    def entry_of(self, reference: str, *, of: Entry) -> Entry | None:
        """The entry of this bundle that is meant."""
        reference, _ = parted(reference)
        entry = self._named.get(reference)
        if entry is None and self._base and reference.startswith(self._base):
            entry = self._named.get(self.relative(reference))
        if entry is None and of.full_url and _RELATIVE.fullmatch(reference):
            base = _BASE.fullmatch(of.full_url)
            entry = self._named.get(f"{base[1]}/{reference}") if base else None
        return entry

    def meaning(
        self, reference: str, *, of: Entry, clinic_id: ClinicId | None = None
    ) -> Meaning | None:
        """What is meant; None: something elsewhere, and the reference stays as it is written.

        `clinic_id` is whose names and Patients are meant where the entry does not say it itself.
        Raises `UnresolvedError`.
        """
        meant: Meaning | None = self.entry_of(reference, of=of)
        here = self.relative(reference)
        if meant is None and (relative := _RELATIVE.fullmatch(parted(here)[0])):
            keeper = of.keeper or clinic_id
            meant = self.stored(relative[1], relative[2], keeper)
        if meant is None and (conditional := _CONDITIONAL.fullmatch(here)):
            meant = self._conditional(conditional, of, clinic_id)
        if meant or _ELSEWHERE.match(here) or reference not in of.literals:
            return meant
        words = f"{reference} is neither in the bundle nor in the store"
        raise UnresolvedError(words, expression=of.place_of(reference))

    def question(
        self,
        condition: Condition,
        *,
        of: Entry,
        clinic_id: ClinicId | None = None,
        whose: Owner | None = None,
    ) -> Question:
        """A condition, and among whose resources it looks: the entry's own patient's, or `whose`.

        Raises `UnresolvedError`.
        """
        kind = condition.resource_type
        within: PatientId | ClinicId | None = None
        # Of a type that may be nobody's as well, what is a patient's is looked for among theirs.
        first = whose or of.first
        theirs = first is not None and condition == of.condition
        if kind == "Patient":
            within = of.keeper or self.clinic_id or clinic_id
        elif theirs or kind not in WITHOUT_PATIENT:
            within = first.patient_id if first else self._patient_asked(condition)
        if within is None and kind not in WITHOUT_PATIENT:
            words = f"whose {kind} is meant is not known: name the patient in the condition too"
            raise UnresolvedError(words)
        return Question(condition, within)

    def meeting(
        self, condition: Condition, *, of: Entry, clinic_id: ClinicId | None = None
    ) -> set[Place]:
        """Resources of the store that meet a condition, among those that the entry may mean.

        Raises `UnresolvedError`.
        """
        kind = condition.resource_type
        named: Place | None = None
        if condition.id:
            named = self.stored(kind, condition.id, clinic_id)
        if not condition.tests:
            return {named} if named else set()
        if kind == "Patient" and not any(one.param == "identifier" for one in condition.tests):
            raise UnresolvedError("a Patient is looked for by its identifier or its _id")
        questions = [
            self.question(condition, of=of, clinic_id=clinic_id, whose=one)
            for one in of.sharers or (of.owner,)
        ]
        found = (place for one in questions for place in self._store.meeting(one))
        met = {place for place in found if self.sees(place)}
        met = met & {named} if condition.id else met
        # Of shared resources those that the sender wrote itself come first.
        own = {place for place in met if place.patient_id is None and self._wrote(place)}
        return own or met

    def _carrying(self, condition: Condition) -> list[Entry]:
        """Entries that may meet a condition; each type is looked through once."""
        kind = condition.resource_type
        if kind not in self._by_token:
            tokens = self._by_token.setdefault(kind, defaultdict(list))
            for entry in self._entries:
                if entry.resource_type == kind and entry.carries:
                    for token in {(one.param, one.code) for one in tokens_of(entry.found)}:
                        tokens[token].append(entry)
        if not condition.tests:
            return []
        return self._by_token[kind].get((condition.tests[0].param, condition.tests[0].code), [])

    def _wrote(self, place: Place) -> bool:
        row = self._store.stored(place)
        return self.clinic_id is not None and row is not None and row.custodian_id == self.clinic_id

    def _patient_asked(self, condition: Condition) -> PatientId | None:
        """Whose resources a condition names itself."""
        if condition.patient is None:
            return None
        place = self.stored("Patient", condition.patient, None)
        return place.patient_id if place else None

    def _conditional(
        self, reference: re.Match[str], of: Entry, clinic_id: ClinicId | None
    ) -> Meaning | None:
        """https://hl7.org/fhir/R4/http.html#trules step 5: conditions are answered last.

        So they find what this bundle creates as well as what was there before.
        """
        try:
            condition = read_condition(reference[1], reference[2])
        except UnusableConditionError as error:
            where = of.place_of(reference[0])
            raise UnresolvedError(str(error), code="not-supported", expression=where) from error
        here = [
            entry
            for entry in self._carrying(condition)
            if _reachable(entry, of) and meets(entry.found, condition)
        ]
        places = {entry.place for entry in here if entry.place}
        if not (here and condition.resource_type == "Patient" and of.first is None):
            places |= self.meeting(condition, of=of, clinic_id=clinic_id)
        if len(places) > 1:
            words = f"{reference[0]} is met by {len(places)} resources"
            raise UnresolvedError(
                words, status=412, code="multiple-matches", expression=of.place_of(reference[0])
            )
        return here[0] if here else next(iter(places), None)


def parted(reference: str) -> tuple[str, str]:
    """A reference to a resource, and `/_history/…` where it is to one of its versions.

    https://hl7.org/fhir/R4/references.html#literal. The version is the sender's word: it is kept as
    it came, and search finds the resource.
    """
    whole, sign, version = reference.rpartition("/_history/")
    return (whole, sign + version) if sign and _VERSION.fullmatch(version) else (reference, "")


def _conditions(references: Iterable[str]) -> Iterator[Condition]:
    """Those that can be asked; the others are refused where they are met."""
    for reference in dict.fromkeys(references):
        if "?" in reference and (conditional := _CONDITIONAL.fullmatch(reference)):
            try:
                yield read_condition(conditional[1], conditional[2])
            except UnusableConditionError:
                continue


def _reachable(entry: Entry, of: Entry) -> bool:
    """A condition looks among shared resources, Patients, and what is the same patient's."""
    if entry.owner is None or entry.resource_type == "Patient":
        return True
    return entry.owner in (of.sharers or (of.owner,))
