"""Allergies and intolerances: to what, how dangerous, what happened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from medkarta.portal.presenters import rows, titles
from medkarta.portal.presenters.phrases import Phrase, joined, named
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import Json, first, mapping, mappings, string
from medkarta.record.stored import StoredResource
from medkarta.terminology import queries as terminology
from medkarta.terminology.queries import Name

STATES = ("active", "inactive", "resolved", "")
_PRESENT = frozenset({"active", ""})
_CATEGORIES = "http://hl7.org/fhir/allergy-intolerance-category"
_NEVER = frozenset({"refuted", "entered-in-error"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Allergy:
    """What a page says of one allergy."""

    href: str
    name: Name
    kind: str
    dangerous: bool
    reactions: Phrase | None
    present: bool
    date: str
    status: str
    source: Phrase


def allergies(found: Iterable[StoredResource], clinics: Clinics) -> list[Allergy]:
    """Each once, dangerous ones first, past ones last; no refuted ones nor slips of the pen."""
    seen: dict[tuple[str, str], Allergy] = {}
    for one in found:
        if _code(one.data.get("verificationStatus")) not in _NEVER:
            seen.setdefault((one.code_system, one.code or one.logical_id), _allergy(one, clinics))
    return sorted(seen.values(), key=lambda one: (not one.present, not one.dangerous))


def _allergy(resource: StoredResource, clinics: Clinics) -> Allergy:
    data = resource.data
    return Allergy(
        href=rows.href(resource),
        name=titles.title(data),
        kind=_kind(data),
        dangerous=data.get("criticality") == "high" or "severe" in _severities(data),
        reactions=reactions(data),
        present=resource.status in _PRESENT,
        date=rows.date_of(resource),
        status=rows.status_of(resource),
        source=rows.source_of(resource, clinics),
    )


def reactions(resource: Json) -> Phrase | None:
    """What happened: «Крапивница, отёк»."""
    manifested = [
        named(one)
        for reaction in mappings(resource.get("reaction") or [])
        for one in mappings(reaction.get("manifestation") or [])
    ]
    return joined(list({one.text: one for one in manifested}.values()))


def _kind(resource: Json) -> str:
    word = _("непереносимость") if resource.get("type") == "intolerance" else _("аллергия")
    categories = resource.get("category")
    first_of = categories[0] if isinstance(categories, list) and categories else None
    if not isinstance(first_of, str):
        return word
    return f"{word} {terminology.display((_CATEGORIES, first_of, None)).plain}"


def _severities(resource: Json) -> Iterator[object]:
    return (one.get("severity") for one in mappings(resource.get("reaction") or []))


def _code(concept: object) -> str:
    return string(first(mapping(concept).get("coding")).get("code")) or ""
