"""Names of clinics for a list, and how whole the list is."""

from collections.abc import Iterable

from django.utils import timezone

from medkarta.access.grants import Grant, Purpose
from medkarta.clinics import queries as clinics
from medkarta.patients import queries as patients
from medkarta.patients.queries import EntryView
from medkarta.portal.presenters.coverage import Coverage, coverage
from medkarta.portal.presenters.rows import Clinics
from medkarta.record import queries as record
from medkarta.record.stored import StoredResource


def named(grant: Grant, found: Iterable[StoredResource]) -> tuple[Clinics, Coverage]:
    """Name the clinics of a list and say when they sent something last and who is missing."""
    received = record.received(grant)
    names = clinics.names({one.custodian_id for one in found} | set(received))
    waiting = () if _for_another(grant) else patients.waiting_clinics(grant.person_id)
    return names, coverage(received, names, waiting, timezone.now())


def entries(grant: Grant) -> tuple[EntryView, ...]:
    """The clinics' entries that stand behind the record, as far as the reader may know of them.

    That somebody goes to a clinic is a secret of theirs (323-ФЗ article 13): who acts for them sees
    the clinics of what is open, and no others.
    """
    every = patients.entries(grant.patient_ids)
    if not _for_another(grant):
        return every
    received = record.received(grant)
    return tuple(one for one in every if one.clinic_id in received)


def _for_another(grant: Grant) -> bool:
    return grant.purpose is Purpose.REPRESENTING
