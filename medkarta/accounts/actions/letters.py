"""Letters that hold a code or a link: few enough that nobody is flooded with them."""

from datetime import datetime

from django.db import connection, transaction

from medkarta.accounts.rules import LETTERS_SPAN, letters_stopped_until
from medkarta.notifications.actions import send
from medkarta.notifications.queries import secrets_sent


class TooManyLettersError(Exception):
    """The address has had its letters; `until` says when the next may go."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


@transaction.atomic
def send_secret_letter(*, key: str, address: str, subject: str, body: str, now: datetime) -> None:
    """Send it sealed. Raises `TooManyLettersError`, whether the address has an account or not."""
    _one_after_another(address)
    sent = secrets_sent(address, since=now - LETTERS_SPAN)
    until = letters_stopped_until(sent, now)
    if until is not None:
        raise TooManyLettersError(until)
    send(key=key, address=address, subject=subject, body=body, now=now, secret=True)


def _one_after_another(address: str) -> None:
    """Hold others who write to the address until this transaction ends: a hundred are a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [address])
