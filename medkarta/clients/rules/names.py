"""Names that programs may have: readable, in one script a word, and nobody's in authority."""

import unicodedata
from typing import Final

LONGEST_NAME: Final = 60
LONGEST_PUBLISHER: Final = 120
_SHORTEST: Final = 2
_PUNCTUATION: Final = frozenset(" .,-–—:+&()«»\"'№!")
# Look-alikes, folded to the Cyrillic letter: Latin letters and digits.
_ALIKE: Final = str.maketrans("aceopxykmthbig03469", "асеорхукмтнвигозабд")
_AUTHORITIES: Final = (
    "министерств",
    "минздрав",
    "минцифр",
    "росздрав",
    "роспотреб",
    "госуслуг",
    "правительств",
    "медкарт",
    "егисз",
    "есиа",
    "фомс",
    "ministry",
    "minzdrav",
    "gosuslug",
    "government",
    "medkart",
)


class NameRefusedError(ValueError):
    """No name for a program; the message says why."""


def check_name(name: str, *, longest: int = LONGEST_NAME) -> None:
    """Raise `NameRefusedError` for a name that could be taken for another's, or cannot be read."""
    if not _SHORTEST <= len(name) <= longest or name != name.strip():
        raise NameRefusedError(f"a name has {_SHORTEST} to {longest} signs")
    if unicodedata.normalize("NFC", name) != name or not all(map(_is_plain, name)):
        raise NameRefusedError("a name is written in Russian or Latin letters")
    if any(is_mixed(word) for word in name.split()):
        raise NameRefusedError("a word mixes Russian and Latin letters")
    if looks_like_an_authority(name):
        raise NameRefusedError("the name could be taken for an authority's, or for Medkarta's own")


def is_mixed(word: str) -> bool:
    """Whether letters of two scripts stand in one word."""
    return len({_script(sign) for sign in word if sign.isalpha()}) > 1


def looks_like_an_authority(name: str) -> bool:
    """Whether a reader could take it for one, also by look-alike letters and signs between."""
    letters = "".join(sign for sign in name.casefold().replace("ё", "е") if sign.isalnum())
    folded = letters.translate(_ALIKE)
    return any(word in letters or word.translate(_ALIKE) in folded for word in _AUTHORITIES)


def _is_plain(sign: str) -> bool:
    if sign.isalpha():
        return _script(sign) in {"CYRILLIC", "LATIN"}
    return sign in _PUNCTUATION or (sign.isascii() and sign.isdigit())


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]
