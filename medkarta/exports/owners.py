"""Whose an export is, and what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from medkarta.access.api.asking import Caller, Types
from medkarta.exports.models import Export
from medkarta.fhir.value_sets.content import Content
from medkarta.fhir.value_sets.telling import Canonical
from medkarta.foundation.ids import ClientId, ClinicId, PatientId, PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """A system of a clinic, or an app for one person: nobody else learns that it is there."""

    client_id: ClientId
    person_id: PersonId | None
    clinic_id: ClinicId | None


def owner_of(caller: Caller) -> Owner:
    """The owner of what this caller asks for."""
    return Owner(client_id=caller.client_id, person_id=caller.person_id, clinic_id=caller.clinic_id)


def owned_by(owner: Owner) -> QuerySet[Export]:
    """The owner's exports. A system's are not a person's: no person is a condition too."""
    own = Export.objects.filter(Q(client_id=owner.client_id, person_id=owner.person_id))
    return own.defer("value_sets")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wished:
    """An export as it was asked for: by which token, at which address, of what.

    `chosen` are the entries that are wished; None: all that the owner may export. `searches` and
    `elements` are as in `narrowing`, `contents` is what was then in the value sets that these name.
    """

    digest: bytes
    request: str
    types: Types
    since: datetime | None
    chosen: frozenset[PatientId] | None
    searches: tuple[str, ...]
    contents: Mapping[Canonical, Content]
    elements: tuple[str, ...]
