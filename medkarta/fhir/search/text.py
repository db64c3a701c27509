"""How text is compared in string search."""


def normalise(text: str) -> str:
    """Casefold, ё → е, no diacritics (but й stays й), single spaces; the same for what is stored and what is sought."""
    raise NotImplementedError
