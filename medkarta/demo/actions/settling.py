"""Generated citizens move in: their clinics send their charts, the register knows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from medkarta.demo.actions.populating import insure, send
from medkarta.demo.population import LAST_DAY, check_people, person
from medkarta.demo.population.citizens import citizen
from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance.queries import is_registered
from medkarta.record.actions.imports import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """One person's coming: how many entries were sent, and how many of them are new."""

    entries: int
    created: int


def settle(*, people: int, seed: int, now: datetime, today: date = LAST_DAY) -> Iterator[Settled]:
    """Store so many generated people one after another, answering each. Repeatable.

    A chart is one transaction and the register's line comes last: whoever has one is whole and is
    passed over, so that after a break it goes on where it stopped.
    """
    check_people(people)
    for index in range(people):
        policy = citizen(seed=seed, index=index, today=today).policy
        if is_registered(PolicyNumber.of(policy)):
            yield Settled(entries=0, created=0)
            continue
        generated = person(seed=seed, index=index, today=today)
        reports = [send(text=text, now=now) for text in generated.bundles]
        insure(person=generated.citizen, now=now)
        yield Settled(
            entries=sum(report.counts.total() for report in reports),
            created=sum(
                count
                for report in reports
                for (_, outcome), count in report.counts.items()
                if outcome is Outcome.CREATED
            ),
        )
