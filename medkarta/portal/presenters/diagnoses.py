"""Диагнозы: what there is now, what was, what was noted; one line for one disease.

Clinics record the same diagnosis at visit after visit, and several clinics the same one: entries of
one code and one state are one line, which says since when and how often.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from medkarta.portal.presenters import dates, rows, titles
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.item_page import code_words
from medkarta.portal.presenters.phrases import Phrase, named
from medkarta.portal.presenters.references import called
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import Json, choice, first, mapping, mappings, string
from medkarta.record.stored import StoredResource
from medkarta.terminology.queries import Name

# Without a clinical status a diagnosis counts as present until its end is said: hiding is worse.
PRESENT = ("active", "recurrence", "relapse", "")
_ENDS = (
    "abatementDateTime",
    "abatementPeriod",
    "abatementString",
    "abatementAge",
    "abatementRange",
)
_TENTATIVE = frozenset({"unconfirmed", "provisional", "differential"})
# Z00–Z99 of ICD-10 and SNOMED's situations are circumstances and history, not diseases.
_CIRCUMSTANCE, _HISTORY = "(situation)", "History of "


Totals = Mapping[tuple[str, str], int]
_NONE: Totals = {}


class State(StrEnum):
    """Where a diagnosis stands on the page."""

    PRESENT = "present"
    NOTED = "noted"
    PAST = "past"
    REFUTED = "refuted"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """One disease: its newest entry, with what the others of it add."""

    href: str
    name: Name
    official: str
    code: str
    when: str
    times: str
    who: Phrase | None
    source: Phrase
    status: str
    tag: str


def state(resource: Json) -> State:
    """Tell where an entry stands."""
    verified = _code(resource.get("verificationStatus"))
    if verified == "entered-in-error":
        return State.ERROR
    if verified == "refuted":
        return State.REFUTED
    status = _code(resource.get("clinicalStatus"))
    if status not in PRESENT or (not status and choice(resource, "abatement")):
        return State.PAST
    return State.NOTED if _circumstance(resource) else State.PRESENT


def grouped(
    conditions: Iterable[StoredResource],
    clinics: Clinics,
    shared: Mapping[str, Json],
    totals: Totals = _NONE,
) -> dict[State, list[Diagnosis]]:
    """One line for each state of each code; what comes first is the newest and leads."""
    found: dict[tuple[State, str, str], list[StoredResource]] = defaultdict(list)
    for one in conditions:
        key = (state(one.data), one.code_system, one.code or one.logical_id)
        found[key].append(one)
    lines: dict[State, list[Diagnosis]] = defaultdict(list)
    for (where, *code_of), entries in found.items():
        total = totals.get((code_of[0], code_of[1]), len(entries))
        lines[where].append(_line(where, entries, total, (clinics, shared)))
    return lines


def _line(
    where: State,
    entries: Sequence[StoredResource],
    total: int,
    names: tuple[Clinics, Mapping[str, Json]],
) -> Diagnosis:
    newest = entries[0]
    name = titles.title(newest.data)
    # What came and went may have come before: its dates are those of the last time alone.
    span = entries if where in (State.PRESENT, State.NOTED) else entries[:1]
    return Diagnosis(
        href=rows.href(newest),
        name=name,
        official=official(name),
        code=code_words(name),
        when=lasted(span),
        times=_times(total),
        who=who(newest.data, names[1]),
        source=rows.source_of(newest, names[0]),
        status=rows.status_of(newest),
        tag=tentative(newest.data),
    )


def official(name: Name) -> str:
    """The official name where it says more than the plain one."""
    other = name.official or ""
    return "" if other.casefold() == name.plain.casefold() else other


def lasted(entries: Sequence[StoredResource]) -> str:
    """«с 4 декабря 2023», «22 ноября 2021 — 23 мая 2022», or when it was written down."""
    oldest, newest = entries[-1], entries[0]
    begun = dates.when(oldest.data.get("onsetDateTime")) or dates.happened(oldest.data)
    ended = dates.when(newest.data.get("abatementDateTime"))
    if begun is None and ended is None:
        return rows.date_of(newest)
    if ended is None and state(newest.data) in (State.PRESENT, State.NOTED):
        return _("с %(day)s") % {"day": begun}
    if begun is None or ended is None or begun.day == ended.day:
        return str(begun or ended)
    return f"{begun} — {ended}"


def who(resource: Json, shared: Mapping[str, Json]) -> Phrase | None:
    """Who set the diagnosis, else who wrote it down."""
    return called(resource.get("asserter"), shared) or called(resource.get("recorder"), shared)


def tentative(resource: Json) -> str:
    """«предварительный» and the like; empty for what is confirmed or not spoken of."""
    if _code(resource.get("verificationStatus")) not in _TENTATIVE:
        return ""
    return named(resource["verificationStatus"]).text


def _times(count: int) -> str:
    forms = _("%(count)s запись об этом|%(count)s записи об этом|%(count)s записей об этом")
    return counted(count, forms) if count > 1 else ""


def _circumstance(resource: Json) -> bool:
    for coding in _codings(resource.get("code")):
        code, shown = string(coding.get("code")) or "", string(coding.get("display")) or ""
        if "icd" in str(coding.get("system")) or "1.2.643" in str(coding.get("system")):
            return code.startswith("Z")
        if shown.endswith(_CIRCUMSTANCE) or shown.startswith(_HISTORY):
            return True
    return False


def _codings(concept: object) -> Iterator[Json]:
    return mappings(mapping(concept).get("coding") or [])


def _code(concept: object) -> str:
    return string(first(mapping(concept).get("coding")).get("code")) or ""
