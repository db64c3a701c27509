"""The door once more, for what goes on after its request: a job asks by the token it began with.

Everything is read anew as at the door; only the token's own time does not count, since a system's
token lives five minutes. A token that was revoked, a permission that ended, a client or an account
that was disabled, a gate that was closed: nothing more is opened.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from medkarta.access.api import facts
from medkarta.access.api.asking import Answer, ApiAsking, Opened
from medkarta.access.api.deciding import answers_of, decide_all
from medkarta.access.api.decisions import Decision
from medkarta.audit import lines


def open_again(askings: Sequence[ApiAsking]) -> list[Answer]:
    """The answers in order, given when their lines in the log are committed."""
    with transaction.atomic(durable=True):
        decisions = _decided(askings)
        drafts = [decision.draft for decision in decisions if decision.draft]
        if not drafts:
            return answers_of(decisions, [])
        with connection.cursor() as cursor:
            cursor.execute(lines.COUNT_ON, lines.heads(drafts))
            given = lines.numbers(drafts, dict(cursor.fetchall()))
            cursor.execute(lines.WRITE, [lines.rows(drafts, given)])
    return answers_of(decisions, given)


def still_opens(asking: ApiAsking) -> bool:
    """Whether it would be opened now. Nothing is, and so nothing is logged."""
    (decision,) = _decided([asking])
    return isinstance(decision.answer, Opened)


def _decided(askings: Sequence[ApiAsking]) -> list[Decision]:
    with connection.cursor() as cursor:
        cursor.execute(facts.READ_AGAIN, facts.values(askings))
        return decide_all(askings, cursor.fetchall())
