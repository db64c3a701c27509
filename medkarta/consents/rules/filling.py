"""A text with its blanks filled: what is shown is what is hashed, signed, kept and printed."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from medkarta.consents.rules.kinds import Kind

_BLANK = re.compile(r"\{([a-z_]+)\}")
_NUMBER_ENDS = 2


class UnknownBlankError(KeyError):
    """A text has a blank that nothing fills."""


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


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put the values into the blanks, each as one line and none looked at for blanks again."""

    def value(blank: re.Match[str]) -> str:
        name = blank.group(1)
        if name not in values:
            raise UnknownBlankError(name)
        return one_line(values[name])

    return _BLANK.sub(value, template)


def one_line(text: str) -> str:
    """No line breaks and no signs that steer: a name cannot add a paragraph or turn the reading."""
    plain = (sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return " ".join("".join(plain).split())


def masked_number(number: str) -> str:
    """The first two and the last two signs of a document's number; no more is kept."""
    signs = [sign for sign in number if sign.isalnum()]
    if len(signs) <= 2 * _NUMBER_ENDS:
        return "•" * len(signs)
    hidden = "•" * (len(signs) - 2 * _NUMBER_ENDS)
    return "".join(signs[:_NUMBER_ENDS]) + hidden + "".join(signs[-_NUMBER_ENDS:])
