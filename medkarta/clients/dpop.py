"""Proof that whoever shows a token also has the key that it was given to (RFC 9449, DPoP).

One signed word for one request: its method, its address, and at a resource the token. Signed by
ES256 or ES384 with the key in the word's own header; what counts is that key's thumbprint.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import jwt

from medkarta.clients.assertions import AssertionRefusedError, moment, parts

CURVES: Final = {"ES256": "P-256", "ES384": "P-384"}
# Clocks differ, and a word is used at once.
WINDOW: Final = timedelta(seconds=60)
_LONGEST_JTI: Final = 200
_HEADER: Final = frozenset({"typ", "alg", "jwk"})
_PUBLIC: Final = ("crv", "kty", "x", "y")  # RFC 7638 §3.2, in its order
_BESIDE: Final = frozenset({"alg", "kid", "use", "key_ops"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """A word that was borne out: by which key, and to be taken once, until it is too old."""

    thumbprint: str
    digest: bytes
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The request that a word is to be about; `token` where a resource is asked for."""

    method: str
    address: str
    token: str = ""


def check(word: str, shown: Shown, *, now: datetime) -> Proof:
    """Bear the word out. Raises `AssertionRefusedError`, which says which check failed."""
    header, claims, signed = parts(word)
    key = _key(header)
    _check_request(claims, shown)
    at = moment(claims, "iat")
    if abs(now - at) > WINDOW:
        raise AssertionRefusedError("iat")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise AssertionRefusedError("jti")
    try:
        public = jwt.PyJWK(dict(key), algorithm=header["alg"])
        jwt.PyJWS().decode(signed, public, algorithms=[header["alg"]])
    except (jwt.PyJWTError, ValueError) as error:
        raise AssertionRefusedError("signature") from error
    thumbprint = _digest(json.dumps(key, sort_keys=True, separators=(",", ":")))
    return Proof(
        thumbprint=thumbprint,
        digest=hashlib.sha256(f"dpop:{thumbprint}:{jti}".encode()).digest(),
        expires_at=at + 2 * WINDOW,
    )


def _key(header: Mapping[str, Any]) -> dict[str, str]:
    """The key in the header: a public one for the word's algorithm, and nothing else there."""
    jwk, curve = header.get("jwk"), CURVES.get(str(header.get("alg")))
    if header.keys() != _HEADER or header["typ"] != "dpop+jwt" or curve is None:
        raise AssertionRefusedError("header")
    if not isinstance(jwk, dict) or jwk.keys() - _BESIDE != set(_PUBLIC):
        raise AssertionRefusedError("jwk")
    key = {name: jwk[name] for name in _PUBLIC}
    if (key["kty"], key["crv"]) != ("EC", curve) or any(
        type(one) is not str for one in jwk.values()
    ):
        raise AssertionRefusedError("jwk")
    return key


def _check_request(claims: Mapping[str, Any], shown: Shown) -> None:
    if claims.get("htm") != shown.method:
        raise AssertionRefusedError("htm")
    address = claims.get("htu")
    if not isinstance(address, str) or _bare(address) != shown.address:
        raise AssertionRefusedError("htu")
    if shown.token and claims.get("ath") != _digest(shown.token):
        raise AssertionRefusedError("ath")


def _bare(address: str) -> str:
    """Without query and fragment (RFC 9449 §4.3), percent signs read."""
    try:
        split = urlsplit(address)
    except ValueError as error:
        raise AssertionRefusedError("htu") from error
    return f"{split.scheme}://{split.netloc}{unquote(split.path)}"


def _digest(text: str) -> str:
    made = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode("ascii")
