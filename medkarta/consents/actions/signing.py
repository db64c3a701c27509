"""Signing: the very text that was shown, by one's own second factor, once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.accounts import actions as accounts
from medkarta.accounts import queries as account_queries
from medkarta.accounts.rules import CodeAnswer, Doing, reaches
from medkarta.audit.drafts import Act, Origin
from medkarta.audit.rules import LONGEST, clean_address, clean_text
from medkarta.consents import papers
from medkarta.consents.actions.ending import end
from medkarta.consents.models import Consent, SignedText
from medkarta.consents.papers import Paper
from medkarta.consents.queries import ConsentView, consent_view
from medkarta.consents.rules import Choice, ConsentText, Ended, check_choice
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.actions import check_may_sign, hold_person
from medkarta.patients.log import log_act
from medkarta.patients.queries import PersonView, person_of


class TextChangedError(Exception):
    """The form is not about what would be signed now: show the present document."""


class IdentityNotConfirmedError(Exception):
    """Who signs must be one whom an operator has compared with a paper."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """What the person gave: the document that was before them, and the second factor for it."""

    choice: Choice
    sha256: str
    after: UUID | None
    proof: accounts.Proof


def sign(
    *, person_id: PersonId, by: AccountId, signature: Signature, origin: Origin, now: datetime
) -> ConsentView:
    """Sign the text with a one-time code. Repeated while it holds: the same answer, no code used.

    Raises `TextChangedError`, `NotOwnRightError`, `IdentityNotConfirmedError`,
    `rules.WrongChoiceError`, `papers.DetailsMissingError`, `papers.OperatorUnknownError`, and the
    errors of `accounts.actions.refusal`. Commits on its own, so that a wrong code stays counted.
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
    present = _present(person_id, signature.choice)
    if present is not None and present.text_id == signature.sha256:
        view = consent_view(present)
        if view.state(now).holds:
            return view
    check_choice(signature.choice, now)
    paper = papers.papers(person, signature.choice, by=by).get(signature.sha256)
    if paper is None or paper.after != signature.after:
        raise TextChangedError
    deed = accounts.Deed(act="sign-consent", subject=paper.text.sha256)
    answer = accounts.check_proof(account_id=by, deed=deed, proof=signature.proof, now=now)
    if not answer.right:
        return answer
    if present is not None:
        end(consents=[present], by=by, ended_as=Ended.REPLACED, origin=origin, now=now)
    signing = _Signing(by=by, answer=answer, origin=origin, now=now)
    consent = _create(person, paper, signing)
    act = Act(
        action="sign-consent",
        purpose="own",
        ground=answer.value,
        detail=f"{paper.text.kind.value}.{paper.text.version}.{paper.text.language}",
    )
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return consent_view(consent)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signing:
    """Who signed, by what, from where and when."""

    by: AccountId
    answer: CodeAnswer
    origin: Origin
    now: datetime


def _create(person: PersonView, paper: Paper, signing: _Signing) -> Consent:
    choice = paper.choice
    return Consent.objects.create(
        person_id=person.person_id,
        kind=choice.kind.value,
        text_id=_keep(paper.text),
        audience=choice.audience.value,
        organisation_id=choice.organisation,
        sections=sorted(choice.sections),
        purpose=choice.purpose,
        active_from=signing.now,
        active_to=choice.active_to,
        zone=choice.zone if choice.until else "",
        account_id=signing.by,
        signer=_signer(person, signing.by),
        signed_at=signing.now,
        signed_with=signing.answer.value,
        signed_from=clean_address(signing.origin.address),
        device=clean_text(signing.origin.device, longest=LONGEST["device"]),
    )


def _check_signer(person: PersonView, by: AccountId, now: datetime) -> None:
    check_may_sign(person=person, by=by, now=now)
    account = account_queries.account(by)
    if account is None or not reaches(account.level, Doing.CONSENT):
        raise IdentityNotConfirmedError


def _present(person_id: PersonId, choice: Choice) -> Consent | None:
    return Consent.objects.filter(
        person_id=person_id,
        kind=choice.kind.value,
        organisation_id=choice.organisation,
        withdrawn_at=None,
    ).first()


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
