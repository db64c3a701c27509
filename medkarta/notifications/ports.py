"""The way by which messages leave the house."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A message on its way."""

    message_id: UUID
    address: str
    subject: str
    body: str
    created_at: datetime


class Channel(Protocol):
    """Carries letters. Carrying one twice must not do more than carrying it once."""

    def carry(self, letter: Letter) -> None:
        """Bring the letter out, or raise: then it is tried again."""
