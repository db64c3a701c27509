"""Counts with their nouns.

Source strings are Russian, and gettext's own plural rule for source strings is the English one
(«21 записей»). So the forms stand in one string, `запись|записи|записей`, that is translated as a
whole: a language with two forms has two in its catalogue.
"""

_TWO_FORMS = 2


def counted(count: int, forms: str) -> str:
    """Fill `%(count)s` into the form that the count asks for."""
    found = forms.split("|")
    if len(found) <= _TWO_FORMS:
        chosen = found[0] if count == 1 else found[-1]
    else:
        chosen = found[_russian(count)]
    return chosen % {"count": count}


def _russian(count: int) -> int:
    tens, ones = count % 100, count % 10
    if ones == 1 and tens != 11:  # noqa: PLR2004  # grammar
        return 0
    return 1 if ones in (2, 3, 4) and tens not in (12, 13, 14) else 2
