"""What is new in the record since the person looked last."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from medkarta.audit.drafts import Outcome
from medkarta.audit.queries import Glance
from medkarta.portal.presenters import dates, newest_first, rows, titles
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.rows import Clinics, Row
from medkarta.record.stored import StoredResource

SHOWN = 4
# Lines nearer to each other than this are of one sitting: what is new stays new while one reads.
_SITTING = timedelta(hours=1)
_OPENED = "open-record"


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """The newest entries, and in words how much came since which day."""

    heading: str
    words: str
    rows: list[Row]
    source: Phrase | None


def last_sitting(lines: Iterable[Glance], reader: UUID, now: datetime) -> datetime | None:
    """When the reader looked before this sitting; None at the first one. Newest lines first."""
    later = now
    for one in lines:
        own = one.actor_id == reader and one.action == _OPENED
        if not own or one.outcome != Outcome.GRANTED:
            continue
        if later - one.at > _SITTING:
            return one.at
        later = one.at
    return None


def news(since: datetime | None, chosen: Sequence[StoredResource], clinics: Clinics) -> News:
    """The newest there is, with nothing said of when it came."""
    shown = [rows.row(one, clinics) for one in chosen]
    return News(
        heading=_("Последнее в карте"),
        words=_("Вы смотрели карту %(day)s. С тех пор новых записей не пришло.")
        % {"day": dates.day(since)}
        if since
        else "",
        rows=shown,
        source=rows.one_source(one.source for one in shown),
    )


def fresh(since: datetime, count: int, chosen: Sequence[StoredResource], clinics: Clinics) -> News:
    """What came since the person looked."""
    forms = _(
        "С %(day)s пришла %(count)s запись|С %(day)s пришли %(count)s записи"
        "|С %(day)s пришло %(count)s записей"
    )
    shown = [rows.row(one, clinics) for one in chosen]
    return News(
        heading=_("Новое в карте"),
        words=counted(count, forms.replace("%(day)s", dates.day(since))),
        rows=shown,
        source=rows.one_source(one.source for one in shown),
    )


def choose(found: Sequence[StoredResource], said: Collection[str]) -> list[StoredResource]:
    """The few that are shown; `said` are pages that stand above already."""
    # A procedure and the visit that it was done at are one event.
    once: dict[tuple[str, str], StoredResource] = {}
    for one in newest_first.events(found):
        if rows.href(one) not in said:
            once.setdefault((dates.day(one.date), titles.title(one.data).plain), one)
        if len(once) == SHOWN:
            break
    return list(once.values())
