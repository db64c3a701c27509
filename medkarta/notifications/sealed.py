"""Bodies that hold a code or a link: no copy of the database tells them."""

from uuid import UUID

from django.conf import settings


def sealed(body: str, message_id: UUID) -> str:
    """The body as it is kept until it is out."""
    return str(settings.SEALER.seal(body, about=f"message/{message_id}"))


def opened(body: str, message_id: UUID) -> str:
    """What `sealed` was given for the same message; nothing of one that is out."""
    return str(settings.SEALER.open(body, about=f"message/{message_id}")) if body else ""
