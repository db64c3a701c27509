"""What was in value sets at a moment, as JSON: whatever becomes of them, it is meant later."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from medkarta.fhir.search.sought import SoughtRange
from medkarta.fhir.value_sets.content import Content
from medkarta.fhir.value_sets.telling import Canonical


def as_kept(contents: Mapping[Canonical, Content]) -> list[Any]:
    """Each as [url, version, codes, branches]."""
    return [
        [*address, sorted(content.codes), sorted(content.branches)]
        for address, content in contents.items()
    ]


def as_told(kept: Iterable[Any]) -> dict[Canonical, Content]:
    """What was kept so."""
    return {
        Canonical(url, version): Content(frozenset(map(tuple, codes)), frozenset(map(_range, few)))
        for url, version, codes, few in kept
    }


def _range(kept: Sequence[Any]) -> SoughtRange:
    system, low, high, besides, around = kept
    return SoughtRange(system, low, high, tuple(besides), around)
