"""Kinds of consent, and the texts that are signed."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """One consent is one document (152-ФЗ article 9(1) as of 01.09.2025)."""

    PROCESSING = "processing"


# A new version is a new file beside the old one, which stays: it is what people signed.
CURRENT_VERSION = {Kind.PROCESSING: "1"}
LANGUAGES = ("ru", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentText:
    """A text to be signed, named by the digest of its bytes."""

    kind: Kind
    version: str
    language: str
    body: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()
