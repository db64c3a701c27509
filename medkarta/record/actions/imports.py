"""Take in FHIR transaction bundles: https://hl7.org/fhir/R4/http.html#transaction.

Other than the API's transaction, which is all or nothing, an import takes what it can: an entry
that cannot be taken is refused in words, with those that refer to it, and the rest is stored.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from medkarta.fhir.bundle_text import BundleText, EntryText, read_bundle
from medkarta.fhir.json_text import BadJsonError
from medkarta.record.intake.entries import Entry, read_entries, told
from medkarta.record.intake.found import Store
from medkarta.record.intake.keepers import ToldByBundle
from medkarta.record.intake.naming import Names
from medkarta.record.intake.outcomes import Decisions
from medkarta.record.intake.parties import Party, settle
from medkarta.record.intake.registering import store_all
from medkarta.record.intake.report import ImportReport, Outcome, Refused
from medkarta.record.submissions import Patch, RefusedError, entries_of

__all__ = ["BundleRefusedError", "ImportReport", "Outcome", "Refused", "import_bundle"]


class BundleRefusedError(ValueError):
    """Nothing of the text was taken; the message says why in words."""


def import_bundle(*, text: bytes, now: datetime) -> ImportReport:
    """Take in one bundle, all that can be taken of it, in one transaction. Repeatable.

    Raises `BundleRefusedError`: it is not JSON, not a Bundle, not a transaction, or its clinic's
    OID is another clinic's.
    """
    bundle = _read(text)
    entries = read_entries(entries_of(bundle, patch_of=_no_patch))
    for entry in entries:
        if not entry.carries:
            entry.refuse(f"{entry.verb or 'it'} is not taken; import takes POST and PUT")
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


def _no_patch(_: EntryText) -> Patch:
    raise RefusedError("PATCH is not taken; import takes POST and PUT")


def _store(entries: list[Entry], now: datetime) -> Decisions:
    store = Store()
    names = Names(entries, store)
    party = Party(entries=entries, names=names, keeper=ToldByBundle(entries, names))
    settle([party], store, now=now)
    store_all([party], store, now=now)
    return party.decisions


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
                    words=told(entry.refusal) if entry.refusal else "",
                )
            )
        elif entry.resource_type == "Patient" and entry.owner:
            report.patient_ids.append(entry.owner.patient_id)
    return report
