"""Рецепты: what may be had at a pharmacy, how it is taken, what was handed out and is left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from medkarta.portal.presenters import dates, days, numbers, references, rows, titles
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.dosage import dosages
from medkarta.portal.presenters.phrases import Phrase, joined, named
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.scalars import Value, quantity, with_unit
from medkarta.portal.presenters.shapes import Json, mapping, mappings
from medkarta.portal.presenters.visits import Shared, called
from medkarta.record.stored import StoredResource
from medkarta.terminology.queries import Name

KINDS = ("MedicationRequest", "MedicationStatement")
# A status that the clinic has not closed; '' is none at all.
OPEN = ("active", "on-hold", "draft", "unknown", "")
CLOSED = ("completed", "stopped", "cancelled", "entered-in-error", "not-taken", "intended")
_SOON = timedelta(days=14)


class State(StrEnum):
    """Where a prescription stands on the page."""

    ACTIVE = "active"
    ENDING = "ending"
    EXPIRED = "expired"
    PAST = "past"


@dataclass(frozen=True, kw_only=True, slots=True)
class Handout:
    """What a pharmacy gave out, and when."""

    href: str
    day: str
    amount: str
    by: Phrase | None
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Prescription:
    """One prescription; what the source does not say is empty."""

    href: str
    name: Name
    state: State
    dosage: Phrase | None
    reason: Phrase | None
    written: str
    until: str
    left_days: str
    by: Phrase | None
    source: Phrase
    status: str
    usual: bool
    handouts: tuple[Handout, ...]
    handed: str
    left: str
    lasts: str

    @property
    def tone(self) -> str:
        return "warn" if self.state in (State.ENDING, State.EXPIRED) else "good"


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Prescriptions under one heading; `source` where all of them are of one clinic."""

    label: str
    lines: list[Prescription]
    source: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What prescriptions are shown with."""

    handouts: Mapping[str, Sequence[StoredResource]]
    clinics: Clinics
    shared: Shared
    today: date


def prescription(resource: StoredResource, around: Around) -> Prescription:
    """Present one prescription."""
    data = resource.data
    where, until = state(resource, around.today), valid_until(data)
    given = sorted(
        around.handouts.get(resource.logical_id, ()), key=lambda one: one.date, reverse=True
    )
    taken = [one for one in given if one.status == "completed"]
    return Prescription(
        href=rows.href(resource),
        name=titles.title(data),
        state=where,
        dosage=dosages(data),
        reason=_reasons(data),
        written=rows.date_of(resource),
        until=dates.day(until) if until else "",
        left_days=days.left(until, around.today) if until and where is not State.PAST else "",
        by=called(data.get("requester"), around.shared),
        source=rows.source_of(resource, around.clinics),
        status=rows.status_of(resource),
        usual=resource.status in ("active", "completed"),
        handouts=tuple(_handout(one, around) for one in given),
        handed=_handed(taken),
        left=_left(data, taken) if where is not State.PAST else "",
        lasts=_lasts(taken, around.today) if where is not State.PAST else "",
    )


def ending(found: Iterable[StoredResource], around: Around) -> list[Prescription]:
    """Those that soon end; no other is even presented."""
    soon = [one for one in found if state(one, around.today) is State.ENDING]
    return [prescription(one, around) for one in soon]


def group(lines: Iterable[Prescription], label: str = "") -> Group:
    """Gather lines under a heading."""
    listed = list(lines)
    return Group(label=label, lines=listed, source=rows.one_source(one.source for one in listed))


def by_year(found: Sequence[StoredResource], around: Around) -> list[Group]:
    """Past prescriptions that come newest first, by the year in which they were written."""
    years: dict[str, list[Prescription]] = defaultdict(list)
    for one in found:
        year = str(one.date.astimezone(dates.MOSCOW).year)
        years[year].append(prescription(one, around))
    return [group(lines, year) for year, lines in years.items()]


def state(resource: StoredResource, today: date) -> State:
    """A clinic may leave a prescription open after its last day: that one has expired."""
    if resource.status not in OPEN:
        return State.PAST
    until = valid_until(resource.data)
    if until is None:
        return State.ACTIVE
    if until < today:
        return State.EXPIRED
    return State.ENDING if until - today <= _SOON else State.ACTIVE


def valid_until(data: Json) -> date | None:
    """The last day on which a pharmacy takes it, where the source says so."""
    request = mapping(data.get("dispenseRequest"))
    said = mapping(request.get("validityPeriod")) or mapping(data.get("effectivePeriod"))
    return days.day_of(said.get("end"))


def by_prescription(
    prescriptions: Iterable[StoredResource], handouts: Iterable[StoredResource]
) -> dict[str, list[StoredResource]]:
    """Part handouts by what they were handed out on."""
    ids = {one.logical_id for one in prescriptions}
    parted: dict[str, list[StoredResource]] = defaultdict(list)
    for one in handouts:
        for reference in mappings(one.data.get("authorizingPrescription") or []):
            if references.id_of(reference) in ids:
                parted[references.id_of(reference)].append(one)
    return parted


def authors(found: Iterable[StoredResource]) -> set[str]:
    """Logical ids of who wrote them."""
    return {references.id_of(one.data.get("requester")) for one in found}


def _reasons(data: Json) -> Phrase | None:
    return joined([named(one) for one in mappings(data.get("reasonCode") or [])])


def _handout(resource: StoredResource, around: Around) -> Handout:
    amount = quantity(resource.data.get("quantity"))
    performers = [
        called(one.get("actor"), around.shared)
        for one in mappings(resource.data.get("performer") or [])
    ]
    return Handout(
        href=rows.href(resource),
        day=rows.date_of(resource),
        amount=amount.phrase.text if amount else "",
        by=joined([one for one in performers if one is not None]),
        status="" if resource.status == "completed" else rows.status_of(resource),
    )


def _sum(taken: Sequence[StoredResource]) -> Value | None:
    """All that was handed out, where each handout tells it in the same unit."""
    amounts = [quantity(one.data.get("quantity")) for one in taken]
    known = [one for one in amounts if one is not None and one.number is not None]
    if not known or len(known) != len(taken) or len({one.unit_code for one in known}) > 1:
        return None
    return _amount(known[0], sum((one.number or Decimal() for one in known), Decimal()))


def _amount(like: Value, number: Decimal) -> Value:
    # Asked of the number itself, so that a unit that is a word bends after it.
    again = quantity({"value": number, "code": like.unit_code})
    text = with_unit(numbers.short(number), again.unit if again else like.unit)
    return Value(phrase=Phrase(text=text), number=number, unit_code=like.unit_code)


def _handed(taken: Sequence[StoredResource]) -> str:
    if not taken:
        return ""
    whole, last = _sum(taken), rows.date_of(taken[0])
    if whole is None:
        times = counted(len(taken), _("%(count)s раз|%(count)s раза|%(count)s раз"))
        return _("%(times)s, последний %(day)s") % {"times": times, "day": last}
    if len(taken) == 1:
        return _("%(amount)s, %(day)s") % {"amount": whole.phrase.text, "day": last}
    return _("%(amount)s, последний раз %(day)s") % {"amount": whole.phrase.text, "day": last}


def _left(data: Json, taken: Sequence[StoredResource]) -> str:
    """What may still be had: the amount of one handout times all that are allowed."""
    request = mapping(data.get("dispenseRequest"))
    each = quantity(request.get("quantity"))
    repeats = numbers.as_number(request.get("numberOfRepeatsAllowed")) or Decimal()
    given = _sum(taken)
    if each is None or each.number is None or (taken and given is None):
        return ""
    if given and given.number is not None and given.unit_code != each.unit_code:
        return ""
    rest = each.number * (1 + repeats) - (given.number or Decimal() if given else Decimal())
    return _amount(each, rest).phrase.text if rest > 0 else _("всё выдано")


def _lasts(taken: Sequence[StoredResource], today: date) -> str:
    """Until when what was handed out last is enough, taken as written."""
    if not taken:
        return ""
    handed, enough = (
        days.day_of(taken[0].data.get("whenHandedOver")),
        days.supply(taken[0].data.get("daysSupply")),
    )
    if handed is None or enough is None or handed + enough < today:
        return ""
    return dates.day(handed + enough)
