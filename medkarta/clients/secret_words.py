"""Words of 256 random bits that programs show; of each we keep the SHA-256 alone."""

import hashlib
import re
import secrets
from typing import Final

_WORD: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_word() -> str:
    """A word of 43 signs of base64url."""
    return secrets.token_urlsafe(32)


def digest_of(word: str) -> bytes | None:
    """What the word is known by; None for a text that we never gave out."""
    return hashlib.sha256(word.encode("ascii")).digest() if _WORD.fullmatch(word) else None


def digest_of_new(word: str) -> bytes:
    """The same of a word that was made a moment ago."""
    return hashlib.sha256(word.encode("ascii")).digest()
