"""Typed ids, and their written form in FHIR.

An id that we give out is `<patient>-<resource>`: two UUIDs of 26 lower-case base32 characters (RFC
4648 alphabet, no padding), 53 in all where FHIR allows 64, so that an id leads to its row and,
later, to its machine. A resource without a patient has the 26 characters of its own id.
"""

import functools
import os
import re
import time
from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
PersonId = NewType("PersonId", UUID)
ClinicId = NewType("ClinicId", UUID)
PatientId = NewType("PatientId", UUID)
ResourceId = NewType("ResourceId", UUID)
ClientId = NewType("ClientId", UUID)

_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + other for one in _SIGNS for other in _SIGNS]
_DIGITS = str.maketrans(_SIGNS, "0123456789abcdefghijklmnopqrstuv")
_FORTY = (1 << 40) - 1
_SPARE_BITS = 2  # 26 characters of 5 bits hold 130
_ENCODED = re.compile(r"[a-z2-7]{25}[aeimquy4]")


class MalformedIdError(ValueError):
    """The text is not an id that this system gave out."""


def new_uuid() -> UUID:
    """Return a UUID of version 7 (RFC 9562): neighbours in time are neighbours in an index."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def encode_uuid(value: UUID) -> str:
    """Write a UUID as 26 lower-case base32 characters."""
    bits = value.int << _SPARE_BITS
    # In parts that fit a machine's word, and without a loop: long answers have many ids.
    a, b, c, two = bits >> 80, bits >> 40 & _FORTY, bits & _FORTY, _PAIRS
    return (
        f"{two[a >> 40]}{two[a >> 30 & 1023]}{two[a >> 20 & 1023]}{two[a >> 10 & 1023]}"
        f"{two[a & 1023]}{two[b >> 30]}{two[b >> 20 & 1023]}{two[b >> 10 & 1023]}{two[b & 1023]}"
        f"{two[c >> 30]}{two[c >> 20 & 1023]}{two[c >> 10 & 1023]}{two[c & 1023]}"
    )


# One answer has the same patient in each of its ids.
_encoded = functools.lru_cache(maxsize=1_024)(encode_uuid)


def decode_uuid(text: str) -> UUID:
    """Read what `encode_uuid` wrote; one UUID has one spelling. Raises `MalformedIdError`."""
    if not _ENCODED.fullmatch(text):
        raise MalformedIdError("an id part has 26 characters of a-z and 2-7")
    # Three times as fast as base64: RFC 4648's digits are written as those of int()'s base 32.
    return UUID(int=int(text.translate(_DIGITS), 32) >> _SPARE_BITS)


def logical_id(patient_id: PatientId, resource_id: ResourceId) -> str:
    """FHIR's logical id of a patient's resource."""
    return f"{_encoded(patient_id)}-{encode_uuid(resource_id)}"


def parse_logical_id(text: str) -> tuple[PatientId, ResourceId]:
    """Read what `logical_id` wrote. Raises `MalformedIdError`."""
    patient, separator, resource = text.partition("-")
    if not separator:
        raise MalformedIdError("a patient's resource id has two parts")
    return PatientId(decode_uuid(patient)), ResourceId(decode_uuid(resource))
