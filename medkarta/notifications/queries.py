"""Reading what was written down to be sent, and the outbox of the demo."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings

from medkarta.notifications.models import Message
from medkarta.notifications.sealed import opened

MOST = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageView:
    """A message; a secret one that is out has no body any more."""

    address: str
    subject: str
    body: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterFile:
    """A letter as it lies in the outbox folder."""

    address: str
    subject: str
    body: str
    created_at: datetime


def recent() -> list[MessageView]:
    """The latest messages, newest first. Secret bodies come opened: never show these on a page."""
    return [
        MessageView(
            address=message.address,
            subject=message.subject,
            body=opened(message.body, message.id) if message.secret else message.body,
            created_at=message.created_at,
            sent_at=message.sent_at,
        )
        for message in Message.objects.order_by("-created_at", "-id")[:MOST]
    ]


def secrets_sent(address: str, *, since: datetime) -> list[datetime]:
    """When messages with a code or a link were written down for the address, newest first."""
    found = Message.objects.filter(address=address, secret=True, created_at__gt=since)
    return list(found.order_by("-created_at").values_list("created_at", flat=True))


def outbox() -> list[LetterFile]:
    """The latest letters of the outbox folder, newest first: what really went out."""
    files = sorted(Path(settings.HOME.outbox).glob("[!.]*.txt"), reverse=True)
    return [_read(file) for file in islice(files, MOST)]


def _read(file: Path) -> LetterFile:
    head, _, body = file.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.partition(": ")[::2] for line in head.splitlines())
    return LetterFile(
        address=fields["To"],
        subject=fields["Subject"],
        body=body.strip(),
        created_at=datetime.fromisoformat(fields["Date"]),
    )
