"""Take what clinics' systems send: https://hl7.org/fhir/R4/http.html, all that writes.

Create, update, patch, delete, their conditional forms, batch and transaction are all lists of
entries of one sender. Submissions that wait at one moment are taken in one database transaction,
each as if it were alone: what becomes of it is decided on values, and written at the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import DataError, IntegrityError, transaction

from medkarta.foundation.ids import encode_uuid, new_uuid
from medkarta.patients.actions.entries import EntryOfOtherClinicError
from medkarta.record.intake.answers import answer_of
from medkarta.record.intake.entries import Entry, Verb, read_entries
from medkarta.record.intake.found import Store
from medkarta.record.intake.keepers import Sending
from medkarta.record.intake.lines import Handled, log
from medkarta.record.intake.naming import Names
from medkarta.record.intake.parties import Party, settle
from medkarta.record.intake.registering import store_all
from medkarta.record.submissions import (
    READS,
    Answer,
    Kind,
    Refused,
    Rejected,
    SentEntry,
    Submission,
    Taken,
    Trouble,
    Unanswered,
)

__all__ = ["take"]

_CREATED: Final = UUID("b2b5b7a4-7d0c-4e0b-9a49-5d5a2f1c8e77")
_IMPOSSIBLE: Final = (IntegrityError, DataError, EntryOfOtherClinicError)


@dataclass(eq=False, kw_only=True)
class _Unit:
    """What stands or falls together: a transaction, a single request, one entry of a batch."""

    number: int  # of its submission
    submission: Submission
    indexes: Sequence[int]
    answers: dict[int, Answer] = field(default_factory=dict)

    def party(self, store: Store) -> Party:
        """The unit as it is decided of; read anew each time, as deciding writes into it."""
        sent = [self.submission.entries[index] for index in self.indexes]
        entries = read_entries(sent)
        for entry, one, index in zip(entries, sent, self.indexes, strict=True):
            entry.index = index
            _identify(entry, one, self.submission)
        clinic_id = self.submission.sender.clinic_id
        names = Names(entries, store, clinic_id=clinic_id)
        return Party(entries=entries, names=names, keeper=Sending(clinic_id, names), strict=True)

    def refuse(self, words: str, *, status: int) -> None:
        """Answer every entry so."""
        refused = Refused(status=status, troubles=(Trouble(code="conflict", words=words),))
        self.answers = dict.fromkeys(self.indexes, refused)


def take(*, submissions: Sequence[Submission], now: datetime) -> list[Taken | Rejected]:
    """Take submissions of any senders, and answer each in their order.

    Nothing of a rejected one is stored, and it harms no other. What is of the same resource as
    another comes after it, in a transaction of its own. Raises what the database raises when it
    goes away: what was not answered then is stored or not, and is safe to repeat.
    """
    units = [(one, _units(number, one)) for number, one in enumerate(submissions)]
    for unit in _round([unit for _, made in units for unit in made], now):
        _round([unit], now)
    return [_answered(submission, made) for submission, made in units]


def _units(number: int, submission: Submission) -> list[_Unit]:
    """GETs are left to whoever holds a Grant."""
    writing = [index for index, entry in enumerate(submission.entries) if entry.method not in READS]
    if submission.kind is Kind.BATCH:
        return [_Unit(number=number, submission=submission, indexes=[one]) for one in writing]
    whole = _Unit(number=number, submission=submission, indexes=writing)
    return [whole] if writing else []


def _round(units: Sequence[_Unit], now: datetime) -> list[_Unit]:
    """Take these in one transaction; answer those that meet another of them."""
    if not units:
        return []
    try:
        with transaction.atomic():
            return _take(units, now)
    except _IMPOSSIBLE:
        if len(units) > 1:
            return [left for unit in units for left in _round([unit], now)]
        units[0].refuse("it contradicts what is stored", status=409)
        return []


def _take(units: Sequence[_Unit], now: datetime) -> list[_Unit]:
    store = Store()
    parties = [(unit, unit.party(store)) for unit in units]
    settle([party for _, party in parties], store, now=now)
    touched: dict[object, int] = {}
    taken: list[tuple[_Unit, Party]] = []
    later: list[_Unit] = []
    for unit, party in parties:
        mine = _touched(unit, party)
        others = [touched[one] for one in mine if one in touched]
        if party.refused:
            unit.answers |= {one.index: one.refusal for one in party.refused if one.refusal}
        elif unit.number in others:
            unit.refuse("another entry of the batch is of the same resource", status=400)
        elif others:
            later.append(unit)
        else:
            touched |= dict.fromkeys(mine, unit.number)
            taken.append((unit, party))
    store_all([party for _, party in taken], store, now=now)
    handled = [
        Handled(number=unit.number, submission=unit.submission, entries=party.decisions.outcomes)
        for unit, party in taken
    ]
    log(handled, now=now)
    for unit, party in taken:
        unit.answers = {one.index: answer_of(one, party, store, now) for one in party.entries}
    return later


def _touched(unit: _Unit, party: Party) -> set[object]:
    """What nobody else of this round may touch: what it writes, and what it asks about."""
    clinic_id = unit.submission.sender.clinic_id
    asked = {(clinic_id, one.condition) for one in party.entries if one.condition}
    return {*party.decisions.versions, *asked}


def _identify(entry: Entry, one: SentEntry, submission: Submission) -> None:
    """Give what it may create an id: a new one, or one by which a repetition is known again."""
    if entry.verb is Verb.CREATE and submission.idempotency_key is not None:
        sender = uuid5(_CREATED, str(submission.sender.client_uuid))
        entry.chosen_id = uuid5(sender, f"{submission.idempotency_key} {entry.index}")
        entry.key = f"key.{encode_uuid(entry.chosen_id)}"
    elif entry.carries and entry.target_id is None:
        entry.chosen_id = new_uuid()
    elif entry.verb is Verb.UPDATE and one.resource and one.resource.id is None:
        words = "an update's resource has the id of its address"
        place = f"{entry.resource_type}.id"
        entry.refuse(words, status=400, code="required", expression=place)


def _answered(submission: Submission, units: Iterable[_Unit]) -> Taken | Rejected:
    answers: dict[int, Answer] = {
        index: answer for unit in units for index, answer in unit.answers.items()
    }
    refusals = [(index, one) for index, one in sorted(answers.items()) if isinstance(one, Refused)]
    if refusals and submission.kind is not Kind.BATCH:
        return Rejected(refusals=tuple(refusals))
    return Taken(
        answers=tuple(answers.get(index, Unanswered()) for index in range(len(submission.entries)))
    )
