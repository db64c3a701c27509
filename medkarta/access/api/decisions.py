"""What a caller gets of what is asked, and what the log says of it: on plain values."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from medkarta.access.api.asking import (
    Answer,
    ApiAsking,
    Closed,
    Concern,
    NotOpened,
    Opened,
    OutOfScope,
    Types,
    Unnamed,
)
from medkarta.access.api.facts import Known
from medkarta.access.attempts import LASTS
from medkarta.access.grants import (
    EVERYTHING,
    Everything,
    Gate,
    Grant,
    Narrowed,
    Purpose,
    Refusal,
    Section,
)
from medkarta.access.rules import Facts, closed_gates
from medkarta.access.scopes import opened_by
from medkarta.accounts.rules import Doing as AccountDoing
from medkarta.accounts.rules import Role, reaches
from medkarta.audit.drafts import Draft, Outcome
from medkarta.consents.rules import Asked, open_sections
from medkarta.fhir.definitions import resource_types
from medkarta.foundation.ids import PatientId, PersonId

_ALL: Final = frozenset(Section)
_NONE: Final[frozenset[Section]] = frozenset()
# They speak of resources, a document holds them whole, that may stand in a section that is shut.
_SECOND_HAND: Final = frozenset({"Provenance", "Bundle"})
KEEPER: Final = "keeper"
CONSENT: Final = "access-consent"
SYSTEM_OF_CLINIC: Final = "clinic-system"
_OWN: Final = "own"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The answer as it will be once `draft` has its number in the log; no draft: no line."""

    answer: Answer
    draft: Draft | None = None

    def numbered(self, number: int) -> Answer:
        """The answer, with the line's number in it."""
        match self.answer:
            case Opened(grant=Grant() as grant) as opened:
                return replace(opened, grant=replace(grant, log_number=number))
            case Closed(refusal=refusal) as closed:
                return replace(closed, refusal=replace(refusal, log_number=number))
        return self.answer


def decide(asking: ApiAsking, known: Known, *, today: date) -> Decision:
    """Scopes first, then whose it is, then the gates. `today`: by the clock of policies."""
    scoped = _scoped(asking, known)
    if not isinstance(scoped.types, Everything) and not scoped.types:
        return Decision(answer=OutOfScope(caller=known.caller))
    if asking.concern is Concern.NOBODY:
        return Decision(answer=_opened(known, scoped, None))
    if known.caller.person_id is not None:
        return _of_app(asking, known, scoped, today)
    return _of_system(asking, known, scoped, today)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scoped:
    """What the token's scopes open of what is asked."""

    types: Types
    narrowed: Narrowed


def _scoped(asking: ApiAsking, known: Known) -> _Scoped:
    if asking.doing is None:
        return _Scoped(types=asking.types, narrowed={})
    types, narrowed = opened_by(known.caller.scopes, asking.doing.value)
    return _Scoped(types=_both(types, asking.types), narrowed=narrowed)


def _of_app(asking: ApiAsking, known: Known, scoped: _Scoped, today: date) -> Decision:
    """The person's own record: the gates are those of the pages."""
    caller = known.caller
    person_id = known.person_id
    if person_id is None or (asking.target is not None and asking.target not in caller.linked):
        return Decision(answer=NotOpened(caller=caller))
    closed = closed_gates(
        Facts(
            two_factors=known.second_factor,  # the token was given to a session that showed both
            level_verified=reaches(known.level, AccountDoing.RECORD),
            policy_in_force=_insured(known, today),
            consent_in_force=known.processing_holds(asking.now),
            linked=bool(caller.linked),
            own=known.citizen,
            section_given=True,
        )
    )
    patients = caller.linked if asking.target is None else frozenset({asking.target})
    if closed:
        return _closed(asking, known, closed, person_id)
    grant = _grant(asking, known, scoped, _Whose(person_id, patients, _ALL, Purpose.OWN))
    line = _draft(asking, known, grant.person_id, _OWN, Outcome.GRANTED, patients)
    return Decision(answer=_opened(known, scoped, grant), draft=line)


def _of_system(asking: ApiAsking, known: Known, scoped: _Scoped, today: date) -> Decision:
    """One clinic's entry: its keeper reads all of it, another clinic what the person allows."""
    caller, target = known.caller, asking.target
    if target is None:
        either = asking.concern is Concern.EITHER
        return Decision(answer=_opened(known, scoped, None) if either else Unnamed(caller=caller))
    if caller.clinic_id is None:
        return Decision(answer=NotOpened(caller=caller))
    log_of = known.person_id or PersonId(target)  # nobody's yet: the entry has a log of its own
    if known.keeper is None:
        # There is no such entry: the attempt stands in the clinic's own log. Without a line the
        # answer would come sooner than one about what another clinic keeps, and so tell of it.
        log_of, sections, ground = PersonId(caller.clinic_id), _NONE, CONSENT
    elif known.keeper == caller.clinic_id:
        sections, ground = _ALL, KEEPER
    else:
        sections, ground = _consented(asking, known, today), CONSENT
    if not sections:
        refused = _draft(asking, known, log_of, Gate.RELATION.value, Outcome.REFUSED, {target})
        return Decision(answer=NotOpened(caller=caller), draft=refused)
    whose = _Whose(log_of, frozenset({target}), sections, Purpose.TREATMENT)
    line = _draft(asking, known, log_of, ground, Outcome.GRANTED, {target})
    return Decision(answer=_opened(known, scoped, _grant(asking, known, scoped, whose)), draft=line)


def _consented(asking: ApiAsking, known: Known, today: date) -> frozenset[Section]:
    clinic_id = known.caller.clinic_id
    if known.person_id is None or clinic_id is None or not _insured(known, today):
        return frozenset()
    asked = Asked(organisation=clinic_id, purpose=Purpose.TREATMENT.value, at=asking.now)
    return frozenset(Section(one) for one in open_sections(known.terms(asking.now), asked))


def _insured(known: Known, today: date) -> bool:
    return known.policy and (known.policy_until is None or today <= known.policy_until)


@dataclass(frozen=True, slots=True)
class _Whose:
    person_id: PersonId
    patient_ids: frozenset[PatientId]
    sections: frozenset[Section]
    purpose: Purpose


def _grant(asking: ApiAsking, known: Known, scoped: _Scoped, whose: _Whose) -> Grant:
    return Grant(
        reader=known.caller.account_id or known.caller.client_id,
        person_id=whose.person_id,
        patient_ids=whose.patient_ids,
        purpose=whose.purpose,
        sections=whose.sections,
        types=scoped.types if whose.sections == _ALL else _first_hand(scoped.types),
        narrowed=scoped.narrowed,
        organisations=EVERYTHING,
        period=EVERYTHING,
        expires_at=asking.now + LASTS,
        log_number=0,  # `numbered` gives it, when the line has one
    )


def _opened(known: Known, scoped: _Scoped, grant: Grant | None) -> Opened:
    return Opened(caller=known.caller, grant=grant, types=scoped.types, narrowed=scoped.narrowed)


def _closed(
    asking: ApiAsking, known: Known, closed: tuple[Gate, ...], person_id: PersonId
) -> Decision:
    refusal = Refusal(gate=closed[0], closed=closed, log_number=None)
    line = _draft(asking, known, person_id, closed[0].value, Outcome.REFUSED, frozenset())
    return Decision(answer=Closed(caller=known.caller, refusal=refusal), draft=line)


def _draft(
    asking: ApiAsking,
    known: Known,
    person_id: PersonId,
    ground: str,
    outcome: Outcome,
    patient_ids: AbstractSet[PatientId],
) -> Draft:
    caller = known.caller
    app = caller.person_id is not None
    return Draft(
        person_id=person_id,
        at=asking.now,
        actor_id=caller.account_id,
        actor_name=known.person_name if app else caller.name,
        actor_role=Role.CITIZEN.value if app else SYSTEM_OF_CLINIC,
        organisation_id=caller.clinic_id,
        organisation_name=caller.clinic_name,
        app=caller.name,
        patient_ids=tuple(sorted(patient_ids)),
        action=asking.action,
        resources=asking.resources,
        detail="api",
        purpose=(Purpose.OWN if app else Purpose.TREATMENT).value,
        ground=ground,
        outcome=outcome,
        address=asking.origin.address,
        device=asking.origin.device,
        request_id=asking.origin.request_id,
    )


def _first_hand(types: Types) -> Types:
    return (resource_types() if isinstance(types, Everything) else types) - _SECOND_HAND


def _both(scoped: Types, asked: Types) -> Types:
    if isinstance(scoped, Everything):
        return asked
    return scoped if isinstance(asked, Everything) else scoped & asked
