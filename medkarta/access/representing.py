"""Opening somebody else's record under a right to act for them.

The gates are the other person's (policy, consent, link) and the reader's own (two factors, level);
what may be read is what the right names. Asked anew at every opening: a right that ended a moment
ago opens nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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
    Section,
)
from medkarta.access.queries import GateState, Standing, gate_states, standing, standing_of
from medkarta.access.rules import Facts
from medkarta.accounts import queries as accounts
from medkarta.accounts.queries import actor_as
from medkarta.accounts.rules import Level
from medkarta.audit.drafts import Actor, Outcome
from medkarta.insurance import actions as insurance
from medkarta.patients.queries import representation as representations
from medkarta.patients.queries.representation import RepresentationView
from medkarta.patients.rules.representation import Doing


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """The right that was named, the reader as they stand, and what decides of the principal."""

    view: RepresentationView
    reader: Standing
    principal: Standing


@transaction.atomic(durable=True)
def open_represented_record(
    *, reader: Reader, representation_id: UUID, origin: Origin, look: Look, now: datetime
) -> Grant | Refusal:
    """Open the record of the person for whom the reader acts, or say what is closed.

    The line stands in that person's log, with the reader as who acted. A right that is not there,
    is over or is another's is refused alike, and tells nothing of the person.
    """
    asking = Asking(reader=reader, purpose=Purpose.REPRESENTING, origin=origin, look=look, now=now)
    found = _find(reader, representation_id, now)
    if found is None:
        return Refusal(gate=Gate.RELATION, closed=(Gate.RELATION,), log_number=None)
    sections = allowed(found.view, look)
    closed = rules.closed_to_representative(_facts(found, sections, look, now))
    principal = found.view.principal.person_id
    patient_ids = frozenset(() if closed else found.principal.linked)
    came = Came(
        outcome=Outcome.REFUSED if closed else Outcome.GRANTED,
        ground=closed[0].value if closed else found.view.kind.value,
        by=_actor(found.reader, reader),
        on_behalf_of=principal,
    )
    number = log_attempt(asking, principal, came, patient_ids)
    if closed:
        return Refusal(gate=closed[0], closed=closed, log_number=number)
    if found.principal.policy is not None:
        insurance.check_at_use(person_id=principal, policy=found.principal.policy, now=now)
    ends = found.view.until(now)
    lasts = now + LASTS
    return Grant(
        reader=reader.account_id,
        person_id=principal,
        patient_ids=patient_ids,
        purpose=Purpose.REPRESENTING,
        sections=sections,
        types=EVERYTHING,
        narrowed={},
        organisations=EVERYTHING,
        period=EVERYTHING,
        expires_at=lasts if ends is None else min(lasts, ends),
        log_number=number,
    )


def allowed(view: RepresentationView, look: Look) -> frozenset[Section]:
    """Of what the look names, what the right lets be read."""
    asked = frozenset(look.sections)
    if view.all_sections:
        return asked
    return frozenset(section for section in asked if section.value in view.sections)


def gates_of_principal(view: RepresentationView, *, now: datetime) -> tuple[GateState, ...]:
    """How far the principal's record is from opening, without the gates of an account."""
    states = gate_states(standing_of(view.principal, now=now))
    return tuple(one for one in states if one.gate in (Gate.POLICY, Gate.CONSENT, Gate.LINK))


def _find(reader: Reader, representation_id: UUID, now: datetime) -> _Found | None:
    view = representations.representation(representation_id)
    if view is None:
        return None
    return _Found(
        view=view,
        reader=standing(reader, now=now),
        principal=standing_of(view.principal, now=now),
    )


def _facts(found: _Found, sections: frozenset[Section], look: Look, now: datetime) -> Facts:
    own, theirs = found.reader.facts(), found.principal.facts()
    person = found.reader.person
    own_right = person is not None and person.person_id == found.view.representative.person_id
    main = look.main
    return Facts(
        two_factors=own.two_factors,
        level_verified=own.level_verified and _known(found.principal),
        policy_in_force=theirs.policy_in_force,
        consent_in_force=theirs.consent_in_force,
        linked=theirs.linked,
        own=own.own and own_right and found.view.may(Doing.READ, now),
        section_given=bool(sections) and (main is None or main in sections),
    )


def _known(principal: Standing) -> bool:
    """Whether an operator knows the principal: by their account, or by the paper that made them."""
    if principal.person is not None and principal.person.by_paper:
        return True
    account = principal.account
    return account is not None and account.active and account.level is Level.VERIFIED


def _actor(found: Standing, reader: Reader) -> Actor:
    if found.account is None or found.person is None:
        return accounts.actor(reader.account_id)
    return actor_as(found.account, found.person.data.full_name)
