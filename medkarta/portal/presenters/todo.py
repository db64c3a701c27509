"""«Что нужно сделать»: at most three things, the most pressing first, each with its page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from django.urls import reverse
from django.utils.translation import gettext as _

from medkarta.portal.presenters.orders import Order
from medkarta.portal.presenters.orders import State as OrderState
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.prescriptions import Prescription
from medkarta.portal.presenters.prescriptions import State as PrescriptionState
from medkarta.portal.presenters.vaccination_plan import Plan
from medkarta.terminology.queries import Name

MOST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Todo:
    """One thing: what to do, about what, by when."""

    href: str
    icon: str
    task: str
    about: Phrase
    line: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Todos:
    """The first few, and how many there are beside them."""

    few: list[Todo]
    more: int


def todos(
    orders: Sequence[Order], prescriptions: Iterable[Prescription], plan: Plan | None
) -> Todos:
    """A result that waits to be read, what is to be booked, a medicine that ends, vaccinations."""
    found = list(
        chain(
            _results(orders),
            _bookings(orders),
            _medicines(prescriptions),
            _vaccinations(plan) if plan else (),
        )
    )
    return Todos(few=found[:MOST], more=len(found[MOST:]))


def _results(orders: Iterable[Order]) -> Iterator[Todo]:
    for one in orders:
        if one.state is OrderState.READY and one.results:
            yield Todo(
                href=one.results[0].href,
                icon="document",
                task=_("Прочитайте результат"),
                about=_called(one.name),
                line=one.results[0].date,
            )


def _bookings(orders: Iterable[Order]) -> Iterator[Todo]:
    for one in orders:
        if one.state is OrderState.AHEAD and not one.booked:
            yield Todo(
                href=one.href,
                icon="clipboard",
                task=_("Запишитесь"),
                about=_called(one.name),
                line=one.until or _("назначено %(day)s") % {"day": one.written},
            )


def _medicines(prescriptions: Iterable[Prescription]) -> Iterator[Todo]:
    for one in prescriptions:
        if one.state is PrescriptionState.ENDING:
            yield Todo(
                href=one.href,
                icon="pill",
                task=_("Рецепт скоро закончится"),
                about=_called(one.name),
                line=_("действует до %(day)s") % {"day": one.until},
            )


def _vaccinations(plan: Plan) -> Iterator[Todo]:
    """Of a child, and only what has a date in the calendar."""
    dated = [one for one in plan.now if one.since and plan.child]
    if dated:
        yield Todo(
            href=reverse("vaccinations"),
            icon="syringe",
            task=_("По календарю подошёл срок прививки"),
            about=Phrase(text=" · ".join(one.name for one in dated)),
            line=dated[0].why if len(dated) == 1 else "",
        )


def _called(name: Name) -> Phrase:
    return Phrase(text=name.plain, language=name.language)
