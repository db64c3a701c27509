"""Sealing: what a stolen copy of the database must not tell is kept under a key outside of it."""

import base64
import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FORM = "s1"
_NONCE = 12  # bytes, NIST SP 800-38D §8.2.2
_KEY_BYTES = 32


class NotSealedHereError(ValueError):
    """Sealed under another key, for another place, or changed since."""


def is_sealed(text: str) -> bool:
    """Whether the text has the form of a sealed one, under whatever key."""
    return text.startswith(f"{_FORM}.")


class Sealer:
    """AES-256-GCM under the installation's key.

    The first secret seals; the others still open what was sealed before a change of keys. `about`
    names the place (a table and a row), so that a sealed text moved elsewhere does not open.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [_Key(secret) for secret in secrets]

    def seal(self, text: str, *, about: str) -> str:
        """The text as one printable word: form, key, nonce and cipher text."""
        key = self._keys[0]
        nonce = os.urandom(_NONCE)
        sealed = nonce + key.cipher.encrypt(nonce, text.encode(), about.encode())
        return f"{_FORM}.{key.mark}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, *, about: str) -> str:
        """What `seal` was given for the same place. Raises `NotSealedHereError`."""
        form, _, rest = sealed.partition(".")
        mark, _, body = rest.partition(".")
        key = next((one for one in self._keys if one.mark == mark), None)
        if form != _FORM or key is None:
            raise NotSealedHereError("form or key")
        try:
            raw = base64.urlsafe_b64decode(body)
            opened = key.cipher.decrypt(raw[:_NONCE], raw[_NONCE:], about.encode())
        except (InvalidTag, ValueError) as error:
            raise NotSealedHereError("content or place") from error
        return opened.decode()


class _Key:
    """A key made from a secret of any length, and the mark by which sealed texts name it."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"medkarta sealing")
        key = derived.derive(secret.encode())
        self.cipher = AESGCM(key)
        self.mark = hashlib.sha256(key).hexdigest()[:8]
