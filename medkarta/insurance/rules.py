"""What a register's answer means for the person who asked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from medkarta.foundation.policies import PolicyNumber
from medkarta.patients.rules import PersonalDataInput, comparable, same_names

MOST_ATTEMPTS = 5
ATTEMPTS_COUNT_FOR = timedelta(days=1)
# So many refused numbers within the hour, of all people together, are told to whoever watches.
MANY_MISSES = 50
MISSES_COUNT_FOR = timedelta(hours=1)

CHECK_AGAIN_AFTER = timedelta(days=30)
CHECK_AT_USE_AFTER = timedelta(days=60)
ENDS_SOON = timedelta(days=30)
_PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60, 2 * 60, 4 * 60, 8 * 60)
)


class PolicyState(StrEnum):
    """What is known of a policy; unchecked: the register was silent when the person asked."""

    ACTIVE = "active"
    ENDED = "ended"
    UNCHECKED = "unchecked"


class WhyEnded(StrEnum):
    """What ended a linked policy."""

    REPLACED = "replaced"  # the person linked another
    EXPIRED = "expired"  # the register says since when
    GONE = "gone"  # the register has no such line of this person any more


class ClaimOutcome(StrEnum):
    """What the register said of a number that waited for it; nothing said yet is empty."""

    NOT_CONFIRMED = "not-confirmed"
    ENDED = "ended"
    DIFFERS = "differs"


class NamePart(StrEnum):
    """A field of the profile that a register's line may have otherwise."""

    FAMILY = "family"
    GIVEN = "given"
    PATRONYMIC = "patronymic"


@dataclass(frozen=True, kw_only=True, slots=True)
class Insured:
    """A line of a register of insured persons."""

    holder: PersonalDataInput
    insurer: str
    active_from: date
    active_to: date | None

    def active_on(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or day <= self.active_to)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line with its number, as a register finds it by a person."""

    number: PolicyNumber
    insured: Insured


def is_holder(person: PersonalDataInput, insured: Insured) -> bool:
    """Whether the register's line is of this person: names, birth date, and СНИЛС where it has one.

    The number alone is never enough: it can be worked out from a birth date.
    """
    holder = insured.holder
    return (
        person.birth_date is not None
        and person.birth_date == holder.birth_date
        and same_names(person, holder)
        and (holder.snils is None or holder.snils == person.snils)
    )


def differing_names(person: PersonalDataInput, insured: Insured) -> tuple[NamePart, ...]:
    """Which names differ in a line that is plainly the person's: birth date and СНИЛС agree.

    Of any other line nothing is told, so that nobody learns by trying what a register says of a
    stranger. An operator has seen the СНИЛС of whoever asks, and one person holds it.
    """
    holder = insured.holder
    if person.snils is None or person.birth_date is None:
        return ()
    if (person.snils, person.birth_date) != (holder.snils, holder.birth_date):
        return ()
    pairs = {
        NamePart.FAMILY: (person.family, holder.family),
        NamePart.GIVEN: (person.given, holder.given),
        NamePart.PATRONYMIC: (person.patronymic, holder.patronymic),
    }
    return tuple(
        part for part, (mine, theirs) in pairs.items() if comparable(mine) != comparable(theirs)
    )


def latest_in_force(
    person: PersonalDataInput, lines: tuple[Line, ...], *, day: date
) -> Line | None:
    """The person's line that began last of those in force; a register may name several."""
    own = [
        line for line in lines if is_holder(person, line.insured) and line.insured.active_on(day)
    ]
    return max(own, key=lambda line: line.insured.active_from, default=None)


def next_try(tries: int, now: datetime) -> datetime:
    """When to ask a silent register again: the more often in vain, the later."""
    return now + _PAUSES[min(tries, len(_PAUSES)) - 1]


def is_stale(checked_at: datetime | None, now: datetime) -> bool:
    """Whether the register's last word is too old to be used without asking again."""
    return checked_at is None or now - checked_at > CHECK_AT_USE_AFTER
