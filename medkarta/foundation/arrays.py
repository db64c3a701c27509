"""PostgreSQL's arrays as text, for statements on which every request waits.

psycopg looks at each element of a list to find its type; here the statement names it.
https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
"""

import re
from collections.abc import Iterable
from typing import Final

_PLAIN: Final = re.compile(r"[\w:+/.,-]*", re.ASCII)


def array_of(words: Iterable[str]) -> str:
    """The words as a one-dimensional array; the word NULL is no value.

    Raises `ValueError` for a word with signs that would have to be quoted.
    """
    inside = ",".join(words)
    if not _PLAIN.fullmatch(inside):
        raise ValueError("an array of plain words holds letters, digits and :+/.-_ alone")
    return f"{{{inside}}}"
