"""Документы: which, of when, by whom, about which visit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medkarta.portal.presenters import attachments, dates, references, rows, titles
from medkarta.portal.presenters.phrases import Phrase, joined, of_name, own_words
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import mappings, string
from medkarta.portal.presenters.visits import Shared, called
from medkarta.record.stored import StoredResource
from medkarta.terminology import queries as terminology
from medkarta.terminology.queries import Name


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperRow:
    """One document of the list."""

    href: str
    name: Name
    date: str
    about: Phrase | None
    author: Phrase | None
    status: str
    source: Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """Documents of a year; `source` where all of them are of one clinic."""

    label: str
    papers: list[PaperRow]
    source: Phrase | None


def by_year(
    found: Iterable[StoredResource],
    visits: Mapping[str, StoredResource],
    clinics: Clinics,
    shared: Shared,
) -> list[Year]:
    """Group documents that come newest first."""
    years: dict[str, list[PaperRow]] = defaultdict(list)
    for one in found:
        year = str(one.date.astimezone(dates.MOSCOW).year)
        years[year].append(_row(one, visits, clinics, shared))
    return [
        Year(label=label, papers=papers, source=rows.one_source(one.source for one in papers))
        for label, papers in years.items()
    ]


def _row(
    resource: StoredResource,
    visits: Mapping[str, StoredResource],
    clinics: Clinics,
    shared: Shared,
) -> PaperRow:
    data = resource.data
    authors = [called(one, shared) for one in mappings(data.get("author") or [])]
    return PaperRow(
        href=rows.href(resource),
        name=titles.title(data),
        date=rows.date_of(resource),
        about=_about(resource, visits),
        author=joined([one for one in authors if one is not None]),
        status=_status(resource),
        source=rows.source_of(resource, clinics),
    )


def _about(resource: StoredResource, visits: Mapping[str, StoredResource]) -> Phrase | None:
    """The visit, else what the clinic itself called the file."""
    for target in references.targets(resource):
        if target in visits:
            return of_name(titles.title(visits[target].data))
    title = string(attachments.attachment(resource.data).get("title"))
    named = titles.title(resource.data)
    return own_words(title) if title and title not in (named.plain, named.original) else None


def _status(resource: StoredResource) -> str:
    """`docStatus` says whether the text is signed; `status` only whether it was replaced."""
    signed = string(resource.data.get("docStatus"))
    if resource.status == "current" and signed:
        return terminology.status("Composition", signed)
    return rows.status_of(resource)
