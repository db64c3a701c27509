"""The plan of vaccinations in words: what is due now, what comes later, and why.

The record may not know of a dose. So the words are «в карте записи нет», and never «не сделана».
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from medkarta.portal.presenters import dates
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.vaccinations import in_words, stage_called
from medkarta.terminology.infections import Infection
from medkarta.terminology.vaccination_calendar import ADULT, Basis, Due, added, years_of

_MONTHS = 12
_LATER_YEARS = 2
_HALF_MONTH = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """One line of the plan: infections that are due together."""

    name: str
    stage: str
    since: str
    why: str
    late: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is due now, what can be done by choice, what comes in the next years.

    A grown-up's state (pregnancy, illness) outweighs the calendar, which knows nothing of it: only
    for a child is what is due now urged elsewhere than on the page of vaccinations.
    """

    child: bool
    now: list[Planned]
    by_group: list[Planned]
    later: list[Planned]


def plan(listed: Iterable[Due], *, born: date, today: date) -> Plan:
    """Group what is due on one day for one reason: it may well be one visit."""
    together: dict[tuple[date, Basis, str, bool, bool], list[Infection]] = defaultdict(list)
    for one in listed:
        key = (one.since, one.basis, one.stage, one.late, one.by_group)
        together[key].append(one.infection)
    lines: dict[str, list[Planned]] = defaultdict(list)
    for (since, basis, stage, late, by_group), infections in together.items():
        when = "later" if since > today else "by_group" if by_group else "now"
        if since.year - today.year <= _LATER_YEARS or when != "later" or basis is not Basis.AGE:
            due = Due(
                infection=infections[0],
                stage=stage,
                since=since,
                basis=basis,
                late=late,
                by_group=by_group,
            )
            lines[when].append(_planned(due, infections, born=born, today=today))
    return Plan(
        child=years_of(born, today) < ADULT,
        now=lines["now"],
        by_group=lines["by_group"],
        later=lines["later"],
    )


def _planned(due: Due, infections: list[Infection], *, born: date, today: date) -> Planned:
    return Planned(
        name=in_words(infections),
        stage="" if due.basis in (Basis.EVERY_SEASON, Basis.NO_RECORD) else stage_called(due.stage),
        since="" if due.basis is Basis.NO_RECORD else _since(due.since, today),
        why=_why(due, born=born, today=today),
        late=due.late,
    )


def _since(since: date, today: date) -> str:
    if since > today:
        return _("с %(day)s") % {"day": dates.day(since)}
    return _("по календарю — с %(day)s") % {"day": dates.day(since)}


def _why(due: Due, *, born: date, today: date) -> str:
    if due.late:
        return _(
            "В карте записи нет. Если прививку сделали, попросите клинику передать её; "
            "если нет — врач составит план по возрасту."
        )
    words = {
        Basis.NO_RECORD: _without_record(due),
        Basis.EVERY_TEN_YEARS: _("Повторяют каждые 10 лет."),
        Basis.EVERY_SEASON: _season(due, today),
        Basis.INTERVAL: _("Срок отсчитан от прошлой прививки."),
        Basis.AGE: _("По календарю делают в %(age)s.") % {"age": age(born, due.since)},
    }
    return words[due.basis]


def _without_record(due: Due) -> str:
    if due.infection in (Infection.DIPHTHERIA, Infection.TETANUS):
        return _("Взрослым повторяют каждые 10 лет. Когда была прошлая, в карте не записано.")
    return _("В календаре — для тех, кто не болел и не привит. В карте записи нет.")


def _season(due: Due, today: date) -> str:
    if due.by_group:
        return _(
            "Делают каждую осень. Взрослым до 60 лет календарь советует её при хронической "
            "болезни, беременности и в некоторых профессиях; сделать может любой."
        )
    if due.since <= today:
        return _("Делают каждую осень. За этот сезон в карте записи нет.")
    return _("Делают каждую осень.")


def age(born: date, day: date) -> str:
    """«4 месяца», «6 лет», «первые дни жизни»: an age as the calendar tells it."""
    years = years_of(born, day)
    if years >= _LATER_YEARS:
        return counted(years, _("%(count)s год|%(count)s года|%(count)s лет"))
    months = (day.year - born.year) * _MONTHS + day.month - born.month - (day.day < born.day)
    if months < 1 and (day - born).days < _HALF_MONTH:
        return _("первые дни жизни")
    if (day - added(born, months=months)).days >= _HALF_MONTH:
        return _("%(months)s,5 месяца") % {"months": months}
    return counted(months, _("%(count)s месяц|%(count)s месяца|%(count)s месяцев"))
