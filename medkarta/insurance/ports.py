"""The register of insured persons, wherever it stands."""

from typing import Protocol

from medkarta.foundation.enp import Enp
from medkarta.insurance.rules import Insured


class RegisterSilentError(Exception):
    """The register did not answer; what the person entered is kept."""


class InsuredRegister(Protocol):
    """Knows who is insured under which number."""

    def look_up(self, number: Enp) -> Insured | None:
        """The line of a number, or None where there is none. Raises `RegisterSilentError`."""
