"""A population made once, parsed, for the tests that look at it."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from medkarta.demo.cast import SHOWCASE
from medkarta.demo.population import LAST_DAY, population, story

PEOPLE = 75
SEED = 1


@dataclass(eq=False)
class Record:
    """Everything that a person's clinics send; `charts` maps a clinic's full URLs to resources."""

    name: str
    sex: str
    born: date
    charts: list[dict] = field(default_factory=list)

    def all(self, *types):
        """Resources of these types with the chart they stand in."""
        return [
            (chart, resource)
            for chart in self.charts
            for resource in chart.values()
            if not types or resource["resourceType"] in types
        ]


def record(person, bundles):
    made = Record(name=person.mailbox, sex=person.sex, born=person.birth_date)
    for bundle in bundles:
        entries = json.loads(bundle)["entry"]
        made.charts.append({entry["fullUrl"]: entry["resource"] for entry in entries})
        assert len(made.charts[-1]) == len(entries), "two entries have one full URL"
    return made


@cache
def generated():
    return [record(one.citizen, one.bundles) for one in population(people=PEOPLE, seed=SEED)]


@cache
def shown():
    return [record(person, story(person)) for person in SHOWCASE]


def everybody():
    return [*generated(), *shown()]


def day(text):
    return date.fromisoformat(text[:10])


def moment(text):
    """A date counts as its beginning."""
    if len(text) == len("2026-11-01"):
        text += "T00:00:00+03:00"
    return datetime.fromisoformat(text)


def code_of(concept):
    return concept["coding"][0]["code"] if concept.get("coding") else None


def target(chart, reference):
    return chart[reference["reference"]]


__all__ = ["LAST_DAY", "code_of", "day", "everybody", "generated", "moment", "shown", "target"]
