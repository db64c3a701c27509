"""What lies ahead of the person, for the first page: what is to be done, and the next visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from medkarta.access.grants import Grant
from medkarta.portal.presenters import dates, next_visit, order_course, orders, prescriptions, todo
from medkarta.portal.presenters.next_visit import NextVisit
from medkarta.portal.presenters.orders import ORDER
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.todo import Todos
from medkarta.portal.views.orders import came_of, seen
from medkarta.portal.views.vaccinations import all_of, plan_of
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource

_MOST = 300
_DONE_LAST = 20
_KINDS = (ORDER, *prescriptions.KINDS, *next_visit.KINDS)
_STATES = (*order_course.OPEN, *next_visit.STATES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """What `home.html` shows of it."""

    todos: Todos
    visit: NextVisit | None


def open_entries(grant: Grant) -> list[StoredResource]:
    """Whatever is open or booked, and the orders done last: their results may wait to be read."""
    waiting = record.in_state(grant, resource_types=_KINDS, states=_STATES, limit=_MOST)
    done = record.in_state(grant, resource_types=(ORDER,), states=("completed",), limit=_DONE_LAST)
    return [*waiting, *done]


def ahead(grant: Grant, found: Iterable[StoredResource], names: Clinics) -> Ahead:
    """Present what `open_entries` answered."""
    now, today = timezone.now(), timezone.localdate()
    by_type = list(found)
    ordered = [one for one in by_type if one.resource_type == ORDER]
    medicines = [one for one in by_type if one.resource_type in prescriptions.KINDS]
    with_ = prescriptions.Around(handouts={}, clinics=names, shared={}, today=today)
    visit = next_visit.find(by_type, now)
    return Ahead(
        todos=todo.todos(
            orders.calling(ordered, _around(grant, ordered, names, now)),
            prescriptions.ending(medicines, with_),
            plan_of(grant, all_of(grant), today),
        ),
        visit=next_visit.next_visit(visit, names, now) if visit else None,
    )


def _around(
    grant: Grant, ordered: Sequence[StoredResource], names: Clinics, now: datetime
) -> orders.Around:
    """What tells whether an order calls: who gave it is not said here.

    What was read of old results makes no difference, so that it is asked only beside new ones.
    """
    came = came_of(grant, ordered)
    today = now.astimezone(dates.MOSCOW).date()
    new = any(order_course.is_news(one, today) for one in came)
    return orders.Around(
        came=orders.by_order(ordered, came),
        read=seen(grant, came) if new else (),
        clinics=names,
        shared={},
        now=now,
    )
