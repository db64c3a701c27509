"""Names of clinics for a list, and how whole the list is."""

from collections.abc import Iterable

from django.utils import timezone

from medkarta.access.grants import Grant
from medkarta.clinics import queries as clinics
from medkarta.patients import queries as patients
from medkarta.portal.presenters.coverage import Coverage, coverage
from medkarta.portal.presenters.rows import Clinics
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource


def named(grant: Grant, found: Iterable[StoredResource]) -> tuple[Clinics, Coverage]:
    """Name the clinics of a list and say when they sent something last and who is missing."""
    received = record.received(grant)
    names = clinics.names({one.custodian_id for one in found} | set(received))
    waiting = patients.waiting_clinics(grant.person_id)
    return names, coverage(received, names, waiting, timezone.now())
