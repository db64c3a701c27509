"""Who is the same person, and what of them is shown."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from medkarta.foundation.snils import Snils

Identifier: TypeAlias = tuple[str, str]  # its system, '' where there is none, and its value

IDENTIFIER_CHARS: Final = 200  # an index of PostgreSQL takes 2,704 bytes a row at most
# A birth date as people type it: whole, with two digits of the year, the year first, in parts.
_DATES = ("%d%m%Y", "%d%m%y", "%Y%m%d", "%Y", "%d%m")


class Sex(StrEnum):
    """НСИ 1.2.643.5.1.13.13.11.1040; the values are those of FHIR's administrative gender."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class LinkRequestState(StrEnum):
    """Запрос на привязку, from asking to the end.

    Requested: nothing is the person's beyond doubt, and operators compare what is like it.
    """

    REQUESTED = "requested"
    FOUND = "found"
    NOT_FOUND = "not_found"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    EXPIRED = "expired"


class CandidateState(StrEnum):
    """What operators say of an entry that is like a person's; «same» needs two of them."""

    WAITING = "waiting"
    PROPOSED = "proposed"
    SAME = "same"
    DIFFERENT = "different"


class TransferState(StrEnum):
    """What became of a СНИЛС that two accounts claim."""

    WAITING = "waiting"
    MOVED = "moved"
    DECLINED = "declined"


class RegisterState(StrEnum):
    """What the population register says of a person's data; waiting: it has not answered yet."""

    WAITING = "waiting"
    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Match(StrEnum):
    """How sure it is that an entry is a person's; only the first is shown to them."""

    EXACT = "exact"
    NEAR = "near"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalDataInput:
    """What tells one person from another, read and checked."""

    family: str
    given: str
    patronymic: str
    birth_date: date | None
    sex: Sex
    snils: Snils | None

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.family, self.given, self.patronymic) if part)

    @property
    def complete(self) -> bool:
        """Whether an operator can compare it with a passport; not everybody has a patronymic."""
        return bool(
            self.family
            and self.given
            and self.birth_date
            and self.sex is not Sex.UNKNOWN
            and self.snils
        )

    @property
    def fingerprint(self) -> str:
        """Changes with every change of the data."""
        parts = (
            self.family,
            self.given,
            self.patronymic,
            self.birth_date.isoformat() if self.birth_date else "",
            self.sex.value,
            self.snils.digits if self.snils else "",
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


FIELDS: Final = ("family", "given", "patronymic", "birth_date", "sex", "snils")
MOST_CHECKS = 5
CHECKS_COUNT_FOR = timedelta(days=1)
LOOK_AT_DATA_EVERY = timedelta(days=365)
ASK_AGAIN_AFTER = timedelta(days=1)


def differing(one: PersonalDataInput, other: PersonalDataInput) -> tuple[str, ...]:
    """The fields in which two sets of data are not the same, names by `comparable`."""
    return tuple(
        name
        for name in FIELDS
        if _to_compare(getattr(one, name)) != _to_compare(getattr(other, name))
    )


def _to_compare(value: object) -> object:
    return comparable(value) if isinstance(value, str) and not isinstance(value, Sex) else value


def told_fields(state: RegisterState, fields: Sequence[str]) -> tuple[str, ...]:
    """Which of the entered fields the person is told to differ.

    None where СНИЛС or birth date are not the register's: else the register could be asked for a
    stranger's data one field at a time.
    """
    if state is not RegisterState.DIFFERS or {"snils", "birth_date"} & set(fields):
        return ()
    return tuple(fields)


def look_is_due(
    *,
    checked_at: datetime | None,
    disagrees_since: datetime | None,
    put_off_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether the person is to be asked to look at their data.

    After a year, or when a register disagrees and they have not looked since. Put off, not again
    within a day.
    """
    if put_off_at is not None and now < put_off_at + ASK_AGAIN_AFTER:
        return False
    if checked_at is not None and now >= checked_at + LOOK_AT_DATA_EVERY:
        return True
    return disagrees_since is not None and (checked_at is None or checked_at < disagrees_since)


def kept_identifier(system: str, value: str) -> Identifier:
    """An identifier as it is kept and looked for: whatever is longer is alike in its beginning."""
    return system[:IDENTIFIER_CHARS], value[:IDENTIFIER_CHARS]


def tidy(name: str) -> str:
    """A name as it is kept: composed signs, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def comparable(name: str) -> str:
    """A name for comparing: case, ё and е, hyphen and space are alike; Latin a is no Cyrillic а."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("ё", "е")
    return " ".join(folded.replace("-", " ").split())


def same_names(one: PersonalDataInput, other: PersonalDataInput) -> bool:
    """Whether family, given name and patronymic are the same under `comparable`."""
    return [comparable(n) for n in (one.family, one.given, one.patronymic)] == [
        comparable(n) for n in (other.family, other.given, other.patronymic)
    ]


def matches(person: PersonalDataInput, entry: PersonalDataInput) -> Match:
    """Whether a clinic's entry is the person's.

    Exact: СНИЛС, birth date and names agree. Near, for operators to compare:
    - СНИЛС agrees, and of names and birth date one: a changed name, a slip in a date;
    - the entry has no СНИЛС, birth date and sex agree, and the names but for one letter.
    Everything else is somebody else. A missing birth date agrees with nothing; another СНИЛС is
    another person, since its control number catches slips.
    """
    born = person.birth_date is not None and person.birth_date == entry.birth_date
    named = same_names(person, entry)
    if entry.snils is not None:
        if person.snils != entry.snils:
            return Match.NONE
        if born and named:
            return Match.EXACT
        return Match.NEAR if born or named else Match.NONE
    like = named or _letters_apart(person, entry) == 1
    return Match.NEAR if born and like and person.sex is entry.sex else Match.NONE


def likeness(asked: PersonalDataInput, entry: PersonalDataInput) -> Match:
    """How like a clinic's entry is to what the clinic's own system asks about.

    By `matches`, where whichever of the two has no СНИЛС is the entry, but that what was left out
    of the question contradicts nothing: without sex or patronymic it is as with the entry's own,
    and СНИЛС alone, or with what agrees, is near. Exact is nothing whose names were not all asked.
    """
    sex = entry.sex if asked.sex is Sex.UNKNOWN else asked.sex
    known = replace(asked, sex=sex, patronymic=asked.patronymic or entry.patronymic)
    match = matches(known, entry) if asked.snils else matches(entry, known)
    if match is Match.NONE and asked.snils and asked.snils == entry.snils:
        return Match.NEAR if _contradicts_nothing(known, entry) else Match.NONE
    if match is Match.EXACT and not same_names(asked, entry):
        return Match.NEAR
    return match


def _contradicts_nothing(asked: PersonalDataInput, entry: PersonalDataInput) -> bool:
    full = replace(
        asked,
        family=asked.family or entry.family,
        given=asked.given or entry.given,
        birth_date=asked.birth_date or entry.birth_date,
    )
    return same_names(full, entry) and full.birth_date == entry.birth_date


def differences(person: PersonalDataInput, entry: PersonalDataInput) -> tuple[str, ...]:
    """The fields in which the two differ, for whoever compares them."""
    pairs = {
        "family": comparable(person.family) == comparable(entry.family),
        "given": comparable(person.given) == comparable(entry.given),
        "patronymic": comparable(person.patronymic) == comparable(entry.patronymic),
        "birth_date": person.birth_date == entry.birth_date,
        "sex": person.sex is entry.sex,
        "snils": person.snils == entry.snils,
    }
    return tuple(name for name, same in pairs.items() if not same)


def _letters_apart(one: PersonalDataInput, other: PersonalDataInput) -> int:
    """In how many letters the names differ, where they differ by a changed letter; else many."""
    left = comparable(f"{one.family} {one.given} {one.patronymic}")
    right = comparable(f"{other.family} {other.given} {other.patronymic}")
    if len(left) == len(right):
        return sum(a != b for a, b in zip(left, right, strict=True))
    longer, shorter = sorted((left, right), key=len, reverse=True)
    dropped = (longer[:n] + longer[n + 1 :] for n in range(len(longer)))
    return 1 if shorter in dropped else len(longer)


def masked_name(data: PersonalDataInput) -> str:
    """`Вымыслова А. П.`: enough to know oneself by."""
    initials = [f"{name[0]}." for name in (data.given, data.patronymic) if name]
    return " ".join([data.family, *initials])


def known_words(data: PersonalDataInput) -> tuple[str, ...]:
    """What an acquaintance of the person knows or can look up, piece by piece."""
    names = comparable(data.full_name).split()
    born = data.birth_date
    dates = [born.strftime(form) for form in _DATES] if born else []
    snils = [data.snils.digits, data.snils.digits[:9]] if data.snils else []
    return (*names, *dates, *snils)
