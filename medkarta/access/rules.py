"""Which gates stand between an account and a record."""

from dataclasses import dataclass

from medkarta.access.grants import Gate


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is true of the one who asks at this moment; whatever is not known is False."""

    two_factors: bool
    level_verified: bool
    policy_in_force: bool
    consent_in_force: bool
    linked: bool
    own: bool
    section_given: bool


def closed_gates(facts: Facts) -> tuple[Gate, ...]:
    """The gates that are closed, in the order in which a person meets them. None: it may open."""
    states = {
        Gate.SECOND_FACTOR: facts.two_factors,
        Gate.LEVEL: facts.level_verified,
        Gate.POLICY: facts.policy_in_force,
        Gate.CONSENT: facts.consent_in_force,
        Gate.LINK: facts.linked,
        Gate.RELATION: facts.own,
        Gate.SECTION: facts.section_given,
    }
    return tuple(gate for gate, is_open in states.items() if not is_open)


def closed_to_representative(facts: Facts) -> tuple[Gate, ...]:
    """The same for who acts for somebody: `own` says whether the right is there.

    Without the right nothing is told of the other person: neither policy nor consent nor link.
    """
    closed = closed_gates(facts)
    if Gate.RELATION not in closed:
        return closed
    own = (Gate.SECOND_FACTOR, Gate.LEVEL, Gate.RELATION)
    return tuple(gate for gate in closed if gate in own)
