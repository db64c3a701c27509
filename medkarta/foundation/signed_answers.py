"""Answers of outside registers that are signed, so that nobody on the way can write one.

Three headers go with the body: `Register-Time` (seconds since 1970), `Register-Request` (the id
that we sent as `X-Request-ID`) and `Register-Signature` (base64 of Ed25519, RFC 8032, over the
time, a line feed, the request id, a line feed and the body's bytes). The register alone can sign;
what we keep, its public key, forges nothing.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

REQUEST_ID: Final = "X-Request-ID"
TIME: Final = "Register-Time"
REQUEST: Final = "Register-Request"
SIGNATURE: Final = "Register-Signature"
STALE: Final = timedelta(minutes=5)


class UnsignedAnswerError(ValueError):
    """The answer cannot be believed; the message is `signature`, `stale` or `request`."""


def read_key(pem: bytes) -> Ed25519PublicKey:
    """A register's public key. Raises `ValueError` for anything else."""
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("a register's key is an Ed25519 public key")  # noqa: TRY004  # of a file
    return key


def sign(body: bytes, *, request_id: str, at: datetime, key: Ed25519PrivateKey) -> dict[str, str]:
    """The headers that go with a body; the registers that we play ourselves sign so."""
    time = str(int(at.timestamp()))
    signature = key.sign(_signed(time, request_id, body))
    return {TIME: time, REQUEST: request_id, SIGNATURE: base64.b64encode(signature).decode()}


def check(
    body: bytes,
    headers: Mapping[str, str],
    *,
    request_id: str,
    now: datetime,
    key: Ed25519PublicKey,
) -> None:
    """Raise `UnsignedAnswerError` unless this body was signed now, for this request of ours.

    An id is used for one request: an answer kept and sent again answers another one.
    """
    time, answered = headers.get(TIME, ""), headers.get(REQUEST, "")
    try:
        signature = base64.b64decode(headers.get(SIGNATURE, ""), validate=True)
        key.verify(signature, _signed(time, answered, body))
        signed_at = int(time)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise UnsignedAnswerError("signature") from error
    if answered != request_id:
        raise UnsignedAnswerError("request")
    if abs(now.timestamp() - signed_at) > STALE.total_seconds():
        raise UnsignedAnswerError("stale")


def _signed(time: str, request_id: str, body: bytes) -> bytes:
    return f"{time}\n{request_id}\n".encode() + body
