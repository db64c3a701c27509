"""Everything that changes an account."""

from medkarta.accounts.actions.codes import (
    CodeUsedError,
    PasskeyRefusedForDeedError,
    TooManyCodesError,
    WrongCodeError,
    check_code,
    check_first_code,
    refusal,
)
from medkarta.accounts.actions.devices import (
    forget_device,
    forget_devices,
    forget_old_devices,
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
from medkarta.accounts.actions.factors import (
    hold_factors,
    note_factors,
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
from medkarta.accounts.actions.language import (
    UnknownLanguageError,
    choose_language,
)
from medkarta.accounts.actions.letters import (
    TooManyLettersError,
    send_secret_letter,
)
from medkarta.accounts.actions.opening import (
    NewAccount,
    open_account,
)
from medkarta.accounts.actions.passkeys import (
    use_passkey,
)
from medkarta.accounts.actions.passwords import (
    NoSuchAccountError,
    ask_password_change,
    ask_password_change_by_email,
    change_password,
    put_reminder_off,
)
from medkarta.accounts.actions.proof import (
    Deed,
    Proof,
    UnknownDeedError,
    ask_for_deed,
    check_proof,
)
from medkarta.accounts.actions.resets import (
    confirm_reset,
    issue_reset,
    use_reset,
)
from medkarta.accounts.actions.sealing import (
    seal_secrets,
)
from medkarta.accounts.actions.sessions import (
    Opening,
    begin_session,
    end_expired,
    end_session,
    end_sessions,
    forget_old_sign_ins,
    keep_sessions,
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
from medkarta.accounts.ports import (
    SnilsConfirmedElsewhereError,
)

__all__ = [
    "Attempt",
    "CodeUsedError",
    "DataChangedError",
    "Deed",
    "EmailNotVerifiedError",
    "ExternalIdentityKey",
    "LinkedElsewhereError",
    "NewAccount",
    "NoSuchAccountError",
    "NotACitizenError",
    "NotAnOperatorError",
    "Opening",
    "OtherIdentityLinkedError",
    "OwnIdentityError",
    "PasskeyRefusedForDeedError",
    "PersonalDataIncompleteError",
    "Proof",
    "SnilsConfirmedElsewhereError",
    "TooManyCodesError",
    "TooManyLettersError",
    "UnknownDeedError",
    "UnknownLanguageError",
    "WrongCodeError",
    "ask_for_deed",
    "ask_password_change",
    "ask_password_change_by_email",
    "begin_session",
    "begin_try",
    "change_password",
    "check_code",
    "check_first_code",
    "check_proof",
    "choose_language",
    "clear_tries",
    "confirm_identity",
    "confirm_identity_by_esia",
    "confirm_reset",
    "end_expired",
    "end_session",
    "end_sessions",
    "forget_device",
    "forget_devices",
    "forget_old_devices",
    "forget_old_failures",
    "forget_old_sign_ins",
    "forget_tries",
    "hold_factors",
    "issue_reset",
    "keep_sessions",
    "link_identity",
    "note_factors",
    "note_use",
    "note_wrong_code",
    "note_wrong_password",
    "open_account",
    "put_reminder_off",
    "refusal",
    "seal_secrets",
    "send_secret_letter",
    "settle_level",
    "tell_linked_owner",
    "unlink_identity",
    "use_passkey",
    "use_reset",
]
