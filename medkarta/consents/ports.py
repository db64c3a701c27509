"""What consents must tell those who gave something out under them."""

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from medkarta.audit.drafts import Origin
from medkarta.foundation.ids import PersonId


class ConsentFollower(Protocol):
    """Somebody whose rows lean on the consent to processing."""

    def processing_withdrawn(self, person_id: PersonId, *, origin: Origin, now: datetime) -> None:
        """The person withdrew it: what was allowed under it ends; a new one brings none back."""


def followers() -> list[ConsentFollower]:
    """The implementations that settings name."""
    return [import_string(name)() for name in settings.CONSENT_FOLLOWERS]
