"""Decisions about consents on plain values."""

from medkarta.consents.rules.changes import Change, Run, changes
from medkarta.consents.rules.choices import (
    SECTIONS,
    Choice,
    NothingChosenError,
    WrongChoiceError,
    WrongDayError,
    check_choice,
)
from medkarta.consents.rules.days import MOSCOW, ZONES, day_at, end_of_day, start_of_day
from medkarta.consents.rules.filling import ConsentText, fill, masked_number, one_line
from medkarta.consents.rules.kinds import (
    CURRENT_VERSION,
    FALL_WITH_PROCESSING,
    LANGUAGES,
    RENEW_BY,
    Ended,
    Kind,
    Signed,
    State,
    renew_by,
    state_of,
)
from medkarta.consents.rules.terms import PURPOSE, Asked, Audience, Effect, Term, open_sections

__all__ = [
    "CURRENT_VERSION",
    "FALL_WITH_PROCESSING",
    "LANGUAGES",
    "MOSCOW",
    "PURPOSE",
    "RENEW_BY",
    "SECTIONS",
    "ZONES",
    "Asked",
    "Audience",
    "Change",
    "Choice",
    "ConsentText",
    "Effect",
    "Ended",
    "Kind",
    "NothingChosenError",
    "Run",
    "Signed",
    "State",
    "Term",
    "WrongChoiceError",
    "WrongDayError",
    "changes",
    "check_choice",
    "day_at",
    "end_of_day",
    "fill",
    "masked_number",
    "one_line",
    "open_sections",
    "renew_by",
    "start_of_day",
    "state_of",
]
