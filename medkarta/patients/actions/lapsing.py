"""Rights that end by themselves: told a week before and at the end."""

from datetime import datetime, timedelta

from django.db import transaction

from medkarta.audit.drafts import Act, Origin
from medkarta.patients.actions.representing import end, log_both
from medkarta.patients.messages.representation import tell_of_coming_end, tell_of_end
from medkarta.patients.models import Representation
from medkarta.patients.queries.representation import RepresentationView, open_representations
from medkarta.patients.rules.representation import Ended, Verdict

TOLD_BEFORE = timedelta(days=7)
_ORIGIN = Origin(app="worker", request_id="", address=None, device="")
_BY_THEMSELVES = frozenset({Verdict.PAST, Verdict.GROWN_UP})


def lapse_rights(*, now: datetime) -> int:
    """Write down which rights are over, tell of those and of the coming ends; answer how many.

    Nothing waits for this: a right is gone at its moment, whether or not this has run. Repeatable.
    """
    lapsed = 0
    for view in open_representations():
        at = view.until(now)
        if view.standing(now) in _BY_THEMSELVES:
            lapsed += _lapse(view, now)
        elif at is not None and at - now <= TOLD_BEFORE:
            tell_of_coming_end(view, at, now)
    return lapsed


@transaction.atomic
def _lapse(view: RepresentationView, now: datetime) -> int:
    found = Representation.objects.select_for_update(of=("self",)).filter(
        pk=view.representation_id, ended_at=None
    )
    row = found.select_related("principal", "representative").first()
    if row is None:
        return 0
    ended = end(row=row, how=Ended.BY_TIME, at=view.until(now) or now)
    act = Act(action="end-representation", purpose="representation", ground="term")
    log_both(act=act, view=ended, by=None, origin=_ORIGIN, now=now)
    tell_of_end(ended, now)
    return 1
