"""How whole a list is: from which clinics it came, when they last sent, what may be missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from medkarta.foundation.ids import ClinicId
from medkarta.portal.presenters import dates
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.phrases import Phrase, joined, own_words
from medkarta.portal.presenters.rows import Clinics

# Whoever goes to a clinic at all is seen there at least once in so long; silence is worth a word.
STALE = timedelta(days=365)
_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """What `parts/coverage.html` says; an empty `received` is a list that nobody sent anything to.

    `missing` names clinics whose charts were found and are not linked.
    """

    clinics: Phrase | None
    received: str
    stale: bool
    missing: Phrase | None


def coverage(
    received: Mapping[ClinicId, datetime], names: Clinics, waiting: Sequence[str], now: datetime
) -> Coverage:
    """Say it of what was received and of the clinics that wait to be linked."""
    latest = max(received.values(), default=None)
    return Coverage(
        clinics=_clinics(sorted({names[one] for one in received if one in names})),
        received=dates.day(latest) if latest else "",
        stale=latest is not None and now - latest > STALE,
        missing=joined([own_words(name) for name in waiting]),
    )


def _clinics(names: Sequence[str]) -> Phrase | None:
    if len(names) <= _MOST_NAMED:
        return joined([own_words(name) for name in names])
    words = _("%(count)s клиника|%(count)s клиники|%(count)s клиник")
    return Phrase(text=counted(len(names), words))
