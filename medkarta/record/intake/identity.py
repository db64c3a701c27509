"""Whose each entry is, which clinic keeps it, and under which id it stands in the store.

Ids are made of the sender's own names, so that a second run finds what the first one stored, but
for what the API creates. Those of a patient's resources are made within the clinic that keeps them:
two clinics that both send `http://localhost/fhir/Patient/1` have two patients.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from medkarta.fhir.search.compartment import OF_SEVERAL, patient_references, things_named, way_of
from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.record.intake.entries import Entry, Place, Verb, our_place
from medkarta.record.intake.found import Store
from medkarta.record.intake.keepers import Keeper
from medkarta.record.intake.naming import Names, UnresolvedError
from medkarta.record.intake.several import sharers_of
from medkarta.record.rules.conditions import meets
from medkarta.record.rules.persons import are_other_humans, personal_data
from medkarta.record.rules.sharing import CLINICS_OWN, WITHOUT_PATIENT, unowned
from medkarta.record.stored import parse_body
from medkarta.record.submissions import RefusedError
from medkarta.record.writing import Owner

if TYPE_CHECKING:
    from medkarta.record.intake.found import Stored
    from medkarta.record.rules.conditions import Condition

OTHER_CONTENT: Final = "this Idempotency-Key was used with other content"
_MOST_SHARERS: Final = 30  # each has a part that is made, checked and written
_IMPORTED: Final = UUID("5f2f7a5c-2a0b-4c61-9a55-6a1f0b0d7c1e")


class Settlement:
    """Gives each entry of a bundle that is not refused its owner (None: shared) and its place."""

    def __init__(
        self, entries: Sequence[Entry], *, names: Names, store: Store, keeper: Keeper
    ) -> None:
        self._entries = [entry for entry in entries if entry.refusal is None]
        self._names = names
        self._store = store
        self._keeper = keeper
        self._conditions: dict[tuple[Condition, UUID | None], Place] = {}

    def settle(self) -> None:
        """Deletions first, then shared entries, Patients, what is theirs, and what leads to that.

        https://hl7.org/fhir/R4/http.html#trules has the same order where it matters.
        """
        changed = [entry for entry in self._entries if not entry.carries]
        carried = [entry for entry in self._entries if entry.carries]
        patients = [entry for entry in carried if entry.resource_type == "Patient"]
        led = [one for one in carried if way_of(one.resource) or things_named(one.resource)]
        shared = [entry for entry in carried if self._is_shared(entry)]
        apart = {*patients, *shared, *led}
        owned = [entry for entry in carried if entry not in apart]
        self._attempt(changed, self._settle_changed)
        self._attempt(shared, self._settle_shared)
        self._attempt(patients, self._settle_patient)
        self._attempt(owned, self._settle_owner)
        asked = [(one.condition, one) for one in owned if one.first and one.condition]
        self._store.ask(self._names.question(condition, of=one) for condition, one in asked)
        self._attempt(owned, self._settle_owned)
        self._attempt(self._in_order(led), self._settle_led)

    def _in_order(self, led: Sequence[Entry]) -> Iterable[Entry]:
        """Each after those of them that say whose it is; each is looked at once or twice."""
        among, met = set(led), set[Entry]()
        order: dict[Entry, None] = {}
        stack = list(reversed(led))
        while stack:
            entry = stack[-1]
            leading = [] if entry in met else [*self._leads(entry) & among - met - {entry}]
            met.add(entry)
            stack += leading
            if not leading:
                order.setdefault(stack.pop())
        return order

    def _leads(self, entry: Entry) -> set[Entry]:
        """Entries of this bundle that say whose it is."""
        named = [*things_named(entry.resource), way_of(entry.resource) or ""]
        others = (self._names.entry_of(one, of=entry) for one in named)
        return {one for one in others if one}

    def _attempt(self, entries: Iterable[Entry], settle: Callable[[Entry], None]) -> None:
        for entry in entries:
            if entry.refusal:
                continue
            try:
                settle(entry)
            except RefusedError as error:
                entry.refuse_as(error.refusal)
            if entry.condition and entry.place and entry.carries:
                scope = _scope(entry, entry.keeper)
                self._conditions.setdefault((entry.condition, scope), entry.place)

    def _settle_changed(self, entry: Entry) -> None:
        """What is there is deleted or patched; it came without a resource."""
        by_id = entry.target_id
        place = self._target(entry) if by_id else self._only(entry, self._keeper.likely)
        place = self._whole(entry, place) if place else None
        former = self._store.stored(place) if place else None
        if place is None or former is None or (former.deleted and entry.verb is Verb.PATCH):
            if entry.verb is Verb.DELETE and entry.condition:
                return  # nothing is there that would have to go
            raise _absent(entry)
        self._check_writable(entry, place, former)
        if entry.verb is Verb.DELETE and place.resource_id == self._keeper.shared:
            words = "this is the organisation as which this system writes and keeps patients"
            raise RefusedError(words, status=409, code="conflict")
        entry.place = place
        if place.patient_id and former.custodian_id:
            entry.owner = Owner(patient_id=place.patient_id, custodian_id=former.custodian_id)
        if entry.verb is Verb.DELETE:
            self._names.removed.add(place)

    def _settle_shared(self, entry: Entry) -> None:
        clinic_id = self._keeper.shared
        if clinic_id is None and entry.resource_type in CLINICS_OWN:
            words = f"{entry.resource_type} belongs to a clinic, whose system sends it"
            raise UnresolvedError(words, code="not-supported")
        place = self._known(entry, clinic_id) or self._new(entry, None, clinic_id)
        former = self._store.stored(place)
        if former is None or entry.updates:
            self._check_writable(entry, place, former)
        entry.place = _of(place, None)

    def _check_writable(self, entry: Entry, place: Place, former: "Stored | None") -> None:
        """However it was found: a condition finds what is shared whoever keeps it."""
        if not self._keeper.may_write(place, former):
            raise RefusedError(
                f"this {entry.resource_type} is not one that this system may write",
                status=403,
                code="forbidden",
            )

    def _settle_patient(self, entry: Entry) -> None:
        clinic_id = self._keeper.clinic_of(entry)
        place = self._known(entry, clinic_id)
        if place is None:
            patient_id = PatientId(entry.chosen_id or _named(entry, clinic_id))
            place = self._new(entry, patient_id, clinic_id)
        former = self._store.stored(place)
        if former is not None and former.custodian_id != clinic_id:
            raise UnresolvedError("another clinic keeps the patient of this id")
        if former is not None and not entry.updates and not entry.key:
            self._check_same_human(entry, place, former)
        entry.owner = Owner(patient_id=PatientId(place.resource_id), custodian_id=clinic_id)
        entry.place = place

    def _settle_owner(self, entry: Entry) -> None:
        owners = {self._patient_meant(one, entry) for one in self._patients_named(entry)}
        for reference in things_named(entry.resource):
            owners |= self._led(reference, entry)
        if not owners:
            words, where = unowned(entry.resource_type)
            raise UnresolvedError(words, code="required", expression=where)
        self._give(entry, owners)

    def _give(self, entry: Entry, owners: set[Owner]) -> None:
        """It is one patient's; or several people's, who will have a part each."""
        if len(owners) == 1:
            (entry.owner,) = owners
            return
        if entry.resource_type not in OF_SEVERAL:
            raise UnresolvedError("it names several patients, and belongs to one", code="invalid")
        if len(owners) > _MOST_SHARERS:
            words = f"a resource is about {_MOST_SHARERS} patients at most"
            raise UnresolvedError(words, status=413, code="too-costly")
        if len({one.custodian_id for one in owners}) > 1:
            raise UnresolvedError("it names patients of several clinics", code="invalid")
        entry.sharers = tuple(sorted(owners, key=lambda one: one.patient_id))

    def _settle_owned(self, entry: Entry) -> None:
        if entry.first is None:
            return
        clinic_id = entry.keeper
        known = self._known(entry, clinic_id)
        place = self._whole(entry, known) if known else None
        if place and place.is_whole and entry.owner:
            entry.sharers, entry.owner = (entry.owner,), None
        whose = entry.owner.patient_id if entry.owner else None
        entry.place = _of(place or self._new(entry, whose, clinic_id), whose)

    def _whole(self, entry: Entry, place: Place) -> Place:
        """What is written where a place is of several people, or will be.

        By a part's own id nothing is, and what is one patient's by its id stays that: the answer
        would be of another id.
        """
        *_, whole = place.both
        if whole == place:
            return place
        by_our_id = entry.target_id and our_place((place.resource_type, entry.target_id))
        if self._store.stored(whole):
            if by_our_id:
                raise _of_a_part(whole)
            return whole
        return self._grown(entry, place, whole) if entry.sharers and not by_our_id else place

    def _met(self, entry: Entry, place: Place) -> Place:
        """What is meant where a condition finds a part: a whole, unless the part itself is said."""
        *_, whole = place.both
        if whole == place or self._store.stored(whole) is None:
            return place
        said = {entry.said_id, entry.condition.id if entry.condition else None}
        if place.id in said:
            raise _of_a_part(whole)
        return whole

    def _grown(self, entry: Entry, place: Place, whole: Place) -> Place:
        """An update makes a whole of what was one patient's; a creation finds that it is there."""
        if entry.updates:
            entry.grown_from = place
            return whole
        entry.sharers, (entry.owner,) = (), self._owners_of(place)
        return place

    def _is_shared(self, entry: Entry) -> bool:
        if entry.resource_type not in WITHOUT_PATIENT:
            return False
        return not (self._patients_named(entry) or way_of(entry.resource))

    def _patients_named(self, entry: Entry) -> list[str]:
        """References to Patients; a URN of another entry's is to what stands there."""
        named = patient_references(entry.resource)
        others = ((one, self._names.entry_of(one, of=entry)) for one in named)
        return [one for one, other in others if not other or other.resource_type == "Patient"]

    def _settle_led(self, entry: Entry) -> None:
        """It is theirs whose resources its elements name, or else the clinic's own."""
        way = way_of(entry.resource)
        if way is None:
            self._settle_owner(entry)
        elif owners := self._led(way, entry):
            self._give(entry, owners)
        settle = self._settle_owned if entry.first else self._settle_shared
        settle(entry)

    def _led(self, reference: str, entry: Entry) -> set[Owner]:
        """Whose it is to which a reference leads. That it leads nowhere is said on linking."""
        try:
            meant = self._names.meaning(reference, of=entry, clinic_id=self._keeper.likely)
        except UnresolvedError:
            return set()
        if isinstance(meant, Entry):
            return {one for one in (meant.owner, *meant.sharers) if one}
        return set(self._owners_of(meant) if meant else ())

    def _owners_of(self, place: Place) -> Iterator[Owner]:
        row = self._store.stored(place) if place.patient_id else None
        if place.is_whole:
            yield from sharers_of(place, self._store)
        elif place.patient_id and row and row.custodian_id:
            yield Owner(patient_id=place.patient_id, custodian_id=row.custodian_id)

    def _patient_meant(self, reference: str, entry: Entry) -> Owner:
        meant = self._names.meaning(reference, of=entry, clinic_id=self._keeper.likely)
        if isinstance(meant, Entry):
            if meant.owner is None:
                raise UnresolvedError(f"its patient, entry {meant.index}, was refused")
            return meant.owner
        row = self._store.stored(meant) if meant and meant.resource_type == "Patient" else None
        if meant is None or meant.patient_id is None or row is None or row.custodian_id is None:
            words = f"the patient {reference} is not known here"
            raise UnresolvedError(words, expression=entry.place_of(reference))
        return Owner(patient_id=meant.patient_id, custodian_id=row.custodian_id)

    def _known(self, entry: Entry, clinic_id: ClinicId | None) -> Place | None:
        """What an entry's id or condition leads to; the first entry of a condition leads others."""
        if entry.key and (known := self._store.named(self._names.of_key(entry.key))):
            place = replace(known.pop(), resource_type=entry.resource_type)
            if self._store.stored(place) is None:
                raise RefusedError(OTHER_CONTENT)
            return place
        if entry.target_id:
            return self._target(entry, clinic_id)
        if entry.condition is None:
            return None
        met = self._only(entry, clinic_id) or self._conditions.get(
            (entry.condition, _scope(entry, clinic_id))
        )
        return self._as_said(entry, met, clinic_id) if entry.said_id else met

    def _as_said(self, entry: Entry, met: Place | None, clinic_id: ClinicId | None) -> Place | None:
        """By the id in the resource: that of what meets the condition, or else of what is written.

        https://hl7.org/fhir/R4/http.html#cond-update.
        """
        said = entry.said_id
        if met is None:
            _check_own_condition(entry)
            entry.target_id, entry.chosen_id = said, None
            return self._target(entry, clinic_id)
        if said != met.id and self._names.target(met.resource_type, said or "", clinic_id) != met:
            raise RefusedError(
                "the resource's id is not that of the one that meets the condition",
                status=400,
                code="invalid",
                expression=f"{entry.resource_type}.id",
            )
        return met

    def _new(self, entry: Entry, patient_id: PatientId | None, clinic_id: ClinicId | None) -> Place:
        place = Place(
            resource_type=entry.resource_type,
            patient_id=patient_id,
            resource_id=entry.chosen_id or _named(entry, clinic_id),
        )
        if not entry.chosen_id:
            return place
        _check_own_condition(entry)
        return self._store.make(place)

    def _only(self, entry: Entry, clinic_id: ClinicId | None) -> Place | None:
        """The one resource that meets the entry's condition."""
        if entry.condition is None:
            return None
        met = self._names.meeting(entry.condition, of=entry, clinic_id=clinic_id)
        places = {self._met(entry, one) for one in met}
        if len(places) > 1:
            words = f"its condition is met by {len(places)} resources"
            raise UnresolvedError(words, status=412, code="multiple-matches")
        return next(iter(places), None)

    def _target(self, entry: Entry, clinic_id: ClinicId | None = None) -> Place | None:
        """What an entry's id leads to; None: an id that the sender may choose and has not yet."""
        place = self._names.target(entry.resource_type, entry.target_id or "", clinic_id)
        former = self._store.stored(place) if place else None
        if place and former and self._keeper.may_write(place, former):
            return place
        if entry.carries and place and former is None and place.resource_id == self._keeper.shared:
            return place  # the sender's own Organization, for the first time
        if place or our_place((entry.resource_type, entry.target_id or "")):
            raise _absent(entry)
        return None

    def _check_same_human(self, entry: Entry, place: Place, former: "Stored") -> None:
        """An id that a clinic gave again to somebody else must not pour two records into one."""
        body = self._store.body(place)
        if not former.deleted and are_other_humans(
            personal_data(entry.resource), personal_data(parse_body(body))
        ):
            raise UnresolvedError(
                "the patient of this id has another birth date or СНИЛС here; a PUT corrects it",
                code="conflict",
            )


def _check_own_condition(entry: Entry) -> None:
    if entry.condition and not meets(entry.found, replace(entry.condition, id=None)):
        raise UnresolvedError(
            "the resource does not meet its own condition: sent again, it would make another",
            code="business-rule",
        )


def _of_a_part(whole: Place) -> UnresolvedError:
    words = f"this is one patient's part of {whole.reference}: write that"
    return UnresolvedError(words, code="business-rule")


def _absent(entry: Entry) -> UnresolvedError:
    """Absent, deleted, another's: the same words for all."""
    words = f"there is no {entry.name}" if entry.target_id else "nothing meets the condition"
    return UnresolvedError(words, status=404)


def _of(place: Place, patient_id: PatientId | None) -> Place:
    if place.patient_id != patient_id:
        words = "what it would update is another patient's"
        if patient_id is None:
            words = "by this id it is one patient's alone: delete it and send it anew"
        raise UnresolvedError(words, code="conflict")
    return place


def _scope(entry: Entry, clinic_id: ClinicId | None) -> UUID | None:
    """Among whose resources an entry's condition looks."""
    if entry.resource_type == "Patient":
        return clinic_id
    return entry.first.patient_id if entry.first else None


def _named(entry: Entry, clinic_id: ClinicId | None) -> UUID:
    scope = uuid5(_IMPORTED, str(clinic_id)) if clinic_id else _IMPORTED
    return uuid5(scope, f"{entry.resource_type} {entry.name}")
