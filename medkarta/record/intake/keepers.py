"""Which clinic keeps what comes in: the one that the bundle tells of, or the one that sends it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

from medkarta.fhir.search.compartment import patient_references
from medkarta.foundation.ids import ClinicId
from medkarta.record.intake.entries import Entry, Place
from medkarta.record.intake.found import Stored
from medkarta.record.intake.naming import Names, UnresolvedError
from medkarta.record.submissions import RefusedError


class Keeper(Protocol):
    """Asked once the bundle's shared entries have their places."""

    @property
    def shared(self) -> ClinicId | None:
        """Who writes its shared resources, and may write them again."""

    @property
    def likely(self) -> ClinicId | None:
        """Whose names and Patients are meant where nothing else says it."""

    def clinic_of(self, patient: Entry) -> ClinicId:
        """Who keeps a Patient. Raises `RefusedError`."""

    def may_write(self, place: Place, former: Stored | None, /) -> bool:
        """Whether what is there may be written over; or made there, where nothing is."""


class ToldByBundle:
    """An import: the managing organisation, or the one that the Encounters name most."""

    shared = None

    def __init__(self, entries: Sequence[Entry], names: Names) -> None:
        self._entries = entries
        self._names = names

    @property
    def likely(self) -> ClinicId | None:
        most = self._named[1].most_common(1)
        return most[0][0] if most else None

    def clinic_of(self, patient: Entry) -> ClinicId:
        managing = patient.resource.get("managingOrganization")
        if managing is not None:
            clinic_id = organization(managing, of=patient, names=self._names)
            if clinic_id is None:
                raise UnresolvedError("its managingOrganization is not an organisation known here")
            return clinic_id
        of_patient, of_all = self._named
        most = of_patient[patient].most_common(1) or of_all.most_common(1)
        if not most:
            raise UnresolvedError(
                "no clinic keeps this patient: there is no managingOrganization,"
                " and no Encounter names a serviceProvider"
            )
        return most[0][0]

    def may_write(self, _place: Place, _former: Stored | None, /) -> bool:
        return True

    @cached_property
    def _named(self) -> tuple[defaultdict[Entry, Counter[ClinicId]], Counter[ClinicId]]:
        """Which organisations the bundle's Encounters name, for each Patient entry and for all."""
        of_patient: defaultdict[Entry, Counter[ClinicId]] = defaultdict(Counter)
        of_all: Counter[ClinicId] = Counter()
        for entry in self._entries:
            if entry.resource_type != "Encounter" or entry.refusal:
                continue
            provider = entry.resource.get("serviceProvider")
            clinic_id = organization(provider, of=entry, names=self._names)
            if clinic_id is None:
                continue
            of_all[clinic_id] += 1
            for reference in patient_references(entry.resource):
                patient = self._names.entry_of(reference, of=entry)
                if patient is not None:
                    of_patient[patient][clinic_id] += 1
        return of_patient, of_all


class Sending:
    """A clinic's system: it writes as this clinic alone."""

    def __init__(self, clinic_id: ClinicId, names: Names) -> None:
        self.shared = clinic_id
        self.likely = clinic_id
        self._names = names

    def clinic_of(self, patient: Entry) -> ClinicId:
        managing = patient.resource.get("managingOrganization")
        if managing and organization(managing, of=patient, names=self._names) != self.shared:
            raise RefusedError(
                "its managingOrganization is not the organisation as which this system writes",
                status=403,
                code="forbidden",
            )
        return self.shared

    def may_write(self, place: Place, former: Stored | None, /) -> bool:
        own = place.resource_type == "Organization" and place.resource_id == self.shared
        return own or former is None or former.custodian_id == self.shared


def organization(reference: object, *, of: Entry, names: Names) -> ClinicId | None:
    """The organisation that is meant, when it is one that is stored or will be."""
    literal = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(literal, str):
        return None
    try:
        meant = names.meaning(literal, of=of)
    except UnresolvedError:
        return None
    place = meant.place if isinstance(meant, Entry) else meant
    if place is None or place.resource_type != "Organization":
        return None
    return ClinicId(place.resource_id)
