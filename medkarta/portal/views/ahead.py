"""What lies ahead of the person, for the first page: what is to be done, and the next visit."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from medkarta.access.grants import Grant
from medkarta.portal.presenters import next_visit, order_course, orders, prescriptions, todo
from medkarta.portal.presenters.next_visit import NextVisit
from medkarta.portal.presenters.orders import ORDER
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.todo import Todos
from medkarta.portal.views.orders import around
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
    surrounding = around(grant, ordered, names)
    with_ = prescriptions.Around(handouts={}, clinics=names, shared=surrounding.shared, today=today)
    visit = next_visit.find(by_type, now)
    return Ahead(
        todos=todo.todos(
            [orders.order(one, surrounding) for one in ordered],
            [prescriptions.prescription(one, with_) for one in medicines],
            plan_of(grant, all_of(grant), today),
        ),
        visit=next_visit.next_visit(visit, names, now) if visit else None,
    )
