"""A program's signed word for who it is: `private_key_jwt` (RFC 7523, SMART Backend Services).

https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html. Signed by RS384 or ES384
with a key that was registered; what a token says of its own key is not listened to.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from medkarta.clients.rules.keys import PublicKey, key_of

LONGEST_LIFE: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=30)
_LONGEST: Final = 8192
_LONGEST_JTI: Final = 200
_PARTS: Final = 3
_ALGORITHMS: Final = ("RS384", "ES384")
_HEADERS: Final = frozenset({"alg", "kid", "typ", "jku"})


class AssertionRefusedError(Exception):
    """Not a word of this client to us now; the message says which check failed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assertion:
    """A word that was borne out: to be taken once, by its `jti`, until it expires."""

    jti: str
    expires_at: datetime


def claimed_client_id(token: str) -> str:
    """Whose word it says to be, before anything is borne out. Raises `AssertionRefusedError`."""
    _, claims, _ = parts(token)
    subject = claims.get("sub")
    if not isinstance(subject, str):
        raise AssertionRefusedError("sub")
    return subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """Who should have said it, to whom, and where their keys come from."""

    client_id: str
    audience: str
    jwks_uri: str
    keys: Callable[[], Sequence[PublicKey]]


def check(token: str, expected: Expected, *, now: datetime) -> Assertion:
    """Bear the word out. Raises `AssertionRefusedError`."""
    header, claims, signed = parts(token)
    _check_header(header, expected)
    _check_parties(claims, expected)
    expires_at = _check_times(claims, now)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise AssertionRefusedError("jti")
    key = key_of(expected.keys(), kid=header["kid"], algorithm=header["alg"])
    if key is None:
        raise AssertionRefusedError("kid")
    try:
        public = jwt.PyJWK(dict(key.jwk), algorithm=key.algorithm)
        jwt.PyJWS().decode(signed, public, algorithms=[key.algorithm])
    except (jwt.PyJWTError, ValueError) as error:
        raise AssertionRefusedError("signature") from error
    return Assertion(jti=jti, expires_at=expires_at)


def _check_header(header: Mapping[str, Any], expected: Expected) -> None:
    # `jwk`, `x5u`, `x5c`, `crit`, `b64` and whatever else would steer us are refused by name.
    if header.keys() - _HEADERS or header.get("alg") not in _ALGORITHMS:
        raise AssertionRefusedError("header")
    if header.get("typ", "JWT") != "JWT" or not isinstance(header.get("kid"), str):
        raise AssertionRefusedError("header")
    if "jku" in header and (not expected.jwks_uri or header["jku"] != expected.jwks_uri):
        raise AssertionRefusedError("jku")


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.client_id or claims.get("sub") != expected.client_id:
        raise AssertionRefusedError("iss")
    if claims.get("aud") not in (expected.audience, [expected.audience]):
        raise AssertionRefusedError("aud")


def _check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    expires_at = moment(claims, "exp")
    if not now < expires_at <= now + LONGEST_LIFE + LEEWAY:
        raise AssertionRefusedError("exp")
    for name in ("nbf", "iat"):
        if name in claims and moment(claims, name) > now + LEEWAY:
            raise AssertionRefusedError(name)
    return expires_at


def moment(claims: Mapping[str, Any], name: str) -> datetime:
    """A claim that is a number of seconds. Raises `AssertionRefusedError`."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AssertionRefusedError(name)
    try:
        return datetime.fromtimestamp(value, tz=UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise AssertionRefusedError(name) from error


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Header and claims, and the whole, nothing borne out. Raises `AssertionRefusedError`."""
    three = token.split(".")
    if len(token) > _LONGEST or len(three) != _PARTS or not token.isascii():
        raise AssertionRefusedError("form")
    return _object(three[0]), _object(three[1]), token


def _object(part: str) -> dict[str, Any]:
    try:
        text = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        read = json.loads(text, object_pairs_hook=_without_doubles)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise AssertionRefusedError("form") from error
    if not isinstance(read, dict):
        raise AssertionRefusedError("form")
    return read


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """One name said twice is read by each program as it likes."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
