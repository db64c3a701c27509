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
from medkarta.accounts.actions.devices import forget_device, forget_devices, forget_old_devices
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
from medkarta.accounts.actions.proof import Deed, Proof, check_proof
from medkarta.accounts.actions.sessions import (
    Opening,
    begin_session,
    end_expired,
    end_session,
    end_sessions,
    forget_old_sign_ins,
)
from medkarta.accounts.actions.throttle import (
    Attempt,
    begin_try,
    clear_tries,
    forget_old_failures,
    forget_tries,
    note_wrong_code,
    note_wrong_password,
)
from medkarta.accounts.ports import SnilsConfirmedElsewhereError

__all__ = [
    "Attempt",
    "CodeUsedError",
    "DataChangedError",
    "Deed",
    "EmailNotVerifiedError",
    "NewAccount",
    "NotACitizenError",
    "NotAnOperatorError",
    "Opening",
    "OwnIdentityError",
    "PersonalDataIncompleteError",
    "Proof",
    "SnilsConfirmedElsewhereError",
    "TooManyCodesError",
    "UnknownLanguageError",
    "WrongCodeError",
    "begin_session",
    "begin_try",
    "check_code",
    "check_first_code",
    "check_proof",
    "choose_language",
    "clear_tries",
    "confirm_identity",
    "end_expired",
    "end_session",
    "end_sessions",
    "forget_device",
    "forget_devices",
    "forget_old_devices",
    "forget_old_failures",
    "forget_old_sign_ins",
    "forget_tries",
    "note_wrong_code",
    "note_wrong_password",
    "open_account",
    "refusal",
    "settle_level",
    "use_code",
]
