"""The list of results: one row an analyte, grouped as a laboratory's form groups them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from medkarta.portal.presenters import dates, ranges, rows, titles
from medkarta.portal.presenters.analyte_path import analyte_href
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.ranges import Limits, Verdict
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.scalars import Value
from medkarta.portal.presenters.shapes import mapping, mappings
from medkarta.portal.presenters.values import value_of
from medkarta.record.stored import LatestOfCode, StoredResource
from medkarta.terminology import queries as terminology
from medkarta.terminology.queries import Name

LOINC = "http://loinc.org"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """The value before, and which way it went; no word of better or worse."""

    text: str
    sign: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Analyte:
    """One row of the list."""

    href: str
    name: Name
    value: Phrase
    words: str
    tone: str
    date: str
    source: Phrase
    status: str
    change: Change | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Analytes under one heading."""

    label: str
    analytes: list[Analyte]


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """What published limits ask about the person; they hold for adults of a known sex."""

    sex: str | None = None
    age: float | None = None


def groups(latest: Iterable[LatestOfCode], clinics: Clinics) -> list[Group]:
    """Group by the kind of analysis; groups and rows in the order of their newest value."""
    found: dict[str, list[Analyte]] = {}
    for one in latest:
        label = terminology.analyte_group(loinc_of(one.resource))
        found.setdefault(label, []).append(analyte(one, clinics))
    other = found.pop(terminology.OTHER_ANALYTES, None)
    listed = [Group(label=label, analytes=analytes) for label, analytes in found.items()]
    if other:
        listed.append(Group(label=terminology.OTHER_ANALYTES, analytes=other))
    return listed


def loinc_of(resource: StoredResource) -> str | None:
    """The LOINC code among the codings, by which groups, notes and published limits are known."""
    codings = mappings(mapping(resource.data.get("code")).get("coding"))
    return next((str(one.get("code")) for one in codings if one.get("system") == LOINC), None)


def limits_of(resource: StoredResource, value: Value, who: Who) -> Limits | None:
    """The report's own range; else published limits for a person like this."""
    own = ranges.own_limits(resource.data, value)
    if own is not None or value.number is None:
        return own
    known = terminology.general_range(loinc_of(resource), value.unit_code, who.sex, who.age)
    return ranges.published(known) if known else None


def analyte(latest: LatestOfCode, clinics: Clinics) -> Analyte:
    """Present one value, with the one before it where there is one."""
    """Present the newest value of one analyte."""
    resource = latest.resource
    value = value_of(resource.data)
    found = ranges.verdict(resource.data, value, ranges.own_limits(resource.data, value))
    return Analyte(
        href=analyte_href(resource.code_system, resource.code)
        if resource.code
        else rows.href(resource),
        name=titles.title(resource.data),
        value=value.phrase,
        words=ranges.words(found),
        tone=ranges.tone(found),
        date=rows.date_of(resource),
        source=rows.source_of(resource, clinics),
        status=rows.status_of(resource),
        change=_change(value, latest.previous),
    )


def _change(value: Value, previous: StoredResource | None) -> Change | None:
    if previous is None:
        return None
    before = value_of(previous.data)
    if before.number is None or value.number is None or before.unit_code != value.unit_code:
        return None
    sign = "up" if value.number > before.number else "down"
    if value.number == before.number:
        sign = "same"
    day = dates.happened(previous.data)
    text = _("было %(value)s, %(day)s") % {
        "value": before.digits,
        "day": day.day if day else dates.day(previous.date),
    }
    return Change(text=text, sign=sign)


def judged(resource: StoredResource, value: Value, limits: Limits | None) -> Verdict:
    """The verdict for the page of one analyte."""
    return ranges.verdict(resource.data, value, limits)
