"""Words → which resources have them: https://hl7.org/fhir/R4/search.html#content.

No index has the words: texts are gone through, of those resources alone that all else lets through.
A word becomes a regular expression in which each letter stands as any that strings are compared
alike with, so that nothing of a text is folded; whatever else it has stands for itself.

`_text` looks at the narrative without its tags. `_content` looks at all strings, of narratives in
the same way, and not at those named `data`, which hold bytes: an Attachment's, a Binary's.
"""

import functools
import string
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, groupby
from typing import Final

from medkarta.fhir.search.parameters import TEXT
from medkarta.fhir.search.sought import Criterion, SoughtWords
from medkarta.fhir.search.text import normalise
from medkarta.record.pieces import Sql, any_of

# What is composed or has another form: Latin, Greek, Cyrillic; ligatures and wide forms.
_SIGNS: Final = [chr(code) for code in chain(range(0x3000), range(0xFB00, 0xFFF0))]
_MARKS: Final = "\u0300-\u036f"  # that stand behind their letter
_BUT_BREVE: Final = "\u0300-\u0305\u0307-\u036f"
_BEGINNING: Final = f"(?:^|[^[:alnum:]{_MARKS}])"
_GAP: Final = r"[[:space:]\u00a0]+"
# A tag, a comment, a reference to a character: each is a gap.
_MARKUP: Final = (
    r"<!--(?:[^-]|-[^-])*-->|<[^!<>\"'](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|&[#[:alnum:]]+;"
)
_DATA: Final = '"data"'
_OF_DATA: Final = r'"data"[[:space:]]*:[[:space:]]*"(?:[^"\\]|\\.)*"'
_NO_DATA: Final = '"data":null'
_STRINGS: Final = 'strict $.** ? (@.type() == "string")'

_NARRATIVE: Final = Sql(
    "SELECT regexp_replace(nullif(body, '')::json #>> '{text,div}', %s, ' ', 'g') AS words",
    (_MARKUP,),
)
# One string ends where another begins.
_ALL_STRINGS: Final = Sql(
    "SELECT string_agg(CASE WHEN starts_with(one, '<div') THEN regexp_replace(one, %s, ' ', 'g')"
    " ELSE one END, chr(31)) AS words FROM (SELECT value #>> '{}' AS one FROM jsonb_path_query("
    "(CASE WHEN strpos(body, %s) > 0 THEN regexp_replace(body, %s, %s, 'g')"
    " ELSE nullif(body, '') END)::jsonb, %s::jsonpath) AS value OFFSET 0) AS strings",
    (_MARKUP, _DATA, _OF_DATA, _NO_DATA, _STRINGS),
)


def worded(criterion: Criterion) -> Sql:
    """Resources that have all words of any of the values.

    Most have not the letters anywhere in their JSON, where none is written as an escape: these are
    not taken apart.
    """
    sought = [one for one in criterion.values if isinstance(one, SoughtWords)]
    found = _NARRATIVE if criterion.param.code == TEXT else _ALL_STRINGS
    where = Sql("CASE WHEN ")
    where += any_of(_all("body", map(_letters, chain(*one.phrases))) for one in sought)
    where += Sql(" THEN EXISTS (SELECT FROM (") + found + " OFFSET 0) AS told WHERE "
    where += any_of(_all("words", map(_phrase, one.phrases)) for one in sought)
    return where + ") ELSE FALSE END"


def _all(column: str, patterns: Iterable[str]) -> Sql:
    return Sql(f"{column} ~ ALL(%s::text[])", (list(patterns),))


def _phrase(words: Iterable[str]) -> str:
    return _BEGINNING + _GAP.join("".join(map(_alike, word)) for word in words)


def _letters(word: str) -> str:
    """The most of a word that stands in JSON as it is, where that has no escapes of letters."""
    runs = ("".join(run) for known, run in groupby(word, _is_letter) if known)
    longest: str = max(runs, key=len, default="")
    return "\\\\u|" + "".join(map(_alike, longest))


def _is_letter(sign: str) -> bool:
    return normalise(sign).isalnum()


def _alike(sign: str) -> str:
    """Whatever strings are compared alike with this: a regular expression."""
    folded = normalise(sign)
    if not folded:
        return ""  # a mark of the letter before it
    if not folded.isalnum():
        return f"\\{sign}" if sign in string.punctuation else sign
    found = f"[{_forms().get(folded, sign)}]"
    if len(folded) > 1:  # № is found as such, and as what it stands for
        found = f"(?:{found}|{''.join(map(_alike, folded))})"
    elif folded == "й":
        found = f"(?:{found}|[иИ]\u0306)"
    return f"{found}[{_BUT_BREVE if folded == 'и' else _MARKS}]*"


@functools.cache
def _forms() -> dict[str, str]:
    """By what strings are compared as: all signs that are compared as it."""
    found: defaultdict[str, str] = defaultdict(str)
    for sign in filter(_is_letter, _SIGNS):
        found[normalise(sign)] += sign
    return dict(found)
