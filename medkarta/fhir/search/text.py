"""How text is compared in string search: https://hl7.org/fhir/R4/search.html#string."""

import unicodedata

_BREVE = "\u0306"


def normalise(text: str) -> str:
    """Fold case, drop diacritics (ё → е), make white space single spaces; й stays й.

    In Russian й is a letter of its own, whatever Unicode decomposes it into. The same is done to
    what is stored and to what is sought.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    plain: list[str] = []
    for character in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()):
        if character == _BREVE and plain[-1:] == ["и"]:
            plain[-1] = "й"
        elif not unicodedata.combining(character):
            plain.append(character)
    return " ".join("".join(plain).split())
