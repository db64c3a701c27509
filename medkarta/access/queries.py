"""How far an account is from its record. No clinical data, so no line in the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from medkarta.access import rules
from medkarta.access.grants import Gate, Reader
from medkarta.access.rules import Facts
from medkarta.accounts import queries as accounts
from medkarta.accounts.queries import AccountView
from medkarta.accounts.rules import Doing, Role, reaches
from medkarta.consents import queries as consents
from medkarta.consents.queries import ConsentView
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import AccountId, PatientId
from medkarta.insurance import queries as insurance
from medkarta.insurance.queries import PolicyView
from medkarta.insurance.rules import PolicyState
from medkarta.patients import queries as patients
from medkarta.patients.queries import PersonView


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """All that decides whether an account opens its own record, as it is at one moment."""

    account: AccountView | None
    second_factor: bool
    person: PersonView | None
    policy: PolicyView | None
    consent: ConsentView | None
    linked: Mapping[PatientId, datetime]

    def facts(self) -> Facts:
        account = self.account
        citizen = account is not None and account.active and account.role is Role.CITIZEN
        return Facts(
            two_factors=self.second_factor,
            level_verified=reaches(account.level if account else None, Doing.RECORD),
            policy_in_force=self.policy is not None and self.policy.state is PolicyState.ACTIVE,
            consent_in_force=self.consent is not None,
            linked=bool(self.linked),
            own=citizen and self.person is not None,
            section_given=True,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class GateState:
    """One gate: open or closed, and since when where that is known."""

    gate: Gate
    open: bool
    since: datetime | None


def gates(*, account_id: AccountId, two_factors: bool, now: datetime) -> tuple[GateState, ...]:
    """The gates of one's own record in the order in which one meets them."""
    return gate_states(standing(Reader(account_id=account_id, two_factors=two_factors), now=now))


def gate_states(found: Standing) -> tuple[GateState, ...]:
    """The same, of a standing that was read already."""
    since = {
        Gate.POLICY: found.policy.linked_at if found.policy else None,
        Gate.CONSENT: found.consent.signed_at if found.consent else None,
        Gate.LINK: min(found.linked.values(), default=None),
    }
    closed = rules.closed_gates(found.facts())
    return tuple(
        GateState(
            gate=gate,
            open=gate not in closed,
            since=None if gate in closed else since.get(gate),
        )
        for gate in Gate
        if gate not in (Gate.RELATION, Gate.SECTION)
    )


def standing(reader: Reader, *, now: datetime) -> Standing:
    """Gather what decides. Whatever is not there closes its gate."""
    person = patients.person_of(reader.account_id)
    return Standing(
        account=accounts.account(reader.account_id),
        second_factor=reader.two_factors and accounts.has_second_factor(reader.account_id),
        person=person,
        policy=insurance.policy_of(person.person_id, now=now) if person else None,
        consent=consents.in_force(person.person_id, Kind.PROCESSING, at=now) if person else None,
        linked=patients.linked_since(person.person_id) if person else {},
    )


def standing_of(person: PersonView, *, now: datetime) -> Standing:
    """The same of a person for whom somebody else asks; they may have no account."""
    return Standing(
        account=None if person.account_id is None else accounts.account(person.account_id),
        second_factor=False,
        person=person,
        policy=insurance.policy_of(person.person_id, now=now),
        consent=consents.in_force(person.person_id, Kind.PROCESSING, at=now),
        linked=patients.linked_since(person.person_id),
    )
