"""Plans of treatment: what to do, with which aims."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medkarta.portal.presenters import dates, references, rows, titles
from medkarta.portal.presenters.phrases import Phrase, named, own_words
from medkarta.portal.presenters.rows import Clinics
from medkarta.portal.presenters.shapes import Json, first, mapping, mappings, string
from medkarta.portal.presenters.visits import Shared, called
from medkarta.record.stored import StoredResource
from medkarta.terminology import queries as terminology
from medkarta.terminology.queries import Name

PLAN = "CarePlan"


@dataclass(frozen=True, kw_only=True, slots=True)
class Activity:
    """One thing of a plan, and its state where it is worth saying."""

    phrase: Phrase
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A plan of treatment: what to do, with which aims."""

    href: str
    name: Name
    activities: list[Activity]
    goals: list[Phrase]
    when: str
    by: Phrase | None
    source: Phrase
    status: str


def plan(
    resource: StoredResource, goals: Mapping[str, StoredResource], clinics: Clinics, shared: Shared
) -> Plan:
    """Present one plan of treatment."""
    data = resource.data
    aims = (goals.get(references.id_of(one)) for one in mappings(data.get("goal") or []))
    return Plan(
        href=rows.href(resource),
        name=titles.title(data),
        activities=activities(data),
        goals=[_aim(one) for one in aims if one is not None],
        when=dates.period(data.get("period")) or rows.date_of(resource),
        by=called(data.get("author"), shared),
        source=rows.source_of(resource, clinics),
        status=rows.status_of(resource),
    )


def activities(data: Json) -> list[Activity]:
    """What the plan asks for; what it names twice, once."""
    found: dict[str, Activity] = {}
    for one in mappings(data.get("activity") or []):
        detail = mapping(one.get("detail"))
        text = string(detail.get("description"))
        phrase = own_words(text) if text else named(detail.get("code")) if detail else None
        if phrase is None:
            reference = mapping(one.get("reference")).get("display")
            phrase = own_words(reference) if isinstance(reference, str) else None
        if phrase is not None and phrase.text not in found:
            found[phrase.text] = Activity(phrase=phrase, status=_activity_status(detail))
    return list(found.values())


def goal_ids(plans: Iterable[StoredResource]) -> set[str]:
    """Logical ids of the aims of plans."""
    return {
        references.id_of(one) for plan in plans for one in mappings(plan.data.get("goal") or [])
    }


def _activity_status(detail: Json) -> str:
    status = string(detail.get("status"))
    usual = {None, "in-progress", "unknown", "not-started"}
    return "" if status in usual else terminology.status("CarePlan.activity", status)


def _aim(goal: StoredResource) -> Phrase:
    name = titles.title(goal.data)
    coding = first(mapping(goal.data.get("achievementStatus")).get("coding"))
    state = titles.line(goal.data)
    # That an aim is being worked at says nothing: a plan that holds is.
    if state is None or coding.get("code") == "in-progress":
        return Phrase(text=name.plain, language=name.language)
    return Phrase(text=f"{name.plain} — {state.text}", language=name.language)
