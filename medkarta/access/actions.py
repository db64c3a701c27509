"""Opening a record: the answer is given when its line in the log is committed."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from medkarta.access import rules
from medkarta.access.attempts import LASTS, Asking, Came, log_attempt
from medkarta.access.grants import (
    EVERYTHING,
    Gate,
    Grant,
    Look,
    Origin,
    Purpose,
    Reader,
    Refusal,
)
from medkarta.access.queries import GateState, Standing, gate_states, standing
from medkarta.accounts.queries import actor, actor_as
from medkarta.audit.drafts import Outcome
from medkarta.foundation.ids import PatientId
from medkarta.insurance import actions as insurance
from medkarta.patients import queries as patients


@transaction.atomic(durable=True)
def open_own_record(
    *, reader: Reader, origin: Origin, look: Look, now: datetime
) -> Grant | Refusal:
    """Open the reader's own record for what the look names, or say which gate is closed.

    The line of the log, of a grant as of a refusal, is committed when this returns: the answer is
    a value, since an error would take the line back. Were the line not written, this raises and
    nothing opens. The Grant opens the sections that the look named and no others, so that the log
    tells all that could be read.
    """
    return _open_own(Asking(reader=reader, purpose=Purpose.OWN, origin=origin, look=look, now=now))


@transaction.atomic(durable=True)
def open_own_record_or_gates(
    *, reader: Reader, origin: Origin, look: Look, now: datetime
) -> Grant | tuple[GateState, ...]:
    """Open the reader's own record as `open_own_record` does, or say how far it is from opening.

    For a page that shows the way while a gate is closed: it has not asked for clinical data then,
    so that no line says that it was refused any.
    """
    found = standing(reader, now=now)
    if rules.closed_gates(found.facts()):
        return gate_states(found)
    asking = Asking(reader=reader, purpose=Purpose.OWN, origin=origin, look=look, now=now)
    answer = _answer(asking, found)
    return answer if isinstance(answer, Grant) else gate_states(found)


@transaction.atomic(durable=True)
def open_record(
    *,
    reader: Reader,
    patient_id: PatientId,
    purpose: Purpose,
    origin: Origin,
    look: Look,
    now: datetime,
) -> Grant | Refusal:
    """Open the record that a patient entry belongs to, that entry's part alone.

    Nobody but the person has a ground yet: everybody else is refused, and the attempt stands in
    the log of the person whose record it is. What is refused looks the same whether or not there
    is such a patient.
    """
    asking = Asking(reader=reader, purpose=purpose, origin=origin, look=look, now=now)
    holder = patients.person_of_entry(patient_id)
    own = patients.person_of(reader.account_id)
    if holder is not None and own is not None and own.person_id == holder:
        answer = _open_own(asking)
        if isinstance(answer, Refusal):
            return answer
        return replace(answer, patient_ids=answer.patient_ids & {patient_id})
    number = None
    if holder is not None:
        who = actor(reader.account_id)
        refused = Came(outcome=Outcome.REFUSED, ground=Gate.RELATION.value, by=who)
        number = log_attempt(asking, holder, refused, {patient_id})
    return Refusal(gate=Gate.RELATION, closed=(Gate.RELATION,), log_number=number)


def _open_own(asking: Asking) -> Grant | Refusal:
    return _answer(asking, standing(asking.reader, now=asking.now))


def _answer(asking: Asking, found: Standing) -> Grant | Refusal:
    closed = rules.closed_gates(found.facts())
    if found.person is None or found.account is None:
        return Refusal(gate=closed[0], closed=closed, log_number=None)
    person_id = found.person.person_id
    who = actor_as(found.account, found.person.data.full_name)
    if closed:
        refused = Came(outcome=Outcome.REFUSED, ground=closed[0].value, by=who)
        number = log_attempt(asking, person_id, refused, frozenset())
        return Refusal(gate=closed[0], closed=closed, log_number=number)
    if found.policy is not None:
        insurance.check_at_use(person_id=person_id, policy=found.policy, now=asking.now)
    patient_ids = frozenset(found.linked)
    granted = Came(outcome=Outcome.GRANTED, ground="own", by=who)
    number = log_attempt(asking, person_id, granted, patient_ids)
    return Grant(
        reader=asking.reader.account_id,
        person_id=person_id,
        patient_ids=patient_ids,
        purpose=asking.purpose,
        sections=frozenset(asking.look.sections),
        types=EVERYTHING,
        narrowed={},
        organisations=EVERYTHING,
        period=EVERYTHING,
        expires_at=asking.now + LASTS,
        log_number=number,
    )
