"""Two accounts and one policy at the same moment: one gets it, the other the generic refusal.

A hundred and fifty rounds, so that the whole run stays short; RACE_ROUNDS=1000 makes a thousand.
"""

import os
from threading import Barrier, Thread

import citizens
import pytest
from citizens import NOW
from django.db import connection

from medkarta.accounts.models import Account
from medkarta.accounts.rules import Level
from medkarta.foundation.policies import PolicyKind, PolicyNumber
from medkarta.insurance import actions
from medkarta.insurance.models import InsuredLine, Policy
from medkarta.insurance.queries import PolicyView
from medkarta.patients import actions as patients

ROUNDS = int(os.environ.get("RACE_ROUNDS", "150"))


def twins():
    """Two verified accounts of one person's data: the register bears out either."""
    first, second = citizens.confirmed(1), citizens.with_account(2)
    patients.record_personal_data(
        person_id=second.person_id,
        data=first.data,
        by=second.account_id,
        origin=citizens.ORIGIN,
        now=NOW,
    )
    Account.objects.filter(pk=second.account_id).update(level=Level.VERIFIED.value)
    return first, second


def numbers(holder):
    """A line in the register for each round."""
    rounds = [PolicyNumber(PolicyKind.TEMPORARY, "", f"{one:09d}") for one in range(ROUNDS)]
    data = holder.data
    InsuredLine.objects.bulk_create(
        InsuredLine(
            kind=one.kind.value,
            number=one.number,
            family=data.family,
            given=data.given,
            patronymic=data.patronymic,
            birth_date=data.birth_date,
            snils=data.snils.digits,
            insurer="Страховая вымышленная",
            active_from=NOW.date().replace(year=2020),
        )
        for one in rounds
    )
    return rounds


@pytest.mark.django_db(transaction=True)
def test_of_two_accounts_one_gets_the_policy_in_every_round():
    both = twins()
    rounds = numbers(both[0])
    barrier = Barrier(2, timeout=60)
    answers = {citizen.number: [] for citizen in both}

    def run(citizen):
        try:
            for round_, number in enumerate(rounds):
                barrier.wait()
                day = citizens.later(days=2 * round_)  # no round counts against the next
                try:
                    answers[citizen.number].append(
                        citizens.link_policy(citizen, number=number, now=day)
                    )
                except actions.PolicyNotConfirmedError as refusal:
                    answers[citizen.number].append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(citizen,)) for citizen in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [
        [isinstance(answer, PolicyView) for answer in pair]
        for pair in zip(*answers.values(), strict=True)
    ]
    assert len(won) == ROUNDS
    assert all(pair.count(True) == 1 for pair in won)
    assert Policy.objects.count() == ROUNDS
    assert Policy.objects.filter(state="active").count() <= len(both)
    assert all(any(pair[place] for pair in won) for place in (0, 1)), "nobody won every round"
