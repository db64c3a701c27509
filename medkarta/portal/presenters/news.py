"""What is new in the record since the person looked last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from medkarta.audit.drafts import Outcome
from medkarta.audit.queries import Line
from medkarta.foundation.ids import AccountId
from medkarta.portal.presenters import dates, newest_first, rows
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.rows import Clinics, Row
from medkarta.record.stored import StoredResource

SHOWN = 4
# Lines nearer to each other than this are of one sitting: what is new stays new while one reads.
_SITTING = timedelta(hours=1)
_OPENED = "open-own-record"


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """The newest entries, and in words how much came since which day."""

    heading: str
    words: str
    rows: list[Row]
    source: Phrase | None


def last_sitting(lines: Iterable[Line], reader: AccountId, now: datetime) -> datetime | None:
    """When the reader looked before this sitting; None at the first one. Newest lines first."""
    later = now
    for one in lines:
        said = one.said
        own = said.actor_id == reader and said.action == _OPENED
        if not own or said.outcome is not Outcome.GRANTED:
            continue
        if later - said.at > _SITTING:
            return said.at
        later = said.at
    return None


def news(
    latest: Sequence[StoredResource],
    arrived: Sequence[StoredResource],
    count: int,
    since: datetime | None,
    clinics: Clinics,
) -> News:
    """What came since, else the newest of what there is."""
    chosen = choose(latest, arrived)
    shown = [rows.row(one, clinics) for one in chosen]
    source = rows.one_source(one.source for one in shown)
    if since is None:
        return News(heading=_("Последнее в карте"), words="", rows=shown, source=source)
    day = dates.day(since)
    if not arrived:
        words = _("Вы смотрели карту %(day)s. С тех пор новых записей не пришло.") % {"day": day}
        return News(heading=_("Последнее в карте"), words=words, rows=shown, source=source)
    forms = _(
        "С %(day)s пришла %(count)s запись|С %(day)s пришли %(count)s записи"
        "|С %(day)s пришло %(count)s записей"
    )
    words = counted(count, forms.replace("%(day)s", day))
    return News(heading=_("Новое в карте"), words=words, rows=shown, source=source)


def choose(
    latest: Sequence[StoredResource], arrived: Sequence[StoredResource]
) -> list[StoredResource]:
    """The few that are shown."""
    return newest_first.events(arrived or latest)[:SHOWN]
