"""Reminders go to those who agreed to them, once, and not after they took it back."""

from dataclasses import replace
from datetime import date

import citizens
import pytest

from medkarta.consents import actions, jobs
from medkarta.consents.rules import Audience, Choice, Kind
from medkarta.notifications import actions as notifications
from medkarta.notifications.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

LETTERS = Choice(kind=Kind.LETTERS)
SOON = citizens.later(days=5)


def with_an_access_that_ends():
    citizen = citizens.consenting()
    access = Choice(
        kind=Kind.ACCESS,
        audience=Audience.ONE,
        organisation=citizens.clinic("Клиника неврозов"),
        sections=frozenset({"labs"}),
        until=date(2026, 11, 30),
    )
    citizens.sign(citizen, access, now=citizens.later(minutes=1))
    return citizen


def agree(citizen):
    citizens.sign(citizen, LETTERS, now=citizens.later(minutes=2))


def reminders(citizen):
    return Message.objects.filter(key__startswith=f"consent-reminder:{citizen.person_id}:")


def withdraw(citizen, kind=Kind.LETTERS):
    actions.withdraw(
        person_id=citizen.person_id,
        kind=kind,
        by=citizen.account_id,
        origin=citizens.ORIGIN,
        now=citizens.later(minutes=9),
    )


def test_nobody_is_written_to_who_did_not_agree():
    citizen = with_an_access_that_ends()
    actions.remind_all(now=SOON)
    assert not reminders(citizen).exists()


def test_an_access_that_ends_is_one_letter_without_clinic_or_health():
    citizen = with_an_access_that_ends()
    agree(citizen)
    for _time in range(3):
        actions.remind_all(now=SOON)
    letter = reminders(citizen).get()
    assert letter.address == citizen.email
    assert "30.11.2026" in letter.body
    for word in ("невроз", "анализ", "Ёлкина"):
        assert word not in (letter.subject + letter.body).lower()


def test_one_that_ends_later_is_not_written_about_yet():
    citizen = with_an_access_that_ends()
    agree(citizen)
    actions.remind_all(now=citizens.later(minutes=3))
    assert reminders(citizen).count() == 0


@pytest.mark.parametrize("kind", [Kind.LETTERS, Kind.PROCESSING])
def test_a_letter_that_has_not_left_is_called_back_by_the_withdrawal(kind):
    citizen = with_an_access_that_ends()
    agree(citizen)
    actions.remind_all(now=SOON)
    message_id = reminders(citizen).get().pk
    withdraw(citizen, kind)
    assert not reminders(citizen).exists()
    notifications.deliver(message_id=message_id, now=SOON)  # the job that was queued


def test_a_letter_that_has_left_stays_on_record():
    citizen = with_an_access_that_ends()
    agree(citizen)
    actions.remind_all(now=SOON)
    reminders(citizen).update(sent_at=SOON)
    withdraw(citizen)
    assert reminders(citizen).count() == 1


def test_the_job_that_was_queued_before_the_withdrawal_writes_nothing_after_it():
    citizen = with_an_access_that_ends()
    agree(citizen)
    withdraw(citizen)
    actions.remind(person_id=citizen.person_id, now=SOON)
    assert not reminders(citizen).exists()


def test_another_persons_letters_are_not_called_back():
    citizen = with_an_access_that_ends()
    agree(citizen)
    actions.remind_all(now=SOON)
    notifications.recall(beginning=f"consent-reminder:{citizens.new_uuid()}:")
    assert reminders(citizen).count() == 1


def test_the_daily_job_runs_without_anybody_to_remind():
    jobs.remind(timestamp=0)
    assert not Message.objects.exists()


def test_nothing_is_chosen_for_letters():
    citizen = citizens.consenting()
    odd = replace(citizens.paper(citizen, LETTERS), choice=replace(LETTERS, zone="Asia/Omsk"))
    with pytest.raises(ValueError, match="nothing to choose"):
        citizens.put_name_under(citizen, odd, now=citizens.later(minutes=1))
