"""Kinds of consent, which text of each is the present one, and until when an older one holds."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from medkarta.consents.rules.days import MOSCOW, start_of_day


class Kind(StrEnum):
    """One consent is one document (152-ФЗ article 9(1) as of 01.09.2025)."""

    PROCESSING = "processing"
    ACCESS = "access"
    DENIAL = "denial"
    LETTERS = "letters"


class Ended(StrEnum):
    """How a signature ended."""

    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class State(StrEnum):
    """What a signature is worth at a moment."""

    IN_FORCE = "in-force"
    TO_RENEW = "to-renew"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"

    @property
    def holds(self) -> bool:
        return self in {State.IN_FORCE, State.TO_RENEW}


LANGUAGES: Final = ("ru", "en")
# Without the processing there is nothing to show and nothing to write about; what is denied stays.
FALL_WITH_PROCESSING: Final = (Kind.ACCESS, Kind.LETTERS)

# A new version is a new file beside the old one, which stays: it is what people signed.
CURRENT_VERSION: dict[Kind, str] = {
    Kind.PROCESSING: "2",
    Kind.ACCESS: "1",
    Kind.DENIAL: "1",
    Kind.LETTERS: "1",
}
# Until this day (Moscow's) a signature under an older text holds; then it does not, and the page
# says so. A version that is not named here leaves older signatures as they are.
RENEW_BY: dict[tuple[Kind, str], date] = {(Kind.PROCESSING, "2"): date(2027, 6, 1)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """What decides whether a signature holds."""

    kind: Kind
    version: str
    active_from: datetime
    active_to: datetime | None
    ended_at: datetime | None
    ended_as: Ended | None


def renew_by(kind: Kind) -> date | None:
    """The day from which only the present text of this kind holds."""
    return RENEW_BY.get((kind, CURRENT_VERSION[kind]))


def state_of(signed: Signed, at: datetime) -> State:
    """The state at a moment; periods are half-open, [start, end)."""
    if signed.ended_at is not None and signed.ended_at <= at:
        return _ENDED[signed.ended_as or Ended.WITHDRAWN]
    if signed.active_to is not None and signed.active_to <= at:
        return State.EXPIRED
    if signed.version == CURRENT_VERSION[signed.kind]:
        return State.IN_FORCE
    day = renew_by(signed.kind)
    lapsed = day is not None and start_of_day(day, MOSCOW) <= at
    return State.LAPSED if lapsed else State.TO_RENEW


_ENDED: Final = MappingProxyType({Ended.WITHDRAWN: State.WITHDRAWN, Ended.REPLACED: State.REPLACED})
