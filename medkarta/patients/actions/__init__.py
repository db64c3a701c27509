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
from medkarta.patients.actions.papers import (
    NotAnOperatorError,
    TooManyPapersError,
    UnknownPaperError,
    add_paper,
    mark_paper_seen,
    remove_paper,
)
from medkarta.patients.actions.people import (
    NotACitizenError,
    PersonalDataIncompleteError,
    Recorded,
    confirm_personal_data,
    hold_person,
    open_person,
    record_personal_data,
)

__all__ = [
    "EntryOfOtherClinicError",
    "EntryTakenError",
    "IdentityNotConfirmedError",
    "IdentityView",
    "LinkRequestExpiredError",
    "NotACitizenError",
    "NotAnOperatorError",
    "NotFoundForThisPersonError",
    "NothingChosenError",
    "PersonalDataIncompleteError",
    "Recorded",
    "TooManyPapersError",
    "UnknownLinkRequestError",
    "UnknownPaperError",
    "add_paper",
    "confirm_link",
    "confirm_personal_data",
    "hold_person",
    "look_at_identity",
    "mark_paper_seen",
    "open_person",
    "record_personal_data",
    "register_entry",
    "remove_paper",
    "request_link",
    "unlink",
]
