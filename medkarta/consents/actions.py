"""Signing and withdrawing consents."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from medkarta.accounts import actions as accounts
from medkarta.accounts import queries as account_queries
from medkarta.accounts.rules import CodeAnswer, Doing, reaches
from medkarta.audit.drafts import Act, Origin
from medkarta.consents import queries
from medkarta.consents.models import Consent, SignedText
from medkarta.consents.queries import ConsentView, consent_view
from medkarta.consents.rules import ConsentText, Kind
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.actions import hold_person
from medkarta.patients.log import log_act
from medkarta.patients.queries import PersonView, person_of
from medkarta.patients.queries_representation import legal_for
from medkarta.patients.rules_representation import Doing as MayDo


class TextChangedError(Exception):
    """The text that was shown is not the one to sign now: show the present one."""


class NotOwnConsentError(Exception):
    """A consent is signed and withdrawn by the person, or by a young child's representative."""


class IdentityNotConfirmedError(Exception):
    """Who signs must be one whom an operator has compared with a paper."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """What the person gave: the text that was before them, and the second factor for it."""

    kind: Kind
    sha256: str
    proof: accounts.Proof


def sign(
    *, person_id: PersonId, by: AccountId, signature: Signature, origin: Origin, now: datetime
) -> ConsentView:
    """Sign the text with a one-time code. Repeated while it holds: the same answer, no code used.

    Raises `TextChangedError`, `NotOwnConsentError`, `IdentityNotConfirmedError`, and the errors of
    `accounts.actions.use_code`. Commits on its own, so that a wrong code stays counted.
    """
    outcome = _sign(person_id, by, signature, origin, now)
    if isinstance(outcome, CodeAnswer):
        raise accounts.refusal(answer=outcome)
    return outcome


@transaction.atomic(durable=True)
def _sign(
    person_id: PersonId, by: AccountId, signature: Signature, origin: Origin, now: datetime
) -> ConsentView | CodeAnswer:
    person = hold_person(person_id=person_id)
    _check_signer(person, by, now)
    present = queries.in_force(person_id, signature.kind)
    if present is not None and present.text.sha256 == signature.sha256:
        return present
    text = queries.current_texts(signature.kind).get(signature.sha256)
    if text is None:
        raise TextChangedError
    deed = accounts.Deed(act="sign-consent", subject=text.sha256)
    answer = accounts.check_proof(account_id=by, deed=deed, proof=signature.proof, now=now)
    if not answer.right:
        return answer
    _end(person_id, signature.kind, now)
    consent = Consent.objects.create(
        person_id=person_id,
        kind=text.kind.value,
        text_id=_keep(text),
        account_id=by,
        signer=_signer(person, by),
        signed_at=now,
        signed_with=answer.value,
        signed_from=origin.address,
    )
    act = Act(
        action="sign-consent",
        purpose="own",
        ground=answer.value,
        detail=f"{text.kind.value}.{text.version}.{text.language}",
    )
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return consent_view(consent)


@transaction.atomic
def withdraw(
    *, person_id: PersonId, kind: Kind, by: AccountId, origin: Origin, now: datetime
) -> None:
    """Withdraw the consent: the next reading of the record is refused. Repeated: nothing more."""
    person = hold_person(person_id=person_id)
    if not _may_sign(person, by, now):
        raise NotOwnConsentError
    if not _end(person_id, kind, now):
        return
    act = Act(action="withdraw-consent", purpose="own", ground="own", detail=kind.value)
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)


def _check_signer(person: PersonView, by: AccountId, now: datetime) -> None:
    if not _may_sign(person, by, now):
        raise NotOwnConsentError
    account = account_queries.account(by)
    if not reaches(account.level if account else None, Doing.CONSENT):
        raise IdentityNotConfirmedError


def _may_sign(person: PersonView, by: AccountId, now: datetime) -> bool:
    """By the person's own account, or by the legal representative of a child below fifteen."""
    return person.account_id == by or legal_for(person.person_id, by, act=MayDo.SIGN, now=now)


def _end(person_id: PersonId, kind: Kind, now: datetime) -> int:
    in_force = Consent.objects.filter(person_id=person_id, kind=kind.value, withdrawn_at=None)
    return in_force.update(withdrawn_at=now)


def _signer(person: PersonView, by: AccountId) -> str:
    """Who signed, and for whom where it is not for themselves (152-ФЗ article 9(4))."""
    signer = person_of(by)
    if signer is None or signer.person_id == person.person_id:
        return _called(person)
    return f"{_called(signer)}; за: {_called(person)}"


def _called(person: PersonView) -> str:
    data = person.data
    return f"{data.full_name}, {data.birth_date:%d.%m.%Y}, СНИЛС {data.snils or 'нет'}"


def _keep(text: ConsentText) -> str:
    SignedText.objects.get_or_create(
        pk=text.sha256,
        defaults={
            "kind": text.kind.value,
            "version": text.version,
            "language": text.language,
            "body": text.body,
        },
    )
    return text.sha256
