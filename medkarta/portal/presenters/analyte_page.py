"""The page of one analyte: newest result in a sentence, number line, course, every value."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from medkarta.access.grants import Section
from medkarta.portal.presenters import dates, ranges, rows, scale, titles, trend
from medkarta.portal.presenters.analytes import Who, limits_of, loinc_of
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.ranges import Limits, Verdict
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.scalars import Value
from medkarta.portal.presenters.values import Part, parts_of, value_of
from medkarta.record.stored import StoredResource
from medkarta.terminology import queries as terminology
from medkarta.terminology.queries import Name


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One value in the table."""

    href: str
    date: str
    value: Phrase
    whole: bool
    words: str
    tone: str
    usual: str
    source: Phrase
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Newest:
    """The newest result: what the page opens with."""

    value: Value
    parts: list[Part]
    words: str
    tone: str
    limits: Limits | None
    scale: scale.Scale | None
    no_scale: str
    urgent: bool
    date: str
    source: Phrase
    status: str
    href: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AnalytePage:
    """Everything that `analyte.html` shows."""

    name: Name
    note: str
    newest: Newest
    trend: trend.Trend | None
    legend: list[str]
    other_units: str
    table: list[Line]
    rounded: bool
    has_limits: bool


def page(series: Sequence[StoredResource], clinics: Clinics, who: Who) -> AnalytePage:
    """Present values of one code, newest first; there must be one at least."""
    first = series[0]
    note = terminology.analyte_note(loinc_of(first))
    values = [value_of(one.data) for one in series]
    table = [_line(one, value, clinics) for one, value in zip(series, values, strict=True)]
    readings, legend, left_out = _readings(series, values)
    return AnalytePage(
        name=titles.title(first.data),
        note=note.text if note else "",
        newest=_newest(first, values[0], clinics, who),
        trend=trend.trend(readings),
        legend=legend,
        other_units=_other_units(left_out),
        table=table,
        rounded=any("≈" in one.value.text for one in table),
        has_limits=any(one.usual for one in table),
    )


def _newest(resource: StoredResource, value: Value, clinics: Clinics, who: Who) -> Newest:
    limits = limits_of(resource, value, who)
    found = ranges.verdict(resource.data, value, limits)
    drawn = limits is not None and value.number is not None
    return Newest(
        value=value,
        parts=parts_of(resource.data),
        words=ranges.words(found),
        tone=ranges.tone(found),
        limits=limits,
        scale=scale.scale(value.number, limits) if limits and value.number is not None else None,
        no_scale="" if drawn else _why_no_scale(resource, value),
        urgent=found in (Verdict.FAR_ABOVE, Verdict.FAR_BELOW),
        date=rows.date_of(resource),
        source=rows.source_of(resource, clinics),
        status=rows.status_of(resource),
        href=rows.href(resource),
    )


def _why_no_scale(resource: StoredResource, value: Value) -> str:
    if value.number is None:
        return ""
    written = ranges.range_text(resource.data)
    if resource.section is not Section.LABS and not written:
        return _("Обычных границ источник не прислал.")
    if written:
        return _("Лаборатория описала обычные значения словами: %(text)s") % {"text": written}
    return _(
        "Обычных границ источник не прислал, а надёжных общих для этого показателя у нас нет. "
        "Поэтому мы не говорим, много это или мало: спросите врача."
    )


def _line(resource: StoredResource, value: Value, clinics: Clinics) -> Line:
    limits = ranges.own_limits(resource.data, value)
    found = ranges.verdict(resource.data, value, limits)
    return Line(
        href=rows.href(resource),
        date=rows.date_of(resource),
        value=value.phrase,
        whole=value.number is not None,
        words=ranges.words(found),
        tone=ranges.tone(found),
        usual=limits.text if limits else ranges.range_text(resource.data) or "",
        source=rows.source_of(resource, clinics),
        status=rows.status_of(resource),
    )


def _readings(
    series: Sequence[StoredResource], values: Sequence[Value]
) -> tuple[list[trend.Reading], list[str], int]:
    """What can be drawn together: the newest value's unit; components as series of their own."""
    parts = [parts_of(one.data) for one in series]
    newest_parts = [part for part in parts[0] if part.value.number is not None]
    if values[0].number is not None or not newest_parts:
        drawn = [
            _reading(one, value, 0)
            for one, value in zip(series, values, strict=True)
            if value.number is not None and value.unit_code == values[0].unit_code
        ]
        numeric = sum(1 for value in values if value.number is not None)
        return drawn, [], numeric - len(drawn)
    unit = newest_parts[0].value.unit_code
    order = {part.code: index for index, part in enumerate(newest_parts[:2])}
    drawn = [
        _reading(one, part.value, order[part.code], part.name.text)
        for one, found in zip(series, parts, strict=True)
        for part in found
        if part.code in order and part.value.number is not None and part.value.unit_code == unit
    ]
    return drawn, [part.name.text for part in newest_parts[:2]], 0


def _reading(resource: StoredResource, value: Value, series: int, part: str = "") -> trend.Reading:
    if value.number is None:
        raise ValueError("only numbers are drawn")
    limits = None if part else ranges.own_limits(resource.data, value)
    words = ranges.words(ranges.verdict(resource.data, value, limits)) if limits else ""
    day = dates.happened(resource.data)
    said = f"{part}: {value.phrase}" if part else str(value.phrase)
    text = ", ".join(filter(None, (str(day or dates.day(resource.date)), said, words)))
    return trend.Reading(
        at=resource.date, number=value.number, limits=limits, words=text, series=series
    )


def _other_units(count: int) -> str:
    if not count:
        return ""
    return counted(
        count,
        _(
            "%(count)s значение в других единицах мы не рисуем и не сравниваем: оно в таблице."
            "|%(count)s значения в других единицах мы не рисуем и не сравниваем: они в таблице."
            "|%(count)s значений в других единицах мы не рисуем и не сравниваем: они в таблице."
        ),
    )
