"""A session's data as the text of its row: signed, so that nobody writes there what we did not."""

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase


class SignedData(SessionBase):
    """Django's session as far as its text: read and written where there is no browser too."""

    key_salt = "django.contrib.sessions.SessionStore"


def held_by_password(text: str) -> str:
    """Django's hash of the password under which the session was opened; empty before a sign-in."""
    return str(SignedData().decode(text).get(HASH_SESSION_KEY, ""))


def under_password(text: str, password_hash: str) -> str:
    """The same data, held by another password."""
    data = SignedData()
    return data.encode({**data.decode(text), HASH_SESSION_KEY: password_hash})
