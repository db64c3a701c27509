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
from medkarta.accounts.actions.letters import TooManyLettersError, send_secret_letter
from medkarta.accounts.actions.opening import NewAccount, open_account
from medkarta.accounts.actions.passwords import (
    NoSuchAccountError,
    ask_password_change,
    ask_password_change_by_email,
    change_password,
    put_reminder_off,
)
from medkarta.accounts.actions.proof import Deed, Proof, check_proof
from medkarta.accounts.actions.resets import confirm_reset, issue_reset, use_reset
from medkarta.accounts.ports import SnilsConfirmedElsewhereError

__all__ = [
    "CodeUsedError",
    "DataChangedError",
    "Deed",
    "EmailNotVerifiedError",
    "NewAccount",
    "NoSuchAccountError",
    "NotACitizenError",
    "NotAnOperatorError",
    "OwnIdentityError",
    "PersonalDataIncompleteError",
    "Proof",
    "SnilsConfirmedElsewhereError",
    "TooManyCodesError",
    "TooManyLettersError",
    "UnknownLanguageError",
    "WrongCodeError",
    "ask_password_change",
    "ask_password_change_by_email",
    "change_password",
    "check_code",
    "check_first_code",
    "check_proof",
    "choose_language",
    "confirm_identity",
    "confirm_reset",
    "issue_reset",
    "open_account",
    "put_reminder_off",
    "refusal",
    "send_secret_letter",
    "settle_level",
    "use_code",
    "use_reset",
]
