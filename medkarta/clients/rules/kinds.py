"""The closed lists: what a program is, and how a citizen's permission came to an end."""

from enum import StrEnum


class Kind(StrEnum):
    """Whose the program is."""

    APP = "app"  # chosen by a citizen, reads that citizen's record
    SYSTEM = "system"  # a clinic's, writes and reads as that clinic


class Ended(StrEnum):
    """How an app's permission ended."""

    PERSON = "person"  # on the page of apps
    APP = "app"  # the app gave it back (RFC 7009)
    EXPIRED = "expired"  # its time was up, or the code was never taken
    REUSED = "reused"  # a code or a refresh token was shown a second time
    SECURITY = "security"  # a new password, or the account was reported taken over
    CONSENT = "consent"  # the consent to processing was withdrawn
    CROWDED = "crowded"  # the same app was allowed anew too often
    DISABLED = "disabled"  # an operator disabled the app

    @property
    def ground(self) -> str:
        """The word of the log for it."""
        return f"app-{self.value}"


class Act(StrEnum):
    """What an operator does with a program."""

    REGISTER = "register"
    APPROVE = "approve"
    DISABLE = "disable"
