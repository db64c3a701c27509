"""What is answered to an entry that was taken."""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from medkarta.record.intake.entries import Entry, Verb
from medkarta.record.intake.found import Store
from medkarta.record.intake.parties import Party
from medkarta.record.intake.report import Outcome
from medkarta.record.submissions import Done

_OK: Final = HTTPStatus.OK.value
_CREATED: Final = HTTPStatus.CREATED.value
_NO_CONTENT: Final = HTTPStatus.NO_CONTENT.value


def answer_of(entry: Entry, party: Party, store: Store, now: datetime) -> Done:
    """https://hl7.org/fhir/R4/http.html: the status, and the version that is present now."""
    status = _status(entry, party, store)
    if entry.place is None:
        return Done(status=status)
    written = party.decisions.versions.get(entry.place.key)
    if written:
        version, at, body = written.number, now, written.body
    else:
        kept = store.first(entry.place) if entry.key else store.stored(entry.place)
        if kept is None:
            return Done(status=status)
        version, at = kept.version, kept.recorded_at
        body = (kept.body or "") if entry.key else store.body(entry.place)
    return Done(
        status=status,
        reference=entry.place.reference,
        version=version,
        recorded_at=at,
        body=body or None,
    )


def _status(entry: Entry, party: Party, store: Store) -> int:
    if entry.verb is Verb.DELETE:
        return _NO_CONTENT
    outcome = party.decisions.outcomes.get(entry)
    former = store.stored(entry.place) if entry.place else None
    again = outcome is Outcome.UPDATED and former is not None and former.deleted
    repeated = entry.key is not None and outcome is Outcome.UNCHANGED
    return _CREATED if outcome is Outcome.CREATED or again or repeated else _OK
