"""Written with the versions: senders' names, clinics, and the clinics' index of patients."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from medkarta.clinics import actions as clinics
from medkarta.clinics.queries import names as clinic_names
from medkarta.fhir.json_text import JsonObject
from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.patients.actions import entries as patients
from medkarta.patients.actions.entries import EntrySent
from medkarta.record.intake.entries import Place
from medkarta.record.intake.found import (
    NOBODY,
    Name,
    Store,
    forget_names,
    remember_names,
    remember_parts,
)
from medkarta.record.intake.parties import Party
from medkarta.record.rules.persons import house, identifiers, personal_data
from medkarta.record.stored import parse_body
from medkarta.record.writing import Owner, Version, write


def store_all(parties: Sequence[Party], store: Store, *, now: datetime) -> None:
    """Write what was decided, with all that goes by it."""
    _remember_names(parties, store)
    new = [part for party in parties for part in party.decisions.new_parts]
    if new:
        remember_parts(new)
    versions = [one for party in parties for one in party.decisions.versions.values()]
    _register(versions, store, now)
    write(versions, now=now)


def _remember_names(parties: Sequence[Party], store: Store) -> None:
    new: dict[Name, Place] = {}
    grown: list[Name] = []
    for party in parties:
        for entry in party.decisions.outcomes:
            if entry.place is None or not (entry.target_id or entry.key):
                continue
            keeper = entry.keeper or party.keeper.shared
            text = entry.key or entry.target_id or ""
            kind = "Idempotency-Key" if entry.key else entry.resource_type
            name = Name(kind, text, keeper or NOBODY)
            if not store.named(name) or entry.grown_from:
                new[name] = entry.place
            if entry.grown_from:
                grown.append(name)
    if grown:
        forget_names(grown)
    if new:
        remember_names(new)


def _register(versions: Sequence[Version], store: Store, now: datetime) -> None:
    """Bring clinics and their patient index up to date with the Patients that are written."""
    sent: list[EntrySent] = []
    gone: list[PatientId] = []
    organizations: dict[ClinicId, str] = {}
    for one in versions:
        if one.owner is None:
            if one.resource and one.resource["resourceType"] == "Organization":
                organizations[ClinicId(one.resource_id)] = one.body
        elif one.owner.patient_id == one.resource_id:
            if one.resource is None:
                gone.append(one.owner.patient_id)
            else:
                sent.append(entry_sent(one.owner, one.resource))
    _connect({one.clinic_id for one in sent}, organizations, store, now)
    if sent:
        patients.register_entries(entries=sent, now=now)
    if gone:
        patients.forget_identifiers(patient_ids=gone)


def entry_sent(owner: Owner, patient: JsonObject) -> EntrySent:
    """What a Patient says of its clinic's entry."""
    return EntrySent(
        patient_id=owner.patient_id,
        clinic_id=owner.custodian_id,
        data=personal_data(patient),
        identifiers=identifiers(patient),
    )


def _connect(
    keepers: set[ClinicId], organizations: Mapping[ClinicId, str], store: Store, now: datetime
) -> None:
    """Make clinics known that keep a patient for the first time, or say otherwise what they are."""
    wanted = keepers | organizations.keys()
    known = clinic_names(wanted).keys() if wanted else set()
    for clinic_id in sorted((keepers - known) | (organizations.keys() & known)):
        place = Place(resource_type="Organization", patient_id=None, resource_id=clinic_id)
        said = house(parse_body(organizations.get(clinic_id) or store.body(place) or "{}"))
        clinics.connect(
            clinic_id=clinic_id, name=said.name, region=said.region, oid=said.oid, now=now
        )
