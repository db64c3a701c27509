"""Take what clinics' systems send: https://hl7.org/fhir/R4/http.html, all that writes.

Create, update, patch, delete, their conditional forms, batch and transaction are all lists of
entries of one sender. Submissions that wait at one moment are taken in one database transaction,
each as if it were alone: what becomes of it is decided on values, and written at the end.

A batch's entries stand each alone: of a long one some are taken at a time, and others between.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from medkarta.foundation.ids import encode_uuid, new_uuid
from medkarta.foundation.statements import rows
from medkarta.patients.actions.entries import EntryOfOtherClinicError
from medkarta.record.intake.answers import answer_of
from medkarta.record.intake.entries import Entry, Verb, read_entries
from medkarta.record.intake.found import Store
from medkarta.record.intake.keepers import Sending
from medkarta.record.intake.lines import Handled, log
from medkarta.record.intake.naming import Names
from medkarta.record.intake.parties import Party, settle
from medkarta.record.intake.registering import store_all
from medkarta.record.intake.several import MovedError
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

__all__ = ["Failed", "Held", "take", "take_held", "take_what_is_free"]

_CREATED: Final = UUID("b2b5b7a4-7d0c-4e0b-9a49-5d5a2f1c8e77")
_IMPOSSIBLE: Final = (IntegrityError, DataError, EntryOfOtherClinicError)
# In one database transaction; a transaction of more entries has one of its own.
_MOST_UNITS: Final = 200
_MOST_ENTRIES: Final = 600
_MOST_ANEW: Final = 5  # times that a unit is taken alone
_MOST_TRIED: Final = 5  # that met others' locks in one group: what follows is not tried
# Milliseconds that a group waits for others' locks, each of its units when it is tried alone then,
# and what was held up once, beside the groups.
_PATIENCE: Final = 100
_PATIENCE_ALONE: Final = 20
_PATIENCE_HELD: Final = 500
_WAIT_AT_MOST: Final = "SELECT set_config('lock_timeout', %s, true)"


@dataclass(eq=False, kw_only=True)
class _Unit:
    """What stands or falls together: a transaction, a single request, one entry of a batch."""

    number: int  # of its submission
    submission: Submission
    indexes: Sequence[int]
    answers: dict[int, Answer] = field(default_factory=dict)
    touched: set[object] = field(default_factory=set)
    touched_before: set[object]  # by other units of its submission, in which they are one set
    failure: Exception | None = None  # a fault of ours

    def party(self, store: Store) -> Party:
        """The unit as it is decided of; read anew each time, as deciding writes into it."""
        sent = [self.submission.entries[index] for index in self.indexes]
        entries = read_entries(sent)
        for entry, one, index in zip(entries, sent, self.indexes, strict=True):
            entry.index = index
            _identify(entry, one, self.submission)
        clinic_id = self.submission.sender.clinic_id
        names = Names(entries, store, clinic_id=clinic_id, base=self.submission.base)
        return Party(entries=entries, names=names, keeper=Sending(clinic_id, names), strict=True)

    def refuse(self, words: str, *, status: int) -> None:
        """Answer every entry so."""
        refused = Refused(status=status, troubles=(Trouble(code="conflict", words=words),))
        self.answers = dict.fromkeys(self.indexes, refused)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Failed:
    """A submission at which we failed, in whole or in part; it harmed no other."""

    error: Exception


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Held:
    """A submission that others' locks hold up, in whole or in part: `take_held` takes the rest."""

    submission: Submission
    units: Sequence[_Unit]
    left: Sequence[_Unit]


def take(*, submissions: Sequence[Submission], now: datetime) -> list[Taken | Rejected]:
    """Take submissions of any senders, and answer each in their order.

    Nothing of a rejected one is stored, and it harms no other. What is of the same resource as
    another comes after it, in a transaction of its own. Raises what the database raises when it
    goes away, and a fault of ours: what was not answered then is stored or not, and is safe to
    repeat.
    """
    units = _by_submission(submissions)
    _Rounds(now).run([unit for made in units for unit in made])
    for failed in filter(None, map(_failed, units)):
        raise failed.error
    return [_answered(*one) for one in zip(submissions, units, strict=True)]


def take_what_is_free(
    *, submissions: Sequence[Submission], now: datetime
) -> list[Taken | Rejected | Held | Failed]:
    """As `take`; who writes to what somebody else has locked for long does not hold up the rest."""
    units = _by_submission(submissions)
    rounds = _Rounds(now, patience=_PATIENCE)
    rounds.run([unit for made in units for unit in made])
    return [
        _failed(made) or _left_or_answered(one, made, rounds)
        for one, made in zip(submissions, units, strict=True)
    ]


def take_held(*, held: Held, now: datetime) -> Taken | Rejected | Held:
    """Wait a while for whoever holds it up, and take what is left of it."""
    rounds = _Rounds(now, patience=_PATIENCE_HELD)
    rounds.run(held.left)
    if failed := _failed(held.units):
        raise failed.error
    return _left_or_answered(held.submission, held.units, rounds)


def _failed(units: Iterable[_Unit]) -> Failed | None:
    failure = next((unit.failure for unit in units if unit.failure), None)
    return Failed(error=failure) if failure else None


def _by_submission(submissions: Sequence[Submission]) -> list[list[_Unit]]:
    return [_units(number, one) for number, one in enumerate(submissions)]


def _left_or_answered(
    submission: Submission, units: Sequence[_Unit], rounds: "_Rounds"
) -> Taken | Rejected | Held:
    left = [unit for unit in units if unit in rounds.held]
    if left:
        return Held(submission=submission, units=units, left=left)
    return _answered(submission, units)


def _units(number: int, submission: Submission) -> list[_Unit]:
    """GETs are left to whoever holds a Grant."""
    touched: set[object] = set()

    def unit(indexes: Sequence[int]) -> _Unit:
        return _Unit(number=number, submission=submission, indexes=indexes, touched_before=touched)

    writing = [index for index, entry in enumerate(submission.entries) if entry.method not in READS]
    if submission.kind is Kind.BATCH:
        return [unit([one]) for one in writing]
    return [unit(writing)] if writing else []


def _parts(units: Sequence[_Unit]) -> Iterator[list[_Unit]]:
    """Some at a time, in their order."""
    few: list[_Unit] = []
    entries = 0
    for unit in units:
        entries += len(unit.indexes)
        if few and (entries > _MOST_ENTRIES or len(few) == _MOST_UNITS):
            yield few
            few, entries = [], len(unit.indexes)
        few.append(unit)
    if few:
        yield few


class _LockedError(Exception):
    """Somebody else holds for long what is to be written."""


class _Rounds:
    """Units in database transactions, some at a time.

    `patience`: milliseconds that others' locks are waited for; who met them is in `held`.
    """

    def __init__(self, now: datetime, *, patience: int | None = None) -> None:
        self._now = now
        self._patience = patience
        self.held: set[_Unit] = set()

    def run(self, units: Sequence[_Unit]) -> None:
        """Take them all, or hold them."""
        for few in _parts(units):
            self.held |= {unit for unit in few if self._is_behind(unit)}
            free = [unit for unit in few if unit not in self.held]
            if len(free) == 1:
                self._alone(free[0], patience=self._patience)
            elif free:
                for unit in self._together(free):
                    self._alone(unit, patience=self._patience and _PATIENCE_ALONE)

    def _together(self, units: Sequence[_Unit]) -> list[_Unit]:
        """Take these in one transaction; answer those that are to be taken alone."""
        try:
            return self._taken(units, patience=self._patience)
        except OperationalError:
            raise  # the database is gone
        except Exception:  # noqa: BLE001  # also a fault of ours: it is to harm no other unit
            return [*units]

    def _alone(self, unit: _Unit, *, patience: int | None) -> None:
        if self._is_behind(unit) or len(self.held) >= _MOST_TRIED:
            self.held.add(unit)
            return
        try:
            self._taken_at_last(unit, patience=patience)
        except _IMPOSSIBLE:
            unit.refuse("it contradicts what is stored", status=409)
        except _LockedError:
            self.held.add(unit)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  # as above; whoever sent it is told
            unit.failure = error

    def _taken_at_last(self, unit: _Unit, *, patience: int | None) -> None:
        """Anew, where somebody moved what it writes."""
        for _ in range(_MOST_ANEW):
            with suppress(MovedError):
                self._taken([unit], patience=patience)
                return
        unit.refuse("others write it again and again: send it once more", status=409)

    def _is_behind(self, unit: _Unit) -> bool:
        """Whether one before it in its own submission is held."""
        return any(one.number == unit.number for one in self.held)

    def _taken(self, units: Sequence[_Unit], *, patience: int | None) -> list[_Unit]:
        try:
            with transaction.atomic():
                if patience is not None:
                    rows(connection, _WAIT_AT_MOST, [f"{patience}ms"])
                later = _take(units, self._now)
        except OperationalError as error:
            if patience is None or not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise _LockedError from error
        for unit in units:  # it is committed
            unit.touched_before |= unit.touched
        return later


def _take(units: Sequence[_Unit], now: datetime) -> list[_Unit]:
    store = Store()
    parties = [(unit, unit.party(store)) for unit in units]
    settle([party for _, party in parties], store, now=now)
    touched: dict[object, int] = {}
    taken: list[tuple[_Unit, Party]] = []
    later: list[_Unit] = []
    for unit, party in parties:
        unit.touched = set()
        mine = _touched(unit, party)
        others = [touched[one] for one in mine if one in touched]
        if party.refused:
            unit.answers |= {one.index: one.refusal for one in party.refused if one.refusal}
        elif unit.number in others or unit.touched_before & (mine | _found(party)):
            unit.refuse("another entry of the batch is of the same resource", status=400)
        elif others:
            later.append(unit)
        else:
            touched |= dict.fromkeys(mine, unit.number)
            unit.touched = mine
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


def _found(party: Party) -> set[object]:
    """Also what stands there as it was sent."""
    return {one.place.key for one in party.entries if one.place}


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
