"""A policy after a change of identity data: the register must bear it out for the new ones."""

from datetime import datetime

from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.insurance.models import Policy, PolicyClaim
from medkarta.insurance.rules import PolicyState, WhyEnded
from medkarta.patients.log import log_act


class PoliciesFollowIdentity:
    """`patients.ports.IdentityFollower` of policies."""

    def identity_proved(
        self, person_id: PersonId, *, by: AccountId, origin: Origin, now: datetime
    ) -> None:
        """Close the policy until the register has compared it with the data just proved.

        The number becomes a claim that `check_claims` asks about within a minute, and tells of
        what came of it: no lock waits for the register. A number that waits is asked for now.
        """
        policy = Policy.objects.filter(person_id=person_id, state=PolicyState.ACTIVE.value).first()
        if policy is None:
            PolicyClaim.objects.filter(person_id=person_id, outcome="").update(next_try_at=now)
            return
        policy.state, policy.why_ended = PolicyState.ENDED.value, WhyEnded.GONE.value
        policy.save()
        PolicyClaim.objects.update_or_create(
            person_id=person_id,
            defaults={
                "kind": policy.kind,
                "series": policy.series,
                "number": policy.number,
                "claimed_at": now,
                "tries": 0,
                "next_try_at": now,
                "outcome": "",
                "differs": [],
            },
        )
        act = Act(action="claim-policy", purpose="identity-check", ground="data-changed")
        log_act(act, person_id=person_id, by=by, origin=origin, now=now)

    def identity_lost(
        self, person_id: PersonId, *, by: AccountId, origin: Origin, now: datetime
    ) -> None:
        """End the policy and what waits: the number is free for whose it is."""
        PolicyClaim.objects.filter(person_id=person_id).delete()
        ended = Policy.objects.filter(person_id=person_id, state=PolicyState.ACTIVE.value)
        if not ended.update(state=PolicyState.ENDED.value, why_ended=WhyEnded.GONE.value):
            return
        act = Act(action="end-policy", purpose="identity-check", ground="snils-moved")
        log_act(act, person_id=person_id, by=by, origin=origin, now=now)
