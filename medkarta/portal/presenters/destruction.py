"""What becomes of the copies after a withdrawal, and the acts of their destruction, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from medkarta.consents.queries import ConsentView
from medkarta.portal.presenters import dates
from medkarta.record.destructions import KEPT, ActView
from medkarta.terminology import queries as terminology


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn:
    """Until when the copies stay, or that they are gone."""

    on: str
    kept_until: str
    destroyed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Акт об уничтожении: one clinic's entry."""

    number: str
    day: str
    at: datetime
    clinic: str
    kinds: list[tuple[str, int]]
    rows: int
    withdrawn_on: str
    digest: str


def withdrawn(latest: ConsentView | None, acts: Sequence[ActView]) -> Withdrawn | None:
    """What to say while the latest consent to the processing is withdrawn; None while it is not."""
    if latest is None or latest.withdrawn_at is None:
        return None
    return Withdrawn(
        on=dates.day(latest.withdrawn_at),
        kept_until=dates.day(latest.withdrawn_at + KEPT),
        destroyed=any(one.consent_id == latest.consent_id for one in acts),
    )


def act(view: ActView) -> Act:
    """One act in words."""
    return Act(
        number=str(view.act_id),
        day=dates.day(view.destroyed_at),
        at=view.destroyed_at,
        clinic=view.clinic,
        kinds=sorted(
            (terminology.resource_type_name(kind), count) for kind, count in view.kinds.items()
        ),
        rows=sum(view.rows.values()),
        withdrawn_on=dates.day(view.withdrawn_at),
        digest=view.digest,
    )
