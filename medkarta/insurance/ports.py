"""The register of insured persons, wherever it stands."""

from datetime import datetime
from typing import Protocol

from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance.rules import Insured, Line
from medkarta.patients.rules import PersonalDataInput


class RegisterSilentError(Exception):
    """The register did not answer, or not so that it can be believed; what was entered is kept."""


class InsuredRegister(Protocol):
    """Knows who is insured under which number. Both raise `RegisterSilentError`."""

    def look_up(self, number: PolicyNumber, *, now: datetime) -> Insured | None:
        """The line of a number, or None where there is none."""

    def find_for(self, person: PersonalDataInput, *, now: datetime) -> tuple[Line, ...]:
        """The lines of a person, by СНИЛС and birth date; whose they are is judged by us."""
