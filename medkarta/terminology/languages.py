"""Which language a name is wanted in, and the English of what the tables say in Russian.

The tables are Russian. One more, `english`, has the English for each of their texts that has no
better: a LOINC or SNOMED name is English already, but a laboratory's, not a reader's.
"""

import re
from functools import cache

from django.utils.translation import get_language

from medkarta.terminology import seeds

RUSSIAN = "ru"
ENGLISH = "en"
# SNOMED's mark of what kind of thing a name stands for.
_KIND = re.compile(r" \([a-z /]+\)$")


def wanted() -> str:
    """The language of the page that is being made; Russian where there is none."""
    return ENGLISH if get_language() == ENGLISH else RUSSIAN


def say(russian: str) -> str:
    """A text of the tables in the language of the page."""
    return russian if wanted() == RUSSIAN else _english().get(russian, russian)


def english_of(entry: seeds.Entry) -> str | None:
    """The plain English name of a code, None where the tables have none."""
    name = _english().get(entry.plain)
    if name is not None or entry.original is None:
        return name
    name = _KIND.sub("", entry.original)
    # «домашний» stands inside a line, and so does «home»; an abbreviation keeps its capitals.
    if entry.plain[:1].islower() and name[1:2].islower():
        return name[:1].lower() + name[1:]
    return name


@cache
def _english() -> dict[str, str]:
    return {row["russian"]: row["english"] for row in seeds.rows("english")}
