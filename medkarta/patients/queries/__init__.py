"""Reading people, clinics' entries and the links between them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from medkarta.clinics import queries as clinics
from medkarta.foundation.ids import AccountId, ClinicId, PatientId, PersonId
from medkarta.foundation.snils import InvalidSnilsError, Snils
from medkarta.foundation.statements import rows
from medkarta.patients.models import (
    ClinicPatient,
    Link,
    LinkRequest,
    Person,
    PersonalData,
    RegisterCheck,
)
from medkarta.patients.rules import (
    LinkRequestState,
    PersonalDataInput,
    RegisterState,
    Sex,
    kept_identifier,
    masked_name,
    told_fields,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonView:
    """A person as the portal knows them.

    `by_paper`: there is no account, and an operator's word still stands for who they are: the
    СНИЛС written is the one that was confirmed. One that was given to another person is not.
    """

    person_id: PersonId
    account_id: AccountId | None
    data: PersonalDataInput
    data_checked_at: datetime | None
    look_put_off_at: datetime | None
    by_paper: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterCheckView:
    """What the population register says of the present data, as far as the person is told."""

    state: RegisterState
    fields: tuple[str, ...]
    asked_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryView:
    """A clinic's entry, masked: enough for the person to say that it is theirs."""

    patient_id: PatientId
    clinic_id: ClinicId
    clinic_name: str
    holder: str
    birth_year: int | None
    registered_at: datetime
    linked_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkRequestView:
    """A request and what it found."""

    request_id: UUID
    state: LinkRequestState
    found: tuple[EntryView, ...]
    requested_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None

    def state_at(self, now: datetime) -> LinkRequestState:
        """The state, where what was found waits for an answer until its time is over."""
        over = self.state is LinkRequestState.FOUND and now >= self.expires_at
        return LinkRequestState.EXPIRED if over else self.state


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkState:
    """What is linked, and the latest request."""

    linked: tuple[EntryView, ...]
    request: LinkRequestView | None


def person_of(account_id: AccountId) -> PersonView | None:
    """The account's person; None before `actions.open_person` and for those who work for us."""
    found = Person.objects.filter(account_id=account_id).first()
    return None if found is None else person_view(found)


def latest_check(person: PersonView) -> RegisterCheckView | None:
    """The register's last word on the data as they are now; None: it was not asked about them."""
    found = RegisterCheck.objects.filter(person_id=person.person_id).order_by("-asked_at").first()
    if found is None or found.fingerprint != person.data.fingerprint:
        return None
    return check_view(found)


def person(person_id: PersonId) -> PersonView | None:
    """The person of this id."""
    found = Person.objects.filter(pk=person_id).first()
    return None if found is None else person_view(found)


def account_of(person_id: PersonId) -> AccountId | None:
    """The account that the person signs in with."""
    found = Person.objects.filter(pk=person_id).values_list("account_id", flat=True).first()
    return None if found is None else AccountId(found)


def person_of_entry(patient_id: PatientId) -> PersonId | None:
    """Whose a clinic's entry is now."""
    found = Link.objects.filter(entry_id=patient_id, unlinked_at=None)
    person_id = found.values_list("person_id", flat=True).first()
    return None if person_id is None else PersonId(person_id)


def persons_of_entries(patient_ids: Collection[PatientId]) -> dict[PatientId, PersonId]:
    """Whose these entries are now; those that are nobody's are left out."""
    found = rows(
        connection,
        "SELECT entry_id, person_id FROM patient_link"
        " WHERE entry_id = ANY(%b::uuid[]) AND unlinked_at IS NULL",
        [list(patient_ids)],
    )
    return {PatientId(entry): PersonId(person) for entry, person in found}


def entries_by_identifier(clinic_id: ClinicId, system: str | None, value: str) -> set[PatientId]:
    """A clinic's own entries that have this number; `system` None: of any system, '': of none."""
    (found,) = entries_by_identifiers([(clinic_id, system, value)])
    return found


def entries_by_identifiers(
    asked: Sequence[tuple[ClinicId, str | None, str]],
) -> list[set[PatientId]]:
    """`entries_by_identifier` of each of these, in one statement."""
    kept = [
        (clinic, system, *kept_identifier(system or "", value)) for clinic, system, value in asked
    ]
    found: list[set[PatientId]] = [set() for _ in asked]
    if not asked:
        return found
    answers = rows(
        connection,
        "SELECT k.number, i.patient_id FROM clinic_identifier AS i"
        " JOIN unnest(%b::int[], %b::uuid[], %b::bool[], %b::text[], %b::text[])"
        " AS k (number, clinic_id, any_system, system, value)"
        " ON i.clinic_id = k.clinic_id AND i.value = k.value"
        " AND (k.any_system OR i.system = k.system)",
        [
            list(range(len(kept))),
            [clinic for clinic, *_ in kept],
            [system is None for _, system, *_ in kept],
            [system for *_, system, _ in kept],
            [value for *_, value in kept],
        ],
    )
    for number, patient_id in answers:
        found[number].add(PatientId(patient_id))
    return found


def linked_patient_ids(person_id: PersonId) -> frozenset[PatientId]:
    """The clinics' entries that are this person's now."""
    found = Link.objects.filter(person_id=person_id, unlinked_at=None)
    return frozenset(PatientId(i) for i in found.values_list("entry_id", flat=True))


def linked_since(person_id: PersonId) -> dict[PatientId, datetime]:
    """The same, each with the moment since when it is."""
    found = Link.objects.filter(person_id=person_id, unlinked_at=None)
    return {PatientId(i): at for i, at in found.values_list("entry_id", "linked_at")}


def entries_linked_since(person_id: PersonId, since: datetime) -> tuple[PatientId, ...]:
    """Entries that were this person's then or came later, but for those that are another's now."""
    ours = Link.objects.filter(person_id=person_id)
    kept = ours.filter(Q(unlinked_at=None) | Q(unlinked_at__gt=since)).values("entry_id")
    others = Link.objects.filter(unlinked_at=None).exclude(person_id=person_id).values("entry_id")
    found = ClinicPatient.objects.filter(pk__in=kept).exclude(pk__in=others).order_by("pk")
    return tuple(PatientId(one) for one in found.values_list("pk", flat=True))


def entries_ever_linked(person_id: PersonId) -> frozenset[PatientId]:
    """Entries that are or were this person's."""
    found = Link.objects.filter(person_id=person_id).values_list("entry_id", flat=True)
    return frozenset(PatientId(one) for one in found)


def link_state(person_id: PersonId) -> LinkState:
    """What the page about linking shows."""
    latest = LinkRequest.objects.filter(person_id=person_id).order_by("-requested_at").first()
    return LinkState(
        linked=entries(linked_patient_ids(person_id)),
        request=None if latest is None else request_view(latest),
    )


def waiting_clinics(person_id: PersonId) -> tuple[str, ...]:
    """Names of clinics whose entries the latest request found and nobody linked; often none."""
    latest = LinkRequest.objects.filter(person_id=person_id).order_by("-requested_at")
    found = latest.values_list("found", flat=True).first() or []
    taken = Link.objects.filter(entry_id__in=found, unlinked_at=None).values("entry_id")
    left = ClinicPatient.objects.filter(pk__in=found).exclude(pk__in=taken)
    names = clinics.names(ClinicId(one) for one in left.values_list("clinic_id", flat=True))
    return tuple(sorted(names.values()))


def entries(patient_ids: Collection[PatientId]) -> tuple[EntryView, ...]:
    """Clinics' entries by their ids, in the order of the clinics' names."""
    if not patient_ids:
        return ()
    found = list(ClinicPatient.objects.filter(pk__in=patient_ids))
    names = clinics.names(ClinicId(entry.clinic_id) for entry in found)
    linked = dict(
        Link.objects.filter(entry__in=patient_ids, unlinked_at=None).values_list(
            "entry_id", "linked_at"
        )
    )
    views = (
        EntryView(
            patient_id=PatientId(entry.patient_id),
            clinic_id=ClinicId(entry.clinic_id),
            clinic_name=names[ClinicId(entry.clinic_id)],
            holder=masked_name(data_of(entry)),
            birth_year=entry.birth_date.year if entry.birth_date else None,
            registered_at=entry.registered_at,
            linked_at=linked.get(entry.patient_id),
        )
        for entry in found
    )
    return tuple(sorted(views, key=lambda view: (view.clinic_name, view.registered_at)))


def data_of(row: PersonalData) -> PersonalDataInput:
    """What a row says of a person. A СНИЛС that is none (clinics send such) counts as absent."""
    try:
        snils = Snils.parse(row.snils)
    except InvalidSnilsError:
        snils = None
    return PersonalDataInput(
        family=row.family,
        given=row.given,
        patronymic=row.patronymic,
        birth_date=row.birth_date,
        sex=Sex(row.sex),
        snils=snils,
    )


def person_view(person: Person) -> PersonView:
    """A row as others see it."""
    return PersonView(
        person_id=PersonId(person.pk),
        account_id=None if person.account_id is None else AccountId(person.account_id),
        data=data_of(person),
        data_checked_at=person.data_checked_at,
        look_put_off_at=person.look_put_off_at,
        by_paper=person.account_id is None and person.snils == person.confirmed_snils,
    )


def check_view(check: RegisterCheck) -> RegisterCheckView:
    """A row as the person is told of it."""
    state = RegisterState(check.state)
    return RegisterCheckView(
        state=state, fields=told_fields(state, check.fields), asked_at=check.asked_at
    )


def request_view(request: LinkRequest) -> LinkRequestView:
    """A row as others see it."""
    return LinkRequestView(
        request_id=request.pk,
        state=LinkRequestState(request.state),
        found=entries([PatientId(patient_id) for patient_id in request.found]),
        requested_at=request.requested_at,
        expires_at=request.expires_at,
        confirmed_at=request.confirmed_at,
    )
