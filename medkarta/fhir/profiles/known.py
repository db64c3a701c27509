"""Which profiles are held, by their address."""

import functools
from collections.abc import Mapping
from typing import Final

from medkarta.fhir.profiles import genetics, knowledge, laboratory, records, vital_signs
from medkarta.fhir.profiles.parts import HL7, Profile

VERSIONS: Final = frozenset({"", "4.0", "4.0.1"})
PROFILES: Final[Mapping[str, Profile]] = {
    one.name: one
    for table in (vital_signs, laboratory, genetics, knowledge, records)
    for one in table.PROFILES
}


def profile_at(canonical: str) -> Profile | None:
    """A profile by its canonical, with or without R4's version; None: it is not held here."""
    address, _, version = canonical.partition("|")
    if not address.startswith(HL7) or version not in VERSIONS:
        return None
    return PROFILES.get(address.removeprefix(HL7))


@functools.cache
def profiles_of(resource_type: str) -> tuple[str, ...]:
    """Addresses of those of a type, in order."""
    return tuple(sorted(f"{HL7}{one.name}" for one in PROFILES.values() if one.of == resource_type))
