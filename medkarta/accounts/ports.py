"""What accounts must know of the people above them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from medkarta.audit.drafts import Origin
from medkarta.foundation.ids import AccountId, PersonId


class SnilsConfirmedElsewhereError(Exception):
    """Another person's СНИЛС is this one: an operator confirmed it there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Whose account it is. `seen` changes with every change of what an operator compares."""

    person_id: PersonId
    name: str
    complete: bool
    seen: str


class Holders(Protocol):
    """Who holds an account; `patients` answers."""

    def holder_of(self, account_id: AccountId) -> Holder | None:
        """The person of the account, or None while nobody has said who it is."""

    def hold(self, account_id: AccountId) -> Holder | None:
        """The same, and nobody changes the person until the caller's transaction ends."""

    def words_of(self, account_id: AccountId) -> tuple[str, ...]:
        """What others know of the person: names, dates and numbers that no password is made of."""

    def identity_confirmed(
        self, account_id: AccountId, *, by: AccountId, origin: Origin, now: datetime
    ) -> None:
        """Bind the СНИЛС to the person, and end what was bound to data that are no longer theirs.

        Raises `SnilsConfirmedElsewhereError`.
        """


class AccountFollower(Protocol):
    """Somebody above who gave something out on an account's word."""

    def secured(self, account_id: AccountId, *, origin: Origin, now: datetime) -> None:
        """Others may have known the password; a new one is set, or asked for: take it back."""


def followers() -> list[AccountFollower]:
    """The implementations that settings name."""
    return [import_string(name)() for name in settings.ACCOUNT_FOLLOWERS]


def holders() -> Holders:
    """The implementation that settings name."""
    return cast("Holders", import_string(settings.ACCOUNT_HOLDERS)())
