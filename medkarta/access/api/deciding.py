"""Deciding on several askings out of what the tables say, and answering when all lines stand."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from medkarta.access.api import facts
from medkarta.access.api.asking import Answer, ApiAsking, BadToken
from medkarta.access.api.decisions import Decision, decide


def decide_all(askings: Sequence[ApiAsking], rows: Iterable[Sequence[Any]]) -> list[Decision]:
    """Decide on each; `rows` are those of `facts`, and a token without a row is over."""
    known = dict(map(facts.known, rows))
    zone = timezone.get_current_timezone()
    return [
        decide(asking, known[n], today=asking.now.astimezone(zone).date())
        if n in known
        else Decision(answer=BadToken())
        for n, asking in enumerate(askings)
    ]


def answers_of(decisions: Iterable[Decision], numbers: Iterable[int]) -> list[Answer]:
    """The answers in order; `numbers` are those of the lines, in the order of the drafts."""
    given = iter(numbers)
    return [
        decision.numbered(next(given)) if decision.draft else decision.answer
        for decision in decisions
    ]
