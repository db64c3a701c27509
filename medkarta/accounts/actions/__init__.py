"""Everything that changes an account."""

from medkarta.accounts.actions.codes import (
    CodeUsedError,
    PasskeyRefusedForDeedError,
    TooManyCodesError,
    WrongCodeError,
    check_code,
    check_first_code,
    refusal,
    use_code,
)
from medkarta.accounts.actions.factors import hold_factors, note_factors
from medkarta.accounts.actions.identity import (
    DataChangedError,
    EmailNotVerifiedError,
    NotACitizenError,
    NotAnOperatorError,
    OwnIdentityError,
    PersonalDataIncompleteError,
    confirm_identity,
    settle_level,
)
from medkarta.accounts.actions.language import UnknownLanguageError, choose_language
from medkarta.accounts.actions.opening import NewAccount, open_account
from medkarta.accounts.actions.passkeys import use_passkey
from medkarta.accounts.actions.proof import Deed, Proof, UnknownDeedError, ask_for_deed, check_proof
from medkarta.accounts.actions.sealing import seal_secrets
from medkarta.accounts.ports import SnilsConfirmedElsewhereError

__all__ = [
    "CodeUsedError",
    "DataChangedError",
    "Deed",
    "EmailNotVerifiedError",
    "NewAccount",
    "NotACitizenError",
    "NotAnOperatorError",
    "OwnIdentityError",
    "PasskeyRefusedForDeedError",
    "PersonalDataIncompleteError",
    "Proof",
    "SnilsConfirmedElsewhereError",
    "TooManyCodesError",
    "UnknownDeedError",
    "UnknownLanguageError",
    "WrongCodeError",
    "ask_for_deed",
    "check_code",
    "check_first_code",
    "check_proof",
    "choose_language",
    "confirm_identity",
    "hold_factors",
    "note_factors",
    "open_account",
    "refusal",
    "seal_secrets",
    "settle_level",
    "use_code",
    "use_passkey",
]
