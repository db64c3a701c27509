"""Everything that changes who a person is and what is theirs."""

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

__all__ = [
    "EntryOfOtherClinicError",
    "EntryTakenError",
    "IdentityNotConfirmedError",
    "IdentityView",
    "LinkRequestExpiredError",
    "NotACitizenError",
    "NotFoundForThisPersonError",
    "NothingChosenError",
    "PersonalDataIncompleteError",
    "Recorded",
    "SnilsConfirmedElsewhereError",
    "TooManyChecksError",
    "UnknownLinkRequestError",
    "adopt_proved_data",
    "check_person",
    "confirm_link",
    "confirm_personal_data",
    "hold_person",
    "look_at_identity",
    "open_person",
    "put_off_look",
    "record_personal_data",
    "register_entry",
    "register_person",
    "request_link",
    "unlink",
]
