"""Whose each entry is, which clinic keeps it, and under which id it stands in the store.

Ids are made of the sender's own names, so that a second run finds what the first one stored. Those
of a patient's resources are made within the clinic that keeps them: two clinics that both send
`http://localhost/fhir/Patient/1` have two patients.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from medkarta.fhir.search.compartment import patient_references
from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.record.intake import found
from medkarta.record.intake.entries import Entry, Place
from medkarta.record.intake.naming import Names, UnresolvedError
from medkarta.record.rules.persons import are_other_humans, personal_data
from medkarta.record.rules.sharing import SHARED_TYPES
from medkarta.record.stored import parse_body
from medkarta.record.writing import Owner

if TYPE_CHECKING:
    from medkarta.record.rules.conditions import Condition

_IMPORTED: Final = UUID("5f2f7a5c-2a0b-4c61-9a55-6a1f0b0d7c1e")


class Settlement:
    """Gives each entry of a bundle that is not refused its owner (None: shared) and its place."""

    def __init__(self, entries: Sequence[Entry], names: Names) -> None:
        self._entries = [entry for entry in entries if entry.refusal is None]
        self._names = names
        self._custodians: dict[PatientId, ClinicId | None] = {}
        self._of_patient: defaultdict[Entry, Counter[ClinicId]] = defaultdict(Counter)
        self._of_all: Counter[ClinicId] = Counter()
        self._conditions: dict[tuple[Condition, UUID | None], Place] = {}

    def settle(self) -> None:
        """Shared entries first, then Patients by the clinics among them, then what is theirs."""
        shared, patients, owned = [], [], []
        for entry in self._entries:
            if entry.resource_type == "Patient":
                patients.append(entry)
            elif entry.resource_type in SHARED_TYPES and not patient_references(entry.resource):
                shared.append(entry)
            else:
                owned.append(entry)
        for entry in shared:
            self._attempt(entry)
        self._count_clinics()
        for entry in patients + owned:
            self._attempt(entry)

    def _attempt(self, entry: Entry) -> None:
        try:
            if entry.resource_type == "Patient":
                self._settle_patient(entry)
            elif entry.resource_type not in SHARED_TYPES or patient_references(entry.resource):
                entry.owner = self._owner(entry)
                entry.place = self._place(entry, entry.owner)
            else:
                entry.place = self._place(entry, None)
        except UnresolvedError as error:
            entry.refuse(str(error))
        if entry.condition and entry.place:
            clinic_id = entry.owner.custodian_id if entry.owner else None
            self._conditions.setdefault((entry.condition, _scope(entry, clinic_id)), entry.place)

    def _count_clinics(self) -> None:
        """Which organisations the bundle's Encounters name, for all and for each Patient entry."""
        for entry in self._entries:
            if entry.resource_type != "Encounter":
                continue
            clinic_id = self._organization(entry, entry.resource.get("serviceProvider"))
            if clinic_id is None:
                continue
            self._of_all[clinic_id] += 1
            for reference in patient_references(entry.resource):
                patient = self._names.entry_of(reference, of=entry)
                if patient is not None:
                    self._of_patient[patient][clinic_id] += 1

    def _organization(self, entry: Entry, reference: object) -> ClinicId | None:
        """The organisation meant, when it is one that is stored or will be."""
        literal = reference.get("reference") if isinstance(reference, dict) else None
        if not isinstance(literal, str):
            return None
        try:
            meant = self._names.meaning(literal, of=entry)
        except UnresolvedError:
            return None
        place = meant.place if isinstance(meant, Entry) else meant
        if place is None or place.resource_type != "Organization":
            return None
        return ClinicId(place.resource_id)

    def _custodian_of(self, patient: Entry) -> ClinicId:
        managing = patient.resource.get("managingOrganization")
        if managing is not None:
            clinic_id = self._organization(patient, managing)
            if clinic_id is None:
                raise UnresolvedError("its managingOrganization is not an organisation known here")
            return clinic_id
        most = self._of_patient[patient].most_common(1) or self._of_all.most_common(1)
        if not most:
            raise UnresolvedError(
                "no clinic keeps this patient: there is no managingOrganization,"
                " and no Encounter names a serviceProvider"
            )
        return most[0][0]

    def _settle_patient(self, entry: Entry) -> None:
        clinic_id = self._custodian_of(entry)
        given = self._known(entry, clinic_id)
        patient_id = PatientId(given.resource_id if given else _named(entry, clinic_id))
        former = found.patient(patient_id)
        if former is not None and former.custodian_id != clinic_id:
            raise UnresolvedError("another clinic keeps the patient of this id")
        if former is not None and not entry.updates:
            _check_same_human(entry, former)
        self._custodians[patient_id] = clinic_id
        entry.owner = Owner(patient_id=patient_id, custodian_id=clinic_id)
        entry.place = Place(resource_type="Patient", patient_id=patient_id, resource_id=patient_id)

    def _owner(self, entry: Entry) -> Owner:
        owners = {self._patient_meant(one, entry) for one in patient_references(entry.resource)}
        if len(owners) > 1:
            raise UnresolvedError("it names several patients, and belongs to one")
        if not owners:
            raise UnresolvedError(
                f"a {entry.resource_type} belongs to a patient, and this one names none"
            )
        return owners.pop()

    def _patient_meant(self, reference: str, entry: Entry) -> Owner:
        top = self._of_all.most_common(1)
        meant = self._names.meaning(reference, of=entry, clinic_id=top[0][0] if top else None)
        if isinstance(meant, Entry):
            if meant.resource_type != "Patient":
                raise UnresolvedError(f"{reference} is a {meant.resource_type} and no Patient")
            if meant.owner is None:
                raise UnresolvedError(f"its patient, entry {meant.index}, was refused")
            return meant.owner
        patient_id = meant.patient_id if meant and meant.resource_type == "Patient" else None
        custodian = self._custodian(patient_id) if patient_id else None
        if patient_id is None or custodian is None:
            raise UnresolvedError(f"the patient {reference} is not known here")
        return Owner(patient_id=patient_id, custodian_id=custodian)

    def _custodian(self, patient_id: PatientId) -> ClinicId | None:
        if patient_id not in self._custodians:
            former = found.patient(patient_id)
            self._custodians[patient_id] = former.custodian_id if former else None
        return self._custodians[patient_id]

    def _place(self, entry: Entry, owner: Owner | None) -> Place:
        patient_id = owner.patient_id if owner else None
        clinic_id = owner.custodian_id if owner else None
        place = self._known(entry, clinic_id) or Place(
            resource_type=entry.resource_type,
            patient_id=patient_id,
            resource_id=_named(entry, clinic_id),
        )
        if place.patient_id != patient_id:
            raise UnresolvedError("what it would update is another patient's")
        return place

    def _known(self, entry: Entry, clinic_id: ClinicId | None) -> Place | None:
        """What an entry's id or condition leads to; the first entry of a condition leads others."""
        if entry.put_id:
            place = self._names.stored(entry)
            if place is None and found.our_place((entry.resource_type, entry.put_id)):
                raise UnresolvedError(f"there is no {entry.name} to update")
            return place
        if entry.condition is None:
            return None
        places = self._names.meeting(entry.condition, of=entry, clinic_id=clinic_id)
        if len(places) > 1:
            raise UnresolvedError(f"its condition is met by {len(places)} resources")
        return next(iter(places), None) or self._conditions.get(
            (entry.condition, _scope(entry, clinic_id))
        )


def _check_same_human(entry: Entry, former: found.Stored) -> None:
    """An id that a clinic gave again to somebody else must not pour two records into one."""
    if are_other_humans(personal_data(entry.resource), personal_data(parse_body(former.body))):
        raise UnresolvedError(
            "the patient of this id has another birth date or СНИЛС here; a PUT corrects it"
        )


def _scope(entry: Entry, clinic_id: ClinicId | None) -> UUID | None:
    """Among whose resources an entry's condition looks."""
    if entry.resource_type == "Patient":
        return clinic_id
    return entry.owner.patient_id if entry.owner else None


def _named(entry: Entry, clinic_id: ClinicId | None) -> UUID:
    scope = uuid5(_IMPORTED, str(clinic_id)) if clinic_id else _IMPORTED
    return uuid5(scope, f"{entry.resource_type} {entry.name}")
