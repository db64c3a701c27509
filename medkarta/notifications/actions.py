"""Sending a message once."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from medkarta.foundation.ids import new_uuid
from medkarta.notifications.channels import channel
from medkarta.notifications.models import Message
from medkarta.notifications.ports import Letter
from medkarta.notifications.sealed import opened, sealed

QUEUE = "messages"
DELIVER = "notifications.deliver"


@transaction.atomic
def send(
    *, key: str, address: str, subject: str, body: str, now: datetime, secret: bool = False
) -> None:
    """Write the message down with its job, in the caller's transaction. One key, one message.

    `secret`: the body holds a code or a link. Then it lies sealed, and is emptied once it is out.
    """
    message = Message(
        id=new_uuid(), key=key, address=address, subject=subject, secret=secret, created_at=now
    )
    message.body = sealed(body, message.id) if secret else body
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return
    app.configure_task(DELIVER, queue=QUEUE, lock=str(message.id)).defer(message_id=str(message.id))


@transaction.atomic
def deliver(*, message_id: UUID, now: datetime) -> None:
    """Hand the message to the channel, unless that was done or it was called back.

    A second run changes nothing.
    """
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None or message.sent_at is not None:
        return
    channel().carry(
        Letter(
            message_id=message.id,
            address=message.address,
            subject=message.subject,
            body=opened(message.body, message.id) if message.secret else message.body,
            created_at=message.created_at,
        )
    )
    message.sent_at = now
    if message.secret:
        message.body = ""
    message.save(update_fields=["sent_at", "body"])


def recall(*, beginning: str) -> int:
    """Take back what has not left yet, of all keys that begin so; how many. Repeated: none.

    One that is being brought out at this moment is waited for, and has left then.
    """
    waiting = Message.objects.filter(key__startswith=beginning, sent_at=None)
    return waiting.delete()[0]
