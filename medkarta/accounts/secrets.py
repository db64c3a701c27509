"""Secrets of second factors at rest: a stolen copy of the database makes no code."""

from django.conf import settings

_ABOUT = "mfa_authenticator"


def seal(text: str) -> str:
    """The secret as it lies in the table."""
    sealed: str = settings.SEALER.seal(text, about=_ABOUT)
    return sealed


def unseal(sealed: str) -> str:
    """The secret. Raises `NotSealedHereError`: what is not sealed by us does not open."""
    text: str = settings.SEALER.open(sealed, about=_ABOUT)
    return text
