"""The door once more, for what goes on after its request.

A job asks by the token that it began with; what goes on for months asks by what stood behind the
token. Everything is read anew as at the door; only the token's own time does not count, since a
system's token lives five minutes. A token that was revoked, a permission that ended, a client or an
account that was disabled, a gate that was closed: nothing more is opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from medkarta.access.api import facts
from medkarta.access.api.asking import Answer, ApiAsking, Opened
from medkarta.access.api.deciding import answers_of, decide_all
from medkarta.access.api.decisions import Decision
from medkarta.audit import lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What stands behind a token: a citizen's permission or a system, and the token's scopes."""

    id: UUID
    scopes: tuple[str, ...]


def standing_of(digest: bytes) -> Standing:
    """What stands behind a token that the door has just let pass."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(authorization_id, client_id), scopes FROM client_token"
            " WHERE digest = %s",
            [digest],
        )
        standing, scopes = cursor.fetchone()
    return Standing(id=standing, scopes=tuple(scopes))


def open_again(askings: Sequence[ApiAsking]) -> list[Answer]:
    """The answers in order, given when their lines in the log are committed."""
    with transaction.atomic(durable=True):
        return _logged(_decided(askings))


def open_standing(standing: Standing, asking: ApiAsking) -> Answer:
    """The same by what stands behind the token; the asking's digest does not count."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            values = (standing.id, list(standing.scopes), asking.target)
            cursor.execute(facts.READ_STANDING, values)
            decisions = decide_all([asking], cursor.fetchall())
        (answer,) = _logged(decisions)
        return answer


def still_opens(asking: ApiAsking) -> bool:
    """Whether it would be opened now. Nothing is, and so nothing is logged."""
    (decision,) = _decided([asking])
    return isinstance(decision.answer, Opened)


def _decided(askings: Sequence[ApiAsking]) -> list[Decision]:
    with connection.cursor() as cursor:
        cursor.execute(facts.READ_AGAIN, facts.values(askings))
        return decide_all(askings, cursor.fetchall())


def _logged(decisions: Sequence[Decision]) -> list[Answer]:
    drafts = [decision.draft for decision in decisions if decision.draft]
    if not drafts:
        return answers_of(decisions, [])
    with connection.cursor() as cursor:
        cursor.execute(lines.WRITE, [lines.written(drafts)])
        return answers_of(decisions, lines.numbers(drafts, dict(cursor.fetchall())))
