"""Deciding on several askings out of what the tables say, and answering when all lines stand."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any

from django.utils import timezone

from medkarta.access.api import facts
from medkarta.access.api.asking import Answer, ApiAsking, BadToken
from medkarta.access.api.decisions import Decision, decide
from medkarta.access.api.facts import Known


def decide_all(askings: Sequence[ApiAsking], rows: Iterable[Sequence[Any]]) -> list[Decision]:
    """Decide on each; `rows` are those of `facts`, and a token without a row is over."""
    known = dict(map(facts.known, rows))
    zone = timezone.get_current_timezone()
    return [_decided(asking, known.get(n), zone) for n, asking in enumerate(askings)]


def _decided(asking: ApiAsking, known: Known | None, zone: tzinfo) -> Decision:
    """A token that is bound to a key is nothing without it (RFC 9449 §7.2)."""
    if known is None:
        return Decision(answer=BadToken())
    if asking.proof_key not in (None, known.caller.proof_key):
        return Decision(answer=BadToken(bound=True))
    return decide(asking, known, today=asking.now.astimezone(zone).date())


def answers_of(decisions: Iterable[Decision], numbers: Iterable[int]) -> list[Answer]:
    """The answers in order; `numbers` are those of the lines, in the order of the drafts."""
    given = iter(numbers)
    return [
        decision.numbered(next(given)) if decision.draft else decision.answer
        for decision in decisions
    ]
