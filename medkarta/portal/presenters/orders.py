"""Назначения: what is to be done and how far it has come, plans of treatment, what was done."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.portal.presenters import dates, days, references, rows, titles
from medkarta.portal.presenters.care_plans import PLAN, Plan, plan
from medkarta.portal.presenters.order_course import OPEN, Course, Ending, Stage, course
from medkarta.portal.presenters.phrases import Phrase, joined, named, own_words
from medkarta.portal.presenters.rows import Clinics, Row
from medkarta.portal.presenters.shapes import Json, mappings, string
from medkarta.portal.presenters.visits import Shared, called
from medkarta.record.stored import StoredResource
from medkarta.terminology.queries import Name

ORDER = "ServiceRequest"

_STAGES: dict[Stage, str | Promise] = {
    Stage.ORDERED: gettext_lazy("Назначено"),
    Stage.BOOKED: gettext_lazy("Вы записаны"),
    Stage.DONE: gettext_lazy("Сделано"),
    Stage.RESULT: gettext_lazy("Результат готов"),
    Stage.READ: gettext_lazy("Результат прочитан"),
}


class State(StrEnum):
    """What an order asks of the person."""

    AHEAD = "ahead"
    READY = "ready"
    EXPIRED = "expired"
    PAST = "past"


_CALLING = frozenset({State.AHEAD, State.READY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One stage on the way: passed, where it stands, or still to come."""

    stage: Stage
    label: str | Promise
    detail: str
    passed: bool
    current: bool
    href: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One order and its way."""

    href: str
    name: Name
    steps: tuple[Step, ...]
    state: State
    words: str
    tone: str
    until: str
    note: Phrase | None
    why: Phrase | None
    written: str
    by: Phrase | None
    source: Phrase
    status: str
    results: tuple[Row, ...]

    @property
    def booked(self) -> bool:
        """Whether it has a time, or is past needing one."""
        return any(one.stage >= Stage.BOOKED and one.passed for one in self.steps)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Orders under one heading; `source` where all of them are of one clinic."""

    lines: list[Order]
    source: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Orders by what they ask of the person; `past` has what is over, orders and plans alike."""

    ahead: Group
    ready: Group
    expired: Group
    plans: list[Plan]
    past: Group
    past_plans: list[Plan]

    @property
    def is_empty(self) -> bool:
        groups = (self.ahead, self.ready, self.expired, self.past)
        return not (self.plans or self.past_plans or any(one.lines for one in groups))


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What orders are shown with; `read` are the ids of results that the person has seen."""

    came: Mapping[str, Sequence[StoredResource]]
    read: Collection[str]
    clinics: Clinics
    shared: Shared
    now: datetime


def order(resource: StoredResource, around: Around) -> Order:
    """Present one order."""
    found = _course(resource, around)
    data = resource.data
    words, tone = _words(found, around.now)
    return Order(
        href=rows.href(resource),
        name=titles.title(data),
        steps=_steps(resource, found),
        state=_state(found),
        words=words,
        tone=tone,
        until=_until(found, around.now),
        note=_note(data),
        why=joined([named(one) for one in mappings(data.get("reasonCode") or [])]),
        written=rows.date_of(resource),
        by=called(data.get("requester"), around.shared),
        source=rows.source_of(resource, around.clinics),
        status=rows.status_of(resource),
        results=tuple(rows.row(one, around.clinics) for one in found.results),
    )


def calling(found: Iterable[StoredResource], around: Around) -> list[Order]:
    """Those that ask something of the person; what is over is not even presented."""
    return [order(one, around) for one in found if _state(_course(one, around)) in _CALLING]


def page(
    found: Iterable[StoredResource], goals: Mapping[str, StoredResource], around: Around
) -> Page:
    """Part orders and plans, newest first, by what they ask of the person."""
    parted: dict[State, list[Order]] = defaultdict(list)
    plans: list[Plan] = []
    past_plans: list[Plan] = []
    for one in found:
        if one.resource_type == PLAN:
            made = plan(one, goals, around.clinics, around.shared)
            (plans if one.status in OPEN else past_plans).append(made)
        else:
            shown = order(one, around)
            parted[shown.state].append(shown)
    groups = {state: _group(parted[state]) for state in State}
    return Page(
        ahead=groups[State.AHEAD],
        ready=groups[State.READY],
        expired=groups[State.EXPIRED],
        plans=plans,
        past=groups[State.PAST],
        past_plans=past_plans,
    )


def _group(lines: list[Order]) -> Group:
    return Group(lines=lines, source=rows.one_source(one.source for one in lines))


def authors(found: Iterable[StoredResource]) -> set[str]:
    """Logical ids of who ordered or planned."""
    return {
        references.id_of(one.data.get(member))
        for one in found
        for member in ("requester", "author")
    }


def by_order(
    orders: Iterable[StoredResource], came: Iterable[StoredResource]
) -> dict[str, list[StoredResource]]:
    """Part what came of orders by the order."""
    ids = {one.logical_id for one in orders}
    parted: dict[str, list[StoredResource]] = defaultdict(list)
    for one in came:
        for target in references.targets(one):
            if target in ids:
                parted[target].append(one)
    return parted


def _course(resource: StoredResource, around: Around) -> Course:
    today = around.now.astimezone(dates.MOSCOW).date()
    return course(resource, around.came.get(resource.logical_id, ()), around.read, today)


def _state(found: Course) -> State:
    if found.ending is Ending.OPEN:
        return State.AHEAD
    if found.ending is Ending.EXPIRED:
        return State.EXPIRED
    return State.READY if found.news else State.PAST


def _note(data: Json) -> Phrase | None:
    notes = [string(one.get("text")) for one in mappings(data.get("note") or [])]
    notes.append(string(data.get("patientInstruction")))
    return joined([own_words(one) for one in notes if one], " ")


def _steps(resource: StoredResource, found: Course) -> tuple[Step, ...]:
    """A stage that was skipped or of which nothing is known counts as passed by a later one."""
    wanted = [stage for stage in Stage if stage is not Stage.BOOKED or found.booking is not None]
    if found.ending is Ending.OPEN:
        wanted = list(Stage)
    if found.ending in (Ending.EXPIRED, Ending.CANCELLED):
        wanted = [stage for stage in Stage if stage <= found.stage]
    if found.results and all(one.resource_type == "Encounter" for one in found.results):
        wanted = [stage for stage in wanted if stage <= Stage.DONE]
    return tuple(
        Step(
            stage=stage,
            label=_STAGES[stage],
            detail=_detail(stage, resource, found),
            passed=stage <= found.stage,
            current=stage == min(found.stage, wanted[-1]),
            href=rows.href(found.results[0]) if stage is Stage.RESULT and found.results else "",
        )
        for stage in wanted
    )


def _detail(stage: Stage, resource: StoredResource, found: Course) -> str:
    if stage is Stage.ORDERED:
        return rows.date_of(resource)
    if stage is Stage.BOOKED and found.booked_for is not None:
        return _day_and_clock(found.booked_for)
    if stage is Stage.RESULT and found.results:
        return rows.date_of(found.results[0])
    return ""


def _day_and_clock(moment: datetime) -> str:
    return f"{dates.day(moment)}, {dates.clock(moment)}"


def _words(found: Course, now: datetime) -> tuple[str, str]:
    """The state in a few words, and how loud they are."""
    if found.ending is Ending.CANCELLED:
        return _("отменено"), "quiet"
    if found.ending is Ending.EXPIRED:
        return _("срок направления прошёл"), "warn"
    if found.booking_passed(now):
        return _("время записи прошло, результата в карте нет"), "warn"
    return _open_words(found)


def _open_words(found: Course) -> tuple[str, str]:
    if found.stage is Stage.BOOKED and found.booked_for is not None:
        return _("вы записаны: %(when)s") % {"when": _day_and_clock(found.booked_for)}, "good"
    only_visits = all(one.resource_type == "Encounter" for one in found.results)
    words = {
        Stage.ORDERED: (_("пора записаться"), ""),
        Stage.BOOKED: (_("вы записаны"), "good"),
        Stage.DONE: (_("сделано, результата в карте пока нет"), ""),
        Stage.RESULT: _result_words(found, only_visits=only_visits),
        Stage.READ: (_("приём состоялся") if only_visits else _("результат прочитан"), "quiet"),
    }
    return words[found.stage]


def _result_words(found: Course, *, only_visits: bool) -> tuple[str, str]:
    if only_visits:
        return _("приём состоялся"), "quiet"
    if found.news:
        return _("результат готов, вы его ещё не открывали"), "good"
    return _("результат готов"), "quiet"


def _until(found: Course, now: datetime) -> str:
    """Until when an open order holds, and how long that is."""
    if found.until is None or found.stage >= Stage.DONE or found.ending is Ending.CANCELLED:
        return ""
    day = dates.day(found.until)
    if found.ending is Ending.EXPIRED:
        return _("действовало до %(day)s") % {"day": day}
    left = days.left(found.until, now.astimezone(dates.MOSCOW).date())
    words = _("действует до %(day)s") % {"day": day}
    return f"{words}, {left}" if left else words
