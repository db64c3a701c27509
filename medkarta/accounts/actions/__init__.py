"""Everything that changes an account."""

from medkarta.accounts.actions.codes import (
    CodeUsedError,
    TooManyCodesError,
    WrongCodeError,
    check_code,
    check_first_code,
    refusal,
    use_code,
)
from medkarta.accounts.actions.external import (
    ExternalIdentityKey,
    LinkedElsewhereError,
    OtherIdentityLinkedError,
    link_identity,
    note_use,
    tell_linked_owner,
    unlink_identity,
)
from medkarta.accounts.actions.identity import (
    DataChangedError,
    EmailNotVerifiedError,
    NotACitizenError,
    NotAnOperatorError,
    OwnIdentityError,
    PersonalDataIncompleteError,
    confirm_identity,
    confirm_identity_by_esia,
    settle_level,
)
from medkarta.accounts.actions.language import UnknownLanguageError, choose_language
from medkarta.accounts.actions.opening import NewAccount, open_account
from medkarta.accounts.actions.proof import Deed, Proof, check_proof
from medkarta.accounts.ports import SnilsConfirmedElsewhereError

__all__ = [
    "CodeUsedError",
    "DataChangedError",
    "Deed",
    "EmailNotVerifiedError",
    "ExternalIdentityKey",
    "LinkedElsewhereError",
    "NewAccount",
    "NotACitizenError",
    "NotAnOperatorError",
    "OtherIdentityLinkedError",
    "OwnIdentityError",
    "PersonalDataIncompleteError",
    "Proof",
    "SnilsConfirmedElsewhereError",
    "TooManyCodesError",
    "UnknownLanguageError",
    "WrongCodeError",
    "check_code",
    "check_first_code",
    "check_proof",
    "choose_language",
    "confirm_identity",
    "confirm_identity_by_esia",
    "link_identity",
    "note_use",
    "open_account",
    "refusal",
    "settle_level",
    "tell_linked_owner",
    "unlink_identity",
    "use_code",
]
