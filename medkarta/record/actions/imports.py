"""Take in FHIR transaction bundles: https://hl7.org/fhir/R4/http.html#transaction.

Other than the API's transaction, which is all or nothing, an import takes what it can: an entry
that cannot be taken is refused in words, with those that refer to it, and the rest is stored.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from medkarta.clinics import actions as clinics
from medkarta.clinics.queries import names as clinic_names
from medkarta.fhir.bundle_text import BundleText, read_bundle
from medkarta.fhir.json_text import BadJsonError
from medkarta.foundation.ids import ClinicId
from medkarta.patients.actions import entries as patients
from medkarta.record.intake import found
from medkarta.record.intake.entries import Entry, Place, read_entries
from medkarta.record.intake.identity import Settlement
from medkarta.record.intake.linking import link
from medkarta.record.intake.naming import Names
from medkarta.record.intake.outcomes import Decisions
from medkarta.record.intake.report import ImportReport, Outcome, Refused
from medkarta.record.rules.persons import house, personal_data
from medkarta.record.stored import parse_body
from medkarta.record.writing import write

__all__ = ["BundleRefusedError", "ImportReport", "Outcome", "Refused", "import_bundle"]


class BundleRefusedError(ValueError):
    """Nothing of the text was taken; the message says why in words."""


def import_bundle(*, text: bytes, now: datetime) -> ImportReport:
    """Take in one bundle, all that can be taken of it, in one transaction. Repeatable.

    Raises `BundleRefusedError`: it is not JSON, not a Bundle, not a transaction, or its clinic's
    OID is another clinic's.
    """
    bundle = _read(text)
    entries = read_entries(bundle)
    try:
        with transaction.atomic():
            decisions = _store(entries, now)
    except IntegrityError as error:
        raise BundleRefusedError(f"it contradicts what is stored: {error.args[0]}") from error
    return _report(entries, decisions)


def _read(text: bytes) -> BundleText:
    try:
        bundle = read_bundle(text)
    except BadJsonError as error:
        raise BundleRefusedError(str(error)) from error
    if bundle.type != "transaction":
        raise BundleRefusedError(f"it is a {bundle.type}; import takes transactions")
    return bundle


def _store(entries: list[Entry], now: datetime) -> Decisions:
    waiting = [entry for entry in entries if entry.refusal is None]
    found.lock(name for entry in waiting for name in entry.contended_names())
    names = Names(entries)
    Settlement(waiting, names).settle()
    found.lock({entry.owner.patient_id for entry in waiting if entry.owner})
    link(entries, names)
    decisions = Decisions(waiting, now=now)
    _remember_client_ids(decisions, names)
    _register(decisions, now)
    write(decisions.versions.values(), now=now)
    return decisions


def _remember_client_ids(decisions: Decisions, names: Names) -> None:
    new = {
        (entry.resource_type, entry.put_id): entry.place
        for entry, outcome in decisions.outcomes.items()
        if entry.put_id and entry.place and names.stored(entry) is None
    }
    if new:
        found.remember_client_ids(new)


def _register(decisions: Decisions, now: datetime) -> None:
    """Bring clinics and their patient index up to date with the Patients that are written."""
    written = {Outcome.CREATED, Outcome.UPDATED}
    new = [
        (entry, entry.owner)
        for entry, outcome in decisions.outcomes.items()
        if entry.resource_type == "Patient" and outcome in written and entry.owner
    ]
    updated = [
        ClinicId(entry.place.resource_id)
        for entry, outcome in decisions.outcomes.items()
        if entry.resource_type == "Organization" and outcome is Outcome.UPDATED and entry.place
    ]
    connected = clinic_names(updated) if updated else {}
    for clinic_id in sorted({owner.custodian_id for _, owner in new} | connected.keys()):
        _connect(clinic_id, decisions, now)
    for entry, owner in new:
        patients.register_entry(
            patient_id=owner.patient_id,
            clinic_id=owner.custodian_id,
            data=personal_data(entry.resource),
            now=now,
        )


def _connect(clinic_id: ClinicId, decisions: Decisions, now: datetime) -> None:
    place = Place(resource_type="Organization", patient_id=None, resource_id=clinic_id)
    known = house(parse_body(decisions.body_of(place) or "{}"))
    clinics.connect(
        clinic_id=clinic_id, name=known.name, region=known.region, oid=known.oid, now=now
    )


def _report(entries: list[Entry], decisions: Decisions) -> ImportReport:
    report = ImportReport()
    for entry in entries:
        outcome = decisions.outcomes.get(entry, Outcome.REFUSED)
        report.counts[entry.resource_type, outcome] += 1
        if outcome is Outcome.REFUSED:
            report.refused.append(
                Refused(
                    index=entry.index,
                    full_url=entry.full_url,
                    resource_type=entry.resource_type,
                    words=entry.refusal or "",
                )
            )
        elif entry.resource_type == "Patient" and entry.owner:
            report.patient_ids.append(entry.owner.patient_id)
    return report
