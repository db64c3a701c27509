"""Public keys by which a program signs: which of a JWK set we take (RFC 7517, RFC 7518 §6)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

MOST_KEYS: Final = 20
_LONGEST_ID: Final = 200
_SMALLEST_RSA: Final = 2048
_LARGEST_RSA: Final = 8192
_SECRET: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
_ALGORITHMS: Final = {"RSA": "RS384", "EC": "ES384"}


class KeysRefusedError(ValueError):
    """No set of public keys that can be taken; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    """A key, its id, and the one algorithm that it is used with."""

    kid: str
    algorithm: str
    jwk: Mapping[str, Any]


def public_keys(jwks: object) -> tuple[PublicKey, ...]:
    """The keys for RS384 and ES384 in a set; keys for other uses are passed by.

    Raises `KeysRefusedError` where it is no set, holds a secret, one id twice, or nothing of use.
    """
    rows = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_KEYS:
        raise KeysRefusedError(f"a JWK set has 1 to {MOST_KEYS} keys")
    if any(not isinstance(row, dict) or row.keys() & _SECRET for row in rows):
        raise KeysRefusedError("a set of public keys holds no private or shared key")
    found = tuple(filter(None, map(_public_key, rows)))
    if not found:
        raise KeysRefusedError("no key for RS384 (2048 bits or more) or ES384 (P-384) with a kid")
    if len({key.kid for key in found}) < len(found):
        raise KeysRefusedError("two keys have one kid")
    return found


def key_of(keys: Sequence[PublicKey], *, kid: str, algorithm: str) -> PublicKey | None:
    """The key of this id, when it is for this algorithm."""
    return next((key for key in keys if (key.kid, key.algorithm) == (kid, algorithm)), None)


def _public_key(row: Mapping[str, Any]) -> PublicKey | None:
    kid, algorithm = row.get("kid"), _ALGORITHMS.get(str(row.get("kty")))
    if algorithm is None or not isinstance(kid, str) or not 0 < len(kid) <= _LONGEST_ID:
        return None
    if row.get("alg", algorithm) != algorithm or row.get("use", "sig") != "sig":
        return None
    fits = _is_large(row.get("n")) if algorithm == "RS384" else row.get("crv") == "P-384"
    return PublicKey(kid=kid, algorithm=algorithm, jwk=row) if fits else None


def _is_large(modulus: object) -> bool:
    if not isinstance(modulus, str):
        return False
    try:
        number = base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))
    except (binascii.Error, ValueError):
        return False
    return _SMALLEST_RSA <= int.from_bytes(number).bit_length() <= _LARGEST_RSA
