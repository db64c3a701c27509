"""Everything that changes policies and the embedded register."""

from medkarta.insurance.actions.asking import (
    DataDifferError,
    IdentityNotConfirmedError,
    PolicyEndedError,
    PolicyNotConfirmedError,
    TooManyAttemptsError,
)
from medkarta.insurance.actions.checking import (
    check_at_use,
    check_claim,
    check_claims,
    check_policies,
    check_policy,
)
from medkarta.insurance.actions.linking import find_policy, link_policy
from medkarta.insurance.actions.misses import follow_miss
from medkarta.insurance.actions.registering import register_insured
from medkarta.insurance.ports import RegisterSilentError

__all__ = [
    "DataDifferError",
    "IdentityNotConfirmedError",
    "PolicyEndedError",
    "PolicyNotConfirmedError",
    "RegisterSilentError",
    "TooManyAttemptsError",
    "check_at_use",
    "check_claim",
    "check_claims",
    "check_policies",
    "check_policy",
    "find_policy",
    "follow_miss",
    "link_policy",
    "register_insured",
]
