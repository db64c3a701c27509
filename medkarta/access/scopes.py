"""What a token's scopes open, for one kind of doing."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import parse_qsl

from medkarta.access.grants import EVERYTHING, Everything, Narrowing


@lru_cache(maxsize=4_096)
def opened_by(
    scopes: tuple[str, ...], doing: str
) -> tuple[frozenset[str] | Everything, Mapping[str, tuple[Narrowing, ...]]]:
    """Types that the scopes open for a doing (a letter of c, r, u, d, s), and how narrowly.

    A type that one scope opens whole is open whole, whatever another one says.
    """
    whole: set[str] = set()
    narrowed: dict[str, list[Narrowing]] = {}
    for scope in scopes:
        context, _, rest = scope.partition("/")
        kind, _, letters = rest.partition(".")
        letters, _, query = letters.partition("?")
        if context not in {"patient", "system"} or doing not in letters:
            continue
        if query:
            narrowed.setdefault(kind, []).extend(_narrowings(query))
        else:
            whole.add(kind)
    if "*" in whole:
        return EVERYTHING, {}
    narrow = {kind: tuple(tokens) for kind, tokens in narrowed.items() if kind not in whole}
    return frozenset(whole | narrow.keys()), narrow


def _narrowings(query: str) -> list[Narrowing]:
    found = []
    for param, value in parse_qsl(query):
        for token in value.split(","):
            system, bar, code = token.partition("|")
            found.append(
                Narrowing(param=param, system=system if bar else None, code=code if bar else token)
            )
    return found
