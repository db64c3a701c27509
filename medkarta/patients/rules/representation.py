"""Who may do what for somebody else, from when and until when. Values in, an answer out.

Dates stay dates: a birthday begins at midnight of the zone where the person lives, so the moment
of an end is worked out at each asking and nowhere kept.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    """Законный представитель, three kinds, or доверенное лицо."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    TRUSTEE = "trustee"
    TRUSTED = "trusted"

    @property
    def legal(self) -> bool:
        return self is not Kind.TRUSTED


class Doing(StrEnum):
    """All that can be done for somebody else; what is not named here, nobody does for another."""

    READ = "read"
    BOOK = "book"
    MESSAGES = "messages"
    SIGN = "sign"


# A trusted adult's consent would ask for a notary's paper, which nobody checks yet.
TO_TRUSTED: Final = (Doing.READ, Doing.BOOK, Doing.MESSAGES)


class Paper(StrEnum):
    """What an operator saw: the kinds of НСИ 1.2.643.5.1.13.13.99.2.313 that we take."""

    BIRTH_CERTIFICATE = "birth-certificate"
    GUARDIANSHIP_ACT = "guardianship-act"
    COURT_INCAPACITY = "court-incapacity"

    @property
    def of_minority(self) -> bool:
        """Whether the right rests on the person's being a child, and ends with that."""
        return self is not Paper.COURT_INCAPACITY


PAPERS_OF: Final[dict[Kind, tuple[Paper, ...]]] = {
    Kind.PARENT: (Paper.BIRTH_CERTIFICATE,),
    Kind.GUARDIAN: (Paper.GUARDIANSHIP_ACT, Paper.COURT_INCAPACITY),
    Kind.TRUSTEE: (Paper.GUARDIANSHIP_ACT,),
}


class Ended(StrEnum):
    """How a right ended before its day."""

    BY_PRINCIPAL = "by-principal"
    BY_REPRESENTATIVE = "by-representative"
    BY_PAPER = "by-paper"
    BY_TIME = "by-time"


# --- ages -------------------------------------------------------------------------------------


class Change(StrEnum):
    """What a birthday changes."""

    OWN_SAY = "own-say"
    OWN_SAY_ADDICTION = "own-say-addiction"
    MAJORITY = "majority"


@dataclass(frozen=True, kw_only=True, slots=True)
class Age:
    """A line of the policy table: since which day the law says so, and where it says it."""

    change: Change
    years: int
    since: date
    law: str


AGES: Final = (
    Age(
        change=Change.OWN_SAY, years=15, since=date(2012, 1, 1), law="323-ФЗ, ст. 54, ч. 2; ст. 20"
    ),
    Age(
        change=Change.OWN_SAY_ADDICTION,
        years=16,
        since=date(2012, 1, 1),
        law="323-ФЗ, ст. 54, ч. 2",
    ),
    # Before 271-ФЗ of 31.07.2020 a parent's reading ended with the child's own say.
    Age(change=Change.MAJORITY, years=15, since=date(2012, 1, 1), law="323-ФЗ, ст. 22, ч. 2"),
    Age(
        change=Change.MAJORITY,
        years=18,
        since=date(2020, 8, 11),
        law="323-ФЗ, ст. 22, ч. 2 (271-ФЗ от 31.07.2020)",
    ),
)
ADULT: Final = 18  # ГК, ст. 21: who may be trusted with somebody else's record

DEFAULT_ZONE: Final = "Europe/Moscow"
# The eleven clocks of Russia; where nothing better is known, Moscow's.
ZONES: Final = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)


class NoSuchAgeError(LookupError):
    """The table has no line for this change on that day."""


def age_of(change: Change, *, on: date, ages: Sequence[Age] = AGES) -> Age:
    """The line in force on a day. Raises `NoSuchAgeError`."""
    lines = [one for one in ages if one.change is change and one.since <= on]
    if not lines:
        raise NoSuchAgeError(change)
    return max(lines, key=lambda one: one.since)


def birthday(born: date, years: int) -> date:
    """The day on which so many years are full; for who was born on 29 February, 1 March.

    A term whose last month lacks the day ends with that month (ГК, ст. 192, п. 3): the year is
    full when 28 February is over.
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def day_of(at: datetime, zone: str) -> date:
    """The date on the wall where the person lives."""
    return at.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """The moment at which a day begins there."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))


def reached(change: Change, born: date, *, day: date, ages: Sequence[Age] = AGES) -> bool:
    """Whether a person's birthday has brought the change by this day."""
    return day >= birthday(born, age_of(change, on=day, ages=ages).years)


# --- the right --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """What decides of one person's right to act for another. `born` is the principal's."""

    kind: Kind
    paper: Paper | None
    doings: frozenset[Doing]
    born: date | None
    zone: str
    active_from: datetime
    active_to: date | None
    ended_at: datetime | None


class Verdict(StrEnum):
    """The answer, with why not."""

    YES = "yes"
    NOT_YET = "not-yet"
    ENDED = "ended"
    PAST = "past"
    GROWN_UP = "grown-up"
    AGE_UNKNOWN = "age-unknown"
    OWN_SAY = "own-say"
    NOT_GIVEN = "not-given"


def standing(right: Right, *, at: datetime, ages: Sequence[Age] = AGES) -> Verdict:
    """Whether the right is there at all at this moment."""
    day = day_of(at, right.zone)
    checks = (
        (right.ended_at is not None and at >= right.ended_at, Verdict.ENDED),
        (at < right.active_from, Verdict.NOT_YET),
        (right.active_to is not None and day > right.active_to, Verdict.PAST),
        (_rests_on_minority(right) and right.born is None, Verdict.AGE_UNKNOWN),
        (_grown_up(right, day, ages), Verdict.GROWN_UP),
    )
    return next((verdict for closed, verdict in checks if closed), Verdict.YES)


def may(act: Doing, right: Right, *, at: datetime, ages: Sequence[Age] = AGES) -> Verdict:
    """Whether this may be done under this right at this moment."""
    verdict = standing(right, at=at, ages=ages)
    if verdict is not Verdict.YES:
        return verdict
    if act not in right.doings:
        return Verdict.NOT_GIVEN
    day = day_of(at, right.zone)
    own_say = right.born is not None and reached(Change.OWN_SAY, right.born, day=day, ages=ages)
    if act is Doing.SIGN and _rests_on_minority(right) and own_say:
        return Verdict.OWN_SAY
    return Verdict.YES


def until(right: Right, *, at: datetime, ages: Sequence[Age] = AGES) -> datetime | None:
    """The first moment at which the right is gone; None: it has no end that is known today."""
    ends = []
    if right.ended_at is not None:
        ends.append(right.ended_at)
    if right.active_to is not None:
        ends.append(midnight(right.active_to + timedelta(days=1), right.zone))
    if _rests_on_minority(right) and right.born is not None:
        years = age_of(Change.MAJORITY, on=day_of(at, right.zone), ages=ages).years
        ends.append(midnight(birthday(right.born, years), right.zone))
    return min(ends, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """A birthday ahead, and what it changes."""

    day: date
    age: Age


def changes(right: Right, *, at: datetime, ages: Sequence[Age] = AGES) -> tuple[Coming, ...]:
    """What the coming birthdays change in a right that rests on minority, soonest first."""
    if not _rests_on_minority(right) or right.born is None:
        return ()
    today = day_of(at, right.zone)
    lines = [age_of(change, on=today, ages=ages) for change in Change]
    coming = [Coming(day=birthday(right.born, one.years), age=one) for one in lines]
    return tuple(sorted((one for one in coming if one.day > today), key=lambda one: one.day))


def _rests_on_minority(right: Right) -> bool:
    return right.kind.legal and (right.paper is None or right.paper.of_minority)


def _grown_up(right: Right, day: date, ages: Sequence[Age]) -> bool:
    if not _rests_on_minority(right) or right.born is None:
        return False
    return reached(Change.MAJORITY, right.born, day=day, ages=ages)


# --- trust ------------------------------------------------------------------------------------

LONGEST_YEARS: Final = 3
USUAL_YEARS: Final = 1
ANSWER_WITHIN: Final = timedelta(days=14)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a person signs when they trust somebody: to whom, what, and the last day of it."""

    email: str
    doings: frozenset[Doing]
    sections: frozenset[str]
    active_to: date

    @property
    def text(self) -> str:
        """One spelling of the same terms, for the signature under it."""
        return "\n".join(
            (
                f"email: {self.email}",
                f"doings: {' '.join(sorted(self.doings))}",
                f"sections: {' '.join(sorted(self.sections))}",
                f"to: {self.active_to.isoformat()}",
            )
        )

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


class BadTermsError(ValueError):
    """These terms are none that somebody could be trusted under; the message names the part."""


def check_terms(terms: Terms, *, today: date) -> None:
    """Raise `BadTermsError` unless the terms name a doing, hold today and end in three years."""
    if not terms.doings or not terms.doings <= set(TO_TRUSTED):
        raise BadTermsError("doings")
    if (Doing.READ in terms.doings) is not bool(terms.sections):
        raise BadTermsError("sections")
    if not today <= terms.active_to < birthday(today, LONGEST_YEARS):
        raise BadTermsError("active_to")
