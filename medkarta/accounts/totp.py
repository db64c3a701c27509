"""Time-based one-time codes: RFC 6238 with SHA-1, 30 seconds, 6 digits."""

import base64
import hashlib
import hmac
import struct
from datetime import datetime

PERIOD = 30
DIGITS = 6
# One step either way: a slow reader, or a telephone whose clock is half a minute off.
TOLERANCE = 1


def code_at(secret: str, step: int) -> str:
    """The code of a step (RFC 4226 §5.3); `secret` is base32."""
    key = base64.b32decode(secret.encode("ascii"), casefold=True)
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    (value,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(value & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"


def step_at(now: datetime) -> int:
    """The number of the 30 seconds in which `now` lies."""
    return int(now.timestamp()) // PERIOD


def matching_steps(secret: str, code: str, now: datetime) -> list[int]:
    """The steps around now whose code this is, the latest first: nearly always one or none."""
    typed = "".join(code.split()).encode()
    around = range(step_at(now) + TOLERANCE, step_at(now) - TOLERANCE - 1, -1)
    return [step for step in around if hmac.compare_digest(code_at(secret, step).encode(), typed)]
