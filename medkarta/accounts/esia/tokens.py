"""The id_token: whose signature, from whom, for whom, when, and about what kind of account."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate

from medkarta.accounts.esia import openssl
from medkarta.accounts.esia.configuration import Configuration
from medkarta.accounts.esia.signing import RS256

LEEWAY: Final = timedelta(seconds=60)
_SUBJECT: Final = "urn:esia:sbj"
_PARTS: Final = 3


class TokenRefusedError(Exception):
    """The token is not what ESIA would say to us now; the message says which check failed."""


class NotAPersonError(TokenRefusedError):
    """The account signed in to is a company's or an office's."""


class UnconfirmedAccountError(TokenRefusedError):
    """The person's identity is not confirmed at ESIA: its data prove nothing."""


def subject_of(token: str, *, ours: Configuration, asked_at: datetime, now: datetime) -> str:
    """The oid of the person that the token is about. Raises `TokenRefusedError`.

    The algorithm is the one of settings, never the one that the token names.
    """
    claims = _signed_claims(token, ours)
    _check_parties(claims, ours)
    _check_times(claims, asked_at, now)
    return _person(claims)


def _signed_claims(token: str, ours: Configuration) -> Mapping[str, Any]:
    try:
        if jwt.get_unverified_header(token).get("alg") != ours.algorithm:
            raise TokenRefusedError("alg")
        claims = _by_rsa(token, ours) if ours.algorithm == RS256 else _by_gost(token, ours)
    except (jwt.PyJWTError, binascii.Error, ValueError) as error:
        raise TokenRefusedError("signature") from error
    if not isinstance(claims, dict):
        raise TokenRefusedError("form")
    return claims


def _by_rsa(token: str, ours: Configuration) -> object:
    key = load_pem_x509_certificate(ours.provider_certificate.read_bytes()).public_key()
    if not isinstance(key, RSAPublicKey):
        raise TokenRefusedError("key")
    return json.loads(jwt.PyJWS().decode(token, key, algorithms=[RS256]))


def _by_gost(token: str, ours: Configuration) -> object:
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise TokenRefusedError("form")
    signed = ".".join(parts[:2]).encode()
    signature = _decoded(parts[2])
    if not openssl.verify(signed, signature, certificate=ours.provider_certificate):
        raise TokenRefusedError("signature")
    return json.loads(_decoded(parts[1]))


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _check_parties(claims: Mapping[str, Any], ours: Configuration) -> None:
    if claims.get("iss") != ours.issuer:
        raise TokenRefusedError("iss")
    audience = claims.get("aud")
    if audience not in (ours.client_id, [ours.client_id]):
        raise TokenRefusedError("aud")


def _check_times(claims: Mapping[str, Any], asked_at: datetime, now: datetime) -> None:
    if now >= _moment(claims, "exp") + LEEWAY:
        raise TokenRefusedError("exp")
    if now < _moment(claims, "nbf") - LEEWAY:
        raise TokenRefusedError("nbf")
    issued_at = _moment(claims, "iat")
    # Older than the question: an answer to somebody else's.
    if not asked_at - LEEWAY <= issued_at <= now + LEEWAY:
        raise TokenRefusedError("iat")


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefusedError(name)
    try:
        return datetime.fromtimestamp(value, tz=UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise TokenRefusedError(name) from error


def _person(claims: Mapping[str, Any]) -> str:
    about, subject = claims.get(_SUBJECT), claims.get("sub")
    if not isinstance(about, dict) or isinstance(subject, bool):
        raise TokenRefusedError("sub")
    oid = str(subject)
    if not oid.isascii() or not oid.isdecimal() or str(about.get(f"{_SUBJECT}:oid")) != oid:
        raise TokenRefusedError("sub")
    if about.get(f"{_SUBJECT}:typ") != "P":
        raise NotAPersonError("typ")
    if about.get(f"{_SUBJECT}:is_tru") is not True:
        raise UnconfirmedAccountError("is_tru")
    return oid
