"""Исследования и процедуры: conclusions, images, what was done to the body."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.portal.presenters import dates, references, rows, titles
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.numbers import as_number
from medkarta.portal.presenters.phrases import Phrase, joined, named, own_words
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import Json, mapping, mappings, string
from medkarta.portal.presenters.visits import Shared, called
from medkarta.record.stored import StoredResource
from medkarta.terminology import queries as terminology
from medkarta.terminology.languages import wanted
from medkarta.terminology.queries import Name

REPORT = "DiagnosticReport"
STUDY = "ImagingStudy"
# What the filter offers: its word in the address, what it is called, which types it holds.
KINDS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "reports": (gettext_lazy("Заключения"), (REPORT,)),
    "images": (gettext_lazy("Снимки"), (STUDY, "Media")),
    "procedures": (gettext_lazy("Процедуры и операции"), ("Procedure",)),
}
EVERY = tuple(one for _label, types in KINDS.values() for one in types)
_USUAL = frozenset({"final", "completed", "available"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Exam:
    """One line of the list."""

    href: str
    kind: str
    name: Name
    day: str
    line: Phrase | None
    images: bool
    order: str
    who: Phrase | None
    source: Phrase
    status: str
    usual: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """Lines of a year; `source` where all of them are of one clinic."""

    label: str
    exams: list[Exam]
    source: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Images:
    """A study as its page shows it: what was pictured, how much, and where the clinic keeps it."""

    what: Phrase | None
    count: str
    links: tuple[str, ...]


def by_year(
    found: Iterable[StoredResource],
    orders: Mapping[str, StoredResource],
    clinics: Clinics,
    shared: Shared,
) -> list[Year]:
    """Group lines that come newest first."""
    years: dict[str, list[Exam]] = defaultdict(list)
    for one in found:
        year = str(one.date.astimezone(dates.MOSCOW).year)
        years[year].append(_exam(one, orders, clinics, shared))
    return [
        Year(label=label, exams=exams, source=rows.one_source(one.source for one in exams))
        for label, exams in years.items()
    ]


def order_ids(found: Iterable[StoredResource]) -> set[str]:
    """Logical ids of the orders by which they were made."""
    return {references.id_of(one) for resource in found for one in _based_on(resource.data)}


def doctors(found: Iterable[StoredResource]) -> set[str]:
    """Logical ids of who made or read them."""
    return {references.id_of(one) for resource in found for one in _doers(resource.data)}


def who(data: Json, shared: Shared) -> Phrase | None:
    """Who read the pictures, else who made the examination; the clinic stands elsewhere."""
    people = (one for one in _doers(data) if not _is_clinic(one))
    names = [name for name in (called(one, shared) for one in people) if name is not None]
    return joined(list({name.text: name for name in names}.values()))


def images(data: Json, endpoints: Shared) -> Images:
    """Present an ImagingStudy."""
    series = list(mappings(data.get("series") or []))
    seen = [_pictured(one) for one in series] or [_pictured({"modality": data.get("modality")})]
    whats = [one for one in seen if one is not None]
    return Images(
        what=joined(list({one.text: one for one in whats}.values()), "; "),
        count=_count(data),
        links=tuple(_addresses(data, endpoints)),
    )


def _exam(
    resource: StoredResource,
    orders: Mapping[str, StoredResource],
    clinics: Clinics,
    shared: Shared,
) -> Exam:
    data = resource.data
    return Exam(
        href=rows.href(resource),
        kind=""
        if resource.resource_type == REPORT
        else terminology.resource_type_name(resource.resource_type),
        name=titles.title(data),
        day=rows.date_of(resource),
        line=_line(data),
        images=bool(data.get("imagingStudy")),
        order=_order(data, orders),
        who=who(data, shared),
        source=rows.source_of(resource, clinics),
        status=rows.status_of(resource),
        usual=resource.status in _USUAL,
    )


def _line(data: Json) -> Phrase | None:
    outcome = data.get("outcome")
    if mapping(outcome):
        return named(outcome)
    if data.get("resourceType") == STUDY:
        return _sites(data)
    found = titles.line(data)
    if found is not None:
        return found
    codes = [named(one) for one in mappings(data.get("conclusionCode") or [])]
    return joined(codes)


def _sites(data: Json) -> Phrase | None:
    """Which parts of the body; how they were pictured is the name of the study."""
    series = mappings(data.get("series") or [])
    sites = [named(one["bodySite"]) for one in series if mapping(one.get("bodySite"))]
    return joined(list({one.text: one for one in sites}.values()))


def _order(data: Json, orders: Mapping[str, StoredResource]) -> str:
    found = (orders.get(references.id_of(one)) for one in _based_on(data))
    order = next((one for one in found if one is not None), None)
    if order is None:
        return ""
    return _("по направлению от %(day)s") % {"day": rows.date_of(order)}


def _based_on(data: Json) -> Iterator[Json]:
    return mappings(data.get("basedOn") or [])


def _doers(data: Json) -> Sequence[Json]:
    readers = list(mappings(data.get("resultsInterpreter") or data.get("interpreter") or []))
    performers = [mapping(one.get("actor")) or one for one in mappings(data.get("performer") or [])]
    return readers or performers


def _is_clinic(reference: Json) -> bool:
    return str(reference.get("reference") or "").startswith("Organization/")


def _pictured(one: Json) -> Phrase | None:
    parts = [named(one[name]) for name in ("modality", "bodySite") if mapping(one.get(name))]
    return joined(parts)


def _count(data: Json) -> str:
    series, pictures = (
        as_number(data.get(name)) for name in ("numberOfSeries", "numberOfInstances")
    )
    words = []
    if pictures:
        forms = _("%(count)s снимок|%(count)s снимка|%(count)s снимков")
        words.append(counted(int(pictures), forms))
    if series and series > 1:
        forms = _("%(count)s серия|%(count)s серии|%(count)s серий")
        words.append(counted(int(series), forms))
    return ", ".join(words)


def _addresses(data: Json, endpoints: Shared) -> Iterator[str]:
    """Where the clinic shows the pictures; only over TLS, as the address may name the study."""
    for one in mappings(data.get("endpoint") or []):
        address = string(mapping(endpoints.get(references.id_of(one))).get("address")) or ""
        if address.startswith("https://"):
            yield address


def conclusion(data: Json) -> tuple[str, ...]:
    """The conclusion of a report, a paragraph for each line of it."""
    text = string(data.get("conclusion")) or ""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def conclusion_language(data: Json) -> str:
    """The language that the conclusion is in."""
    text = string(data.get("conclusion"))
    return own_words(text).language if text else wanted()
