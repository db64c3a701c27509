"""The page of one entry: what it is and says, whose it is, which version, the source itself."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.portal.presenters import dates, related, rows, tiles, titles
from medkarta.portal.presenters.analyte_path import analyte_href
from medkarta.portal.presenters.facts import Fact, facts
from medkarta.portal.presenters.phrases import Phrase
from medkarta.portal.presenters.related import Group
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.sections import WORDS, SectionWords
from medkarta.portal.presenters.shapes import Json
from medkarta.record.stored import StoredResource
from medkarta.terminology import queries as terminology
from medkarta.terminology.queries import Name

_SYSTEMS: dict[str, str | Promise] = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "urn:oid:1.2.643.5.1.13.13.11.1080": _("ФСЛИ"),
    "urn:oid:1.2.643.5.1.13.13.11.1005": _("МКБ-10"),
    "http://hl7.org/fhir/sid/icd-10": _("МКБ-10"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemPage:
    """Everything that `item.html` shows."""

    up: str
    section: SectionWords
    name: Name
    kind: str
    code: str
    facts: list[Fact]
    related: list[Group]
    analyte_href: str
    date: str
    status: str
    source: Phrase
    version: int
    recorded: str
    original: str


def page(
    resource: StoredResource,
    clinics: Clinics,
    shared: Mapping[str, Json],
    tied: Sequence[StoredResource],
    said: Collection[str] = (),
) -> ItemPage:
    """Present one entry; `tied` is what it points at and what points at it.

    `said` are members that another part of the page tells.
    """
    date = rows.date_of(resource)
    left = {name: value for name, value in resource.data.items() if name not in said}
    name = titles.title(resource.data)
    source = rows.source_of(resource, clinics)
    is_value = resource.resource_type == "Observation" and bool(resource.code)
    return ItemPage(
        up=tiles.href(resource.section),
        section=WORDS[resource.section],
        name=name,
        kind=terminology.resource_type_name(resource.resource_type),
        code=code_words(name),
        # The day and the clinic stand above them already.
        facts=[one for one in facts(left, shared) if one.phrase.text not in (date, source.text)],
        related=related.groups(tied, clinics),
        analyte_href=analyte_href(resource.code_system, resource.code) if is_value else "",
        date=date,
        status=rows.status_of(resource),
        source=source,
        version=resource.version,
        recorded=f"{dates.day(resource.recorded_at)}, {dates.clock(resource.recorded_at)}",
        original=indented(resource.body),
    )


def code_words(name: Name) -> str:
    """«4548-4, LOINC»; empty where the name came from no code."""
    if not name.code:
        return ""
    system = _SYSTEMS.get(name.system or "", "")
    return f"{name.code}, {system}" if system else name.code


def indented(body: str) -> str:
    """The source, one member a line; numbers keep the digits that came."""
    parsed = json.loads(body, parse_float=_Digits, parse_int=_Digits)
    return (
        json.dumps(_spelled(parsed), ensure_ascii=False, indent=2)
        .replace(_OPEN, "")
        .replace(_CLOSE, "")
    )


_OPEN, _CLOSE = '"\ue000', '\ue001"'


class _Digits(str):
    """A number by its own spelling, marked until it is written."""

    __slots__ = ()


def _spelled(value: object) -> object:
    if isinstance(value, _Digits):
        return f"\ue000{value}\ue001"
    if isinstance(value, dict):
        return {key: _spelled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_spelled(one) for one in value]
    return value
