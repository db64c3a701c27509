"""Reading what was sent: for the demo's outbox."""

from dataclasses import dataclass
from datetime import datetime

from medkarta.notifications.models import Message

MOST = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageView:
    """A message as it went out."""

    address: str
    subject: str
    body: str
    created_at: datetime
    sent_at: datetime | None


def recent() -> list[MessageView]:
    """The latest messages, newest first."""
    return [
        MessageView(
            address=message.address,
            subject=message.subject,
            body=message.body,
            created_at=message.created_at,
            sent_at=message.sent_at,
        )
        for message in Message.objects.order_by("-created_at", "-id")[:MOST]
    ]
