"""What a register's answer means for the person who asked."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from medkarta.patients.rules import PersonalDataInput, same_names

MOST_ATTEMPTS = 5
ATTEMPTS_COUNT_FOR = timedelta(days=1)


class PolicyState(StrEnum):
    """What is known of a policy; unchecked: the register was silent when the person asked."""

    ACTIVE = "active"
    ENDED = "ended"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Insured:
    """A line of a register of insured persons."""

    holder: PersonalDataInput
    insurer: str
    active_from: date
    active_to: date | None

    def active_on(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or day <= self.active_to)


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
