"""Passwords and one-time-code secrets of demo people.

Each is derived from the installation's own secret key: strong, different in every installation, and
the same when making the people was interrupted and is done again.
"""

from base64 import b32encode
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

_GROUP = 5
_PASSWORD_CHARS = 20
_SECRET_BYTES = 20  # RFC 4226 §4: 160 bits recommended


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What one signs in with; `totp_secret` is base32."""

    email: str
    password: str
    totp_secret: str


def credentials_for(email: str) -> Credentials:
    """Derive the credentials of the demo person with this address."""
    letters = b32encode(_digest("password", email)).decode().lower()[:_PASSWORD_CHARS]
    groups = [letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP)]
    secret = b32encode(_digest("totp", email)[:_SECRET_BYTES]).decode()
    return Credentials(email=email, password="-".join(groups), totp_secret=secret)


def _digest(use: str, email: str) -> bytes:
    return salted_hmac(f"medkarta.demo.{use}", email, algorithm="sha256").digest()
