"""Everything that changes who a person is and what is theirs."""

from medkarta.patients.actions.candidates import (
    ComparedChangedError,
    Judgement,
    NotAnOperatorError,
    ReasonMissingError,
    SecondOperatorNeededError,
    UnknownCandidateError,
    judge_candidate,
    look_at_candidate,
)
from medkarta.patients.actions.entries import EntryOfOtherClinicError, register_entry
from medkarta.patients.actions.identity import IdentityView, look_at_identity
from medkarta.patients.actions.linking import (
    EntryTakenError,
    IdentityNotConfirmedError,
    LinkRequestExpiredError,
    NotFoundForThisPersonError,
    NothingChosenError,
    UnknownLinkRequestError,
    confirm_link,
    refuse_link,
    request_link,
    unlink,
)
from medkarta.patients.actions.people import (
    NotACitizenError,
    PersonalDataIncompleteError,
    Recorded,
    confirm_personal_data,
    hold_person,
    open_person,
    put_off_look,
    record_personal_data,
)
from medkarta.patients.actions.proved import (
    SnilsConfirmedElsewhereError,
    adopt_proved_data,
)
from medkarta.patients.actions.registers import (
    TooManyChecksError,
    check_person,
    register_person,
)
from medkarta.patients.actions.transfers import (
    NothingToTransferError,
    TransferChangedError,
    Verdict,
    ask_transfer,
    decide_transfer,
)

__all__ = [
    "ComparedChangedError",
    "EntryOfOtherClinicError",
    "EntryTakenError",
    "IdentityNotConfirmedError",
    "IdentityView",
    "Judgement",
    "LinkRequestExpiredError",
    "NotACitizenError",
    "NotAnOperatorError",
    "NotFoundForThisPersonError",
    "NothingChosenError",
    "NothingToTransferError",
    "PersonalDataIncompleteError",
    "ReasonMissingError",
    "Recorded",
    "SecondOperatorNeededError",
    "SnilsConfirmedElsewhereError",
    "TooManyChecksError",
    "TransferChangedError",
    "UnknownCandidateError",
    "UnknownLinkRequestError",
    "Verdict",
    "adopt_proved_data",
    "ask_transfer",
    "check_person",
    "confirm_link",
    "confirm_personal_data",
    "decide_transfer",
    "hold_person",
    "judge_candidate",
    "look_at_candidate",
    "look_at_identity",
    "open_person",
    "put_off_look",
    "record_personal_data",
    "refuse_link",
    "register_entry",
    "register_person",
    "request_link",
    "unlink",
]
