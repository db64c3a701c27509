"""Everything that changes what a person agreed to."""

from medkarta.consents.actions.details import Details, DetailsIncompleteError, record_details
from medkarta.consents.actions.ending import (
    LiftingNeedsProofError,
    NoSuchConsentError,
    lift_denial,
    withdraw,
    withdraw_one,
)
from medkarta.consents.actions.reminding import remind, remind_all
from medkarta.consents.actions.signing import (
    IdentityNotConfirmedError,
    Signature,
    TextChangedError,
    sign,
)
from medkarta.consents.actions.taking import take_paper
from medkarta.consents.papers import DetailsMissingError, OperatorUnknownError

__all__ = [
    "Details",
    "DetailsIncompleteError",
    "DetailsMissingError",
    "IdentityNotConfirmedError",
    "LiftingNeedsProofError",
    "NoSuchConsentError",
    "OperatorUnknownError",
    "Signature",
    "TextChangedError",
    "lift_denial",
    "record_details",
    "remind",
    "remind_all",
    "sign",
    "take_paper",
    "withdraw",
    "withdraw_one",
]
