"""How old the sign-in behind an app's question may be: `prompt` and `max_age`.

https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest.
"""

from datetime import timedelta
from typing import Final

from medkarta.clients.rules.errors import Code, OAuthError

_KNOWN: Final = frozenset({"none", "login", "consent", "select_account"})
_MOST_DIGITS: Final = 9  # thirty years


def sign_in_within(prompt: str, max_age: str) -> timedelta | None:
    """Zero: anew, after the question was asked. None: any sign-in will do. Raises `OAuthError`."""
    words = frozenset(prompt.split(" ")) - {""}
    if words - _KNOWN or ("none" in words and len(words) > 1):
        raise OAuthError(Code.INVALID_REQUEST, "prompt is none, or words of login and consent.")
    # Whatever was allowed before, a permission is given on the screen and nowhere else; and who is
    # signed in here is not told to an app that asks nobody.
    if "none" in words:
        raise OAuthError(Code.INTERACTION_REQUIRED, "The person must be asked.")
    if "select_account" in words:
        raise OAuthError(Code.ACCOUNT_SELECTION_REQUIRED, "There is one account in a browser.")
    if max_age and not (max_age.isascii() and max_age.isdigit() and len(max_age) <= _MOST_DIGITS):
        raise OAuthError(Code.INVALID_REQUEST, "max_age is a number of seconds.")
    if "login" in words:
        return timedelta(0)
    return timedelta(seconds=int(max_age)) if max_age else None
