"""What stands for texts and moments that are sought, in a statement that is made for any of them.

Searches that differ only in these (an encounter, a number of somebody's, a moment since which) have
one statement, and nobody's values stay in memory with it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import uuid4

from medkarta.access.grants import EVER
from medkarta.fhir.search.sought import (
    Criterion,
    Modifier,
    Sought,
    SoughtDate,
    SoughtReference,
    SoughtText,
    SoughtToken,
)
from medkarta.record.pieces import Value
from medkarta.record.search.matching import as_sought, cut

# Nobody knows these texts, and they are what a text is made into when it is sought.
_TEXTS: Final = tuple(uuid4().hex for _ in range(8))
_MOMENTS: Final = tuple(EVER - timedelta(days=1 + number) for number in range(8))


class Places(NamedTuple):
    """(place, number): at which places of a statement's own values which text or moment stands."""

    texts: tuple[tuple[int, int], ...]
    moments: tuple[tuple[int, int], ...]


def places_in(own: tuple[Value, ...]) -> Places:
    """Where texts and moments stand in the place of others. A moment is known by itself alone."""
    moments = [id(one) for one in _MOMENTS]
    return Places(
        tuple([(at, _TEXTS.index(one)) for at, one in enumerate(own) if one in _TEXTS]),
        tuple([(at, moments.index(id(one))) for at, one in enumerate(own) if id(one) in moments]),
    )


@dataclass(slots=True)
class Standing:
    """The texts and moments of one search, in their order. Of what is more it has its own."""

    texts: list[str] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)

    def general(self, criterion: Criterion) -> Criterion:
        """The same with what stands for its values; what a hierarchy begins from stays."""
        if criterion.walks:
            return criterion
        param, modifier = criterion.param, criterion.modifier
        values = [self._sought(one, param.kind, modifier) for one in criterion.values]
        return Criterion(param, modifier, tuple(values))

    def fill(self, own: list[Value], places: Places) -> None:
        """Put these in the places of those that stand for any."""
        for place, number in places.texts:
            own[place] = self.texts[number]
        for place, number in places.moments:
            own[place] = self.moments[number]

    def _sought(self, sought: Sought, kind: str, modifier: Modifier | None) -> Sought:
        found: Sought = sought
        match sought:
            case SoughtToken(system, str(code)):
                found = SoughtToken(system, self._text(cut(code)))
            case SoughtReference(target_type, target):
                found = SoughtReference(target_type, self._text(cut(target)))
            case SoughtText(text):
                found = SoughtText(self._text(as_sought(text, kind, modifier)))
            case SoughtDate(prefix, low, high):
                found = SoughtDate(prefix, self._moment(low), self._moment(high))
        return found

    def _text(self, text: str) -> str:
        if len(self.texts) == len(_TEXTS):
            return text
        self.texts.append(text)
        return _TEXTS[len(self.texts) - 1]

    def _moment(self, moment: datetime) -> datetime:
        if len(self.moments) == len(_MOMENTS):
            return moment
        self.moments.append(moment)
        return _MOMENTS[len(self.moments) - 1]
