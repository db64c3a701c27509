"""Appending to the log."""

from django.db import connection, transaction

from medkarta.audit import rules
from medkarta.audit.drafts import Draft
from medkarta.audit.models import Entry
from medkarta.foundation.ids import PersonId


def append(*, entry: Draft) -> int:
    """Add a line to the person's log inside the caller's transaction and answer its number.

    Numbers are 1, 2, 3 … without a gap: the head's row lock is held until the caller's end, and a
    rollback takes the number back. Whoever calls must be in a transaction: the line and what it
    tells of stand together or not at all.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a log line needs the transaction of its act")
    columns = rules.columns(rules.clean(entry))
    columns["number"] = number = _next_number(entry.person_id)
    Entry.objects.create(
        **{
            name: list(value) if isinstance(value, tuple) else value
            for name, value in columns.items()
        },
        canonical=rules.canonical(columns),
    )
    return number


def _next_number(person_id: PersonId) -> int:
    # One statement: it takes the row's lock and counts on, also for the first line of a log.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_head (person_id, last_number) VALUES (%s, 1)"
            " ON CONFLICT (person_id) DO UPDATE SET last_number = audit_head.last_number + 1"
            " RETURNING last_number",
            [person_id],
        )
        (number,) = cursor.fetchone()
    return int(number)
