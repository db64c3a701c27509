"""Reading consents and their texts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from medkarta.clinics import queries as clinics
from medkarta.consents import papers
from medkarta.consents.models import Consent, ConsentDetails
from medkarta.consents.papers import Paper
from medkarta.consents.rules import (
    CURRENT_VERSION,
    Audience,
    Choice,
    ConsentText,
    Effect,
    Ended,
    Kind,
    Signed,
    State,
    Term,
    state_of,
)
from medkarta.foundation.ids import AccountId, ClinicId, PersonId
from medkarta.patients import queries as patients


class NoPersonError(Exception):
    """There is nobody whose consent it would be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentView:
    """A consent as the person sees it, with the very text that they signed."""

    consent_id: UUID
    kind: Kind
    text: ConsentText
    audience: Audience
    organisation_id: ClinicId | None
    organisation: str
    sections: frozenset[str]
    purpose: str
    active_from: datetime
    active_to: datetime | None
    zone: str
    account_id: AccountId
    signer: str
    signed_at: datetime
    signed_with: str
    signed_from: str
    device: str
    withdrawn_at: datetime | None
    ended_as: Ended | None

    def state(self, at: datetime) -> State:
        """What the signature is worth at this moment."""
        return state_of(
            Signed(
                kind=self.kind,
                version=self.text.version,
                active_from=self.active_from,
                active_to=self.active_to,
                ended_at=self.withdrawn_at,
                ended_as=self.ended_as,
            ),
            at,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class DetailsView:
    """Address and identity document as the texts name them."""

    address: str
    document_number: str
    document_issued: str


def paper_to_sign(person_id: PersonId, choice: Choice, language: str, *, by: AccountId) -> Paper:
    """The document as it will be hashed and kept.

    Raises `NoPersonError`, `papers.DetailsMissingError`, `papers.OperatorUnknownError`.
    """
    person = patients.person(person_id)
    if person is None:
        raise NoPersonError
    return papers.paper(person, choice, language, by=by)


def details(person_id: PersonId) -> DetailsView | None:
    """What the person wrote for the texts, or None before they did."""
    found = ConsentDetails.objects.filter(pk=person_id).first()
    if found is None:
        return None
    return DetailsView(
        address=found.address,
        document_number=found.document_number,
        document_issued=found.document_issued,
    )


def signed(person_id: PersonId, kind: Kind) -> ConsentView | None:
    """The latest signature of this kind that nobody took back, whether or not its time is over."""
    found = _rows(person_id).filter(kind=kind.value, withdrawn_at=None).first()
    return None if found is None else consent_view(found)


def in_force(person_id: PersonId, kind: Kind, *, at: datetime) -> ConsentView | None:
    """The consent of this kind that holds at this moment; the gate and every job ask this.

    One under a former text holds until its `RENEW_BY` and no longer.
    """
    found = signed(person_id, kind)
    return found if found is not None and found.state(at).holds else None


def terms(person_id: PersonId, *, at: datetime) -> tuple[Term, ...]:
    """Whom the person lets read what at this moment: `rules.open_sections` decides by it.

    None where the processing itself has no consent. Answers for moments that are past too.
    """
    rows = _rows(person_id).filter(active_from__lte=at)
    kinds = (Kind.PROCESSING.value, *(kind.value for kind in _EFFECTS))
    views = [consent_view(row) for row in rows.filter(kind__in=kinds)]
    holding = [view for view in views if view.state(at).holds]
    if not any(view.kind is Kind.PROCESSING for view in holding):
        return ()
    return tuple(_term(view) for view in holding if view.kind in _EFFECTS)


def history(person_id: PersonId) -> list[ConsentView]:
    """All that the person ever signed, newest first."""
    return [consent_view(consent) for consent in _rows(person_id)]


def to_renew(person_id: PersonId, *, at: datetime) -> list[ConsentView]:
    """Signatures under a former text, whether they still hold or not."""
    former = _rows(person_id).filter(withdrawn_at=None)
    for kind, version in CURRENT_VERSION.items():
        former = former.exclude(kind=kind.value, text__version=version)
    views = (consent_view(row) for row in former)
    return [view for view in views if view.state(at) in {State.TO_RENEW, State.LAPSED}]


def consent(person_id: PersonId, consent_id: UUID) -> ConsentView | None:
    """One of the person's own, or None: another's is as little there as none."""
    found = _rows(person_id).filter(pk=consent_id).first()
    return None if found is None else consent_view(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawal:
    """A person without consent to the processing, since when."""

    person_id: PersonId
    consent_id: UUID
    withdrawn_at: datetime


def withdrawn_by(moment: datetime) -> list[Withdrawal]:
    """Whose processing had been withdrawn by this moment and has not been consented to since."""
    rows = Consent.objects.filter(kind=Kind.PROCESSING.value)
    standing = rows.filter(withdrawn_at=None).values("person_id")
    ended = rows.filter(withdrawn_at__lte=moment, ended_as=Ended.WITHDRAWN.value)
    newest = ended.exclude(person_id__in=standing).order_by("person_id", "-withdrawn_at")
    found = newest.distinct("person_id").values_list("person_id", "pk", "withdrawn_at")
    return [
        Withdrawal(person_id=PersonId(person), consent_id=one, withdrawn_at=at)
        for person, one, at in found
        if at is not None
    ]


def withdrawal_of(person_id: PersonId) -> Withdrawal | None:
    """The person's last withdrawal of the processing, while nothing has been signed since."""
    rows = Consent.objects.filter(person_id=person_id, kind=Kind.PROCESSING.value)
    last = rows.order_by("-signed_at", "-id").first()
    if last is None or last.withdrawn_at is None:
        return None
    return Withdrawal(person_id=person_id, consent_id=last.pk, withdrawn_at=last.withdrawn_at)


_EFFECTS = {Kind.ACCESS: Effect.ALLOW, Kind.DENIAL: Effect.DENY}


def _rows(person_id: PersonId) -> QuerySet[Consent]:
    found = Consent.objects.filter(person_id=person_id).select_related("text")
    return found.order_by("-signed_at", "-id")


def _term(view: ConsentView) -> Term:
    return Term(
        effect=_EFFECTS[view.kind],
        audience=view.audience,
        organisation=view.organisation_id,
        sections=view.sections,
        purpose=view.purpose,
        start=view.active_from,
        end=view.active_to,
    )


def consent_view(row: Consent) -> ConsentView:
    """A row as others see it."""
    organisation = ClinicId(row.organisation_id) if row.organisation_id else None
    names = clinics.names([organisation]) if organisation else {}
    return ConsentView(
        consent_id=row.pk,
        kind=Kind(row.kind),
        text=ConsentText(
            kind=Kind(row.text.kind),
            version=row.text.version,
            language=row.text.language,
            body=row.text.body,
        ),
        audience=Audience(row.audience),
        organisation_id=organisation,
        organisation=names.get(organisation, "") if organisation else "",
        sections=frozenset(row.sections),
        purpose=row.purpose,
        active_from=row.active_from,
        active_to=row.active_to,
        zone=row.zone,
        account_id=AccountId(row.account_id),
        signer=row.signer,
        signed_at=row.signed_at,
        signed_with=row.signed_with,
        signed_from=row.signed_from or "",
        device=row.device,
        withdrawn_at=row.withdrawn_at,
        ended_as=Ended(row.ended_as) if row.ended_as else None,
    )
