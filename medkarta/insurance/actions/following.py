"""A policy after a change of identity data: the register must bear it out for the new ones."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.enp import Enp
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.insurance.actions.linking import (
    IdentityNotConfirmedError,
    PolicyEndedError,
    PolicyNotConfirmedError,
    link_policy,
)
from medkarta.insurance.messages import tell_of_ended_policy
from medkarta.insurance.models import Policy, PolicyClaim
from medkarta.insurance.rules import PolicyState
from medkarta.patients.actions import hold_person
from medkarta.patients.log import log_act

CHECK_ANEW = "insurance.check-anew"
QUEUE = "registers"


class PoliciesFollowIdentity:
    """`patients.ports.IdentityFollower` of policies."""

    def identity_proved(
        self, person_id: PersonId, *, by: AccountId, origin: Origin, now: datetime
    ) -> None:
        """Close the policy until the register has compared it with the data just proved.

        The number is kept as a claim and asked for by a job: no lock waits for the register.
        """
        del origin
        policy = Policy.objects.filter(person_id=person_id, state=PolicyState.ACTIVE.value).first()
        if policy is not None:
            Policy.objects.filter(pk=policy.pk).update(state=PolicyState.ENDED.value)
            PolicyClaim.objects.update_or_create(
                person_id=person_id, defaults={"number": policy.number, "claimed_at": now}
            )
        claim = PolicyClaim.objects.filter(person_id=person_id).first()
        if claim is not None:
            job = app.configure_task(CHECK_ANEW, queue=QUEUE, lock=f"policy:{person_id}")
            job.defer(person_id=str(person_id), number=claim.number, by=str(by))


def check_policy_anew(*, person_id: UUID, number: str, by: UUID, now: datetime) -> None:
    """For the job: link the number again, or end it for good with a line and a letter.

    Raises `RegisterSilentError` and `TooManyAttemptsError`: ask again later. While the identity is
    not proved nothing is asked: the next proof asks. Repeated: the same result.
    """
    whose, who = PersonId(person_id), AccountId(by)
    if not PolicyClaim.objects.filter(person_id=whose, number=number).exists():
        return
    origin = Origin(app="system", request_id="", address=None, device="")
    try:
        link_policy(person_id=whose, number=Enp(number), by=who, origin=origin, now=now)
    except IdentityNotConfirmedError:
        return
    except (PolicyNotConfirmedError, PolicyEndedError):
        _end(whose, number, by=who, origin=origin, now=now)


@transaction.atomic
def _end(person_id: PersonId, number: str, *, by: AccountId, origin: Origin, now: datetime) -> None:
    hold_person(person_id=person_id)
    if not PolicyClaim.objects.filter(person_id=person_id, number=number).delete()[0]:
        return
    act = Act(action="end-policy", purpose="identity-check", ground="data-changed")
    line = log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    tell_of_ended_policy(person_id, line, now)
