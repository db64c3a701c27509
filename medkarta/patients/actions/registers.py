"""Asking the population register whether a person's data agree, and what its answer does."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from medkarta.accounts import actions as accounts
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.actions.people import PersonalDataIncompleteError, hold_person
from medkarta.patients.log import log_act
from medkarta.patients.models import RegisterCheck, RegisteredPerson
from medkarta.patients.ports import Checked, RegisterSilentError
from medkarta.patients.queries import RegisterCheckView, check_view, data_of
from medkarta.patients.registers import register
from medkarta.patients.rules import (
    CHECKS_COUNT_FOR,
    MOST_CHECKS,
    PersonalDataInput,
    RegisterState,
)

ASK = "patients.ask-register"
QUEUE = "registers"


class TooManyChecksError(Exception):
    """Five questions within a day: the register is not there to be searched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    check_id: UUID
    data: PersonalDataInput


def check_person(
    *, person_id: PersonId, by: AccountId, origin: Origin, now: datetime
) -> RegisterCheckView:
    """Compare the person's data with the register; the level follows its answer.

    Asked again about the same data: the answer that is there, and nobody is asked. Silent: the
    level stays, a job asks again. Raises `PersonalDataIncompleteError` and `TooManyChecksError`.
    Commits on its own, in two steps with the register between them.
    """
    question = _start(person_id, now)
    if isinstance(question, RegisterCheckView):
        return question
    try:
        answer = register().check(question.data)
    except RegisterSilentError:
        _ask_later(question.check_id, by)
        return check_view(RegisterCheck.objects.get(pk=question.check_id))
    return _finish(question.check_id, answer, by=by, origin=origin, now=now)


def ask_again(*, check_id: UUID, by: AccountId, now: datetime) -> None:
    """For the job: the question that found the register silent. Raises `RegisterSilentError`."""
    check = RegisterCheck.objects.get(pk=check_id)
    data = data_of(check.person)
    if check.state != RegisterState.WAITING or data.fingerprint != check.fingerprint:
        return
    origin = Origin(app="system", request_id="", address=None, device="")
    _finish(check_id, register().check(data), by=by, origin=origin, now=now)


def register_person(*, data: PersonalDataInput) -> None:
    """Write a line of the embedded register; repeated: the same."""
    if data.snils is None:
        raise ValueError("a register's line has a СНИЛС")
    RegisteredPerson.objects.update_or_create(
        pk=data.snils.digits,
        defaults={
            "family": data.family,
            "given": data.given,
            "patronymic": data.patronymic,
            "birth_date": data.birth_date,
            "sex": data.sex.value,
        },
    )


@transaction.atomic
def _start(person_id: PersonId, now: datetime) -> RegisterCheckView | _Question:
    person = hold_person(person_id=person_id)
    if not person.data.complete:
        raise PersonalDataIncompleteError
    checks = RegisterCheck.objects.filter(person_id=person_id).order_by("-asked_at")
    latest = checks.first()
    fresh = latest is not None and now < latest.asked_at + CHECKS_COUNT_FOR
    if latest is not None and fresh and latest.fingerprint == person.data.fingerprint:
        return check_view(latest)
    if checks.filter(asked_at__gt=now - CHECKS_COUNT_FOR).count() >= MOST_CHECKS:
        raise TooManyChecksError
    # Counted before the register is asked, so that many at once are not all the first.
    check = RegisterCheck.objects.create(
        person_id=person_id, fingerprint=person.data.fingerprint, asked_at=now
    )
    return _Question(check_id=check.pk, data=person.data)


@transaction.atomic
def _finish(
    check_id: UUID, answer: Checked, *, by: AccountId, origin: Origin, now: datetime
) -> RegisterCheckView:
    person_id = PersonId(RegisterCheck.objects.values_list("person_id", flat=True).get(pk=check_id))
    person = hold_person(person_id=person_id)
    check = RegisterCheck.objects.get(pk=check_id)
    check.state, check.fields, check.answered_at = answer.state.value, list(answer.fields), now
    check.save(update_fields=["state", "fields", "answered_at"])
    if person.account_id is not None and person.data.fingerprint == check.fingerprint:
        agrees = answer.state is RegisterState.AGREES
        accounts.settle_level(account_id=person.account_id, agrees=agrees, changed=False)
    act = Act(
        action="check-with-register",
        purpose="identity-check",
        ground="population-register",
        detail=answer.state.value,
    )
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return check_view(check)


def _ask_later(check_id: UUID, by: AccountId) -> None:
    job = app.configure_task(ASK, queue=QUEUE, lock=str(check_id))
    job.defer(check_id=str(check_id), by=str(by))
