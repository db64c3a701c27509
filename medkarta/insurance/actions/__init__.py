"""Everything that changes policies and the embedded register."""

from medkarta.insurance.actions.linking import (
    IdentityNotConfirmedError,
    PolicyEndedError,
    PolicyNotConfirmedError,
    TooManyAttemptsError,
    link_policy,
)
from medkarta.insurance.actions.registering import register_insured
from medkarta.insurance.ports import RegisterSilentError

__all__ = [
    "IdentityNotConfirmedError",
    "PolicyEndedError",
    "PolicyNotConfirmedError",
    "RegisterSilentError",
    "TooManyAttemptsError",
    "link_policy",
    "register_insured",
]
