"""The population register, wherever it stands, and what hangs on a proved identity above us."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from medkarta.audit.drafts import Origin
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.rules import PersonalDataInput, RegisterState


class RegisterSilentError(Exception):
    """The register did not answer, or said what makes no sense."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Agrees, differs in these fields, or does not know the СНИЛС."""

    state: RegisterState
    fields: tuple[str, ...] = ()


class PersonRegister(Protocol):
    """Knows who lives in the country."""

    def check(self, data: PersonalDataInput) -> Checked:
        """Compare complete data with the register's. Raises `RegisterSilentError`."""


class IdentityFollower(Protocol):
    """Somebody above whose rows were bound to a person's data."""

    def identity_proved(
        self, person_id: PersonId, *, by: AccountId, origin: Origin, now: datetime
    ) -> None:
        """The identity is proved (perhaps anew, by other data): check what is bound, or end it."""

    def identity_lost(
        self, person_id: PersonId, *, by: AccountId, origin: Origin, now: datetime
    ) -> None:
        """What proved the person is another's: what is bound to it is no longer theirs."""
