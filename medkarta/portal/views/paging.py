"""Years and «показать ещё» of a long list, as links: what is asked, and what to ask next."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils.http import urlencode

from medkarta.record.stored import Cursor, MalformedCursorError


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The part of a list that a request asks for."""

    year: int | None
    before: Cursor | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """A year to choose, with how much there is."""

    year: str
    count: int
    chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Years:
    """The filter; one year alone needs none."""

    chosen: str
    each: list[Year]


def asked(request: HttpRequest) -> Asked:
    """Read `year` and `before`; what is no year is none, what is no place is no page."""
    return Asked(year=year(request), before=before(request))


def year(request: HttpRequest) -> int | None:
    """The year that was asked for."""
    text = request.GET.get("year", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) == len("2026") else None


def before(request: HttpRequest) -> Cursor | None:
    """The place after which the page begins."""
    text = request.GET.get("before")
    if not text:
        return None
    try:
        return Cursor.parse(text)
    except MalformedCursorError as error:
        raise Http404 from error


def years(found: Iterable[tuple[int, int]], chosen: int | None) -> Years:
    """The years with something in them, newest first."""
    each = [Year(year=str(one), count=count, chosen=one == chosen) for one, count in found]
    return Years(chosen=str(chosen) if chosen else "", each=each if len(each) > 1 else [])


def more(asked: Asked, after: Cursor | None) -> str:
    """The address of the next page; empty on the last."""
    if after is None:
        return ""
    query = {"year": asked.year or "", "before": str(after)}
    return "?" + urlencode({name: value for name, value in query.items() if value})
