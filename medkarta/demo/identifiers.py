"""Numbers that have the form of real ones and can belong to nobody."""

from datetime import date

from medkarta.foundation.enp import Enp
from medkarta.foundation.snils import Snils, control_number

FIRST_GENERATED = 1_000_000  # numbers below are the cast's and those of imported people
_FIRST_SNILS = 990_000_000
_FIRST_SERIAL = 90_000


def invented_snils(number: int) -> Snils:
    """Return the invented СНИЛС of that number, with its right control number.

    Numbers are given out from the bottom up, one a person, in a country of 146 million people:
    those that start with 99 are hundreds of millions above the last one issued.
    """
    nine = f"{_FIRST_SNILS + number:09d}"
    return Snils.parse(nine + control_number(nine))


def number_of(snils: Snils) -> int | None:
    """Return the number of an invented СНИЛС; None for any other."""
    number = int(snils.digits[:9]) - _FIRST_SNILS
    return number if number >= 0 else None


def invented_policy(*, region: int, sex: str, birth_date: date, number: int) -> Enp:
    """Return an invented ЕНП with its right control digit; `sex` is FHIR's `male` or `female`.

    The serial counts the people of one region, one day of birth and one sex. From 90,000 on it is
    free: that many of one sex are not born in the whole country in a week.
    """
    letter = "M" if sex == "male" else "F"
    serial = _FIRST_SERIAL + number % 10_000
    return Enp.make(region=region, sex=letter, birth_date=birth_date, serial=serial)
