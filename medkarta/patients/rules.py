"""Who is the same person, and what of them is shown."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from medkarta.foundation.snils import Snils

# A birth date as people type it: whole, with two digits of the year, the year first, in parts.
_DATES = ("%d%m%Y", "%d%m%y", "%Y%m%d", "%Y", "%d%m")


class Sex(StrEnum):
    """НСИ 1.2.643.5.1.13.13.11.1040; the values are those of FHIR's administrative gender."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class LinkRequestState(StrEnum):
    """Запрос на привязку, from asking to the end."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    CONFIRMED = "confirmed"


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

    Exact: СНИЛС, birth date and names agree. Near, for a human to look at: the entry has no СНИЛС
    and all the rest agrees. A missing birth date agrees with nothing.
    """
    if person.birth_date is None or person.birth_date != entry.birth_date:
        return Match.NONE
    if not same_names(person, entry):
        return Match.NONE
    if entry.snils is None:
        return Match.NEAR if person.sex is entry.sex else Match.NONE
    return Match.EXACT if entry.snils == person.snils else Match.NONE


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
