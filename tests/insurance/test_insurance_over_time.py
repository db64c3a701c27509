"""A policy over time: asked about again, ended by the register's word, mended by the person."""

from dataclasses import replace
from datetime import timedelta

import citizens
import pytest
from citizens import NOW
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from medkarta.access import actions as access
from medkarta.access.grants import Gate, Grant
from medkarta.audit import queries as audit
from medkarta.foundation.policies import PolicyKind, PolicyNumber
from medkarta.insurance import actions, queries, queue
from medkarta.insurance.models import InsuredLine, LinkAttempt, Policy, PolicyClaim
from medkarta.insurance.ports import RegisterSilentError
from medkarta.insurance.rules import (
    MOST_ATTEMPTS,
    ClaimOutcome,
    NamePart,
    PolicyState,
    WhyEnded,
    next_try,
)
from medkarta.notifications import queries as notifications

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = citizens.later(days=30)


class SilentRegister:
    """The register on a day when it does not answer."""

    asked = 0

    def look_up(self, *_, **__):
        type(self).asked += 1
        raise RegisterSilentError

    find_for = look_up


@pytest.fixture
def silence(settings):
    """Make the register silent; what is answered gives it its voice back."""
    voice = settings.INSURED_REGISTER
    settings.INSURED_REGISTER = f"{__name__}.SilentRegister"
    SilentRegister.asked = 0

    def end():
        settings.INSURED_REGISTER = voice

    return end


def letters_to(citizen):
    return [one.subject for one in notifications.recent() if one.address == citizen.email]


def actions_of(citizen, limit=1):
    lines = audit.entries(person_id=citizen.person_id, before=None, limit=limit)
    return [(line.said.action, line.said.actor_role) for line in lines]


def waiting(**line):
    """Somebody whose number waits for the register."""
    citizen = citizens.confirmed()
    if line:
        citizens.register(citizen, **line)
    with pytest.raises(RegisterSilentError):
        citizens.link_policy(citizen)
    return citizen


def opens(citizen, now):
    return access.open_own_record(
        reader=citizen.reader(), origin=citizens.ORIGIN, look=citizens.LABS, now=now
    )


class TestCheckedAgain:
    def test_after_a_month_and_not_before(self):
        citizens.insured()
        assert actions.check_policies(now=MONTH - timedelta(seconds=1)) == 0
        assert actions.check_policies(now=MONTH) == 1
        assert Policy.objects.get().checked_at == MONTH
        assert actions.check_policies(now=MONTH + timedelta(days=1)) == 0

    def test_in_batches_the_oldest_first(self):
        people = [citizens.confirmed(1)]
        for number in (2, 3):
            people.append(citizens.with_data(number))
            citizens.confirm(people[-1], by=citizens.operator())
        for day, citizen in enumerate(people):
            citizens.register(citizen)
            citizens.link_policy(citizen, now=citizens.later(days=day))
        late = citizens.later(days=40)
        assert actions.check_policies(now=late, batch=2) == 2
        left = Policy.objects.exclude(checked_at=late)
        assert [one.person_id for one in left] == [people[2].person_id]

    def test_what_has_not_changed_leaves_no_line_and_no_letter(self):
        citizen = citizens.insured()
        with citizens.nothing_written_after(citizen):
            actions.check_policies(now=MONTH)
        assert letters_to(citizen) == []

    def test_a_new_insurer_and_last_day_are_taken_over(self):
        citizen = citizens.insured()
        until = MONTH.date() + timedelta(days=100)
        citizens.register(citizen, insurer="Новая вымышленная", active_to=until)
        actions.check_policies(now=MONTH)
        view = queries.policy_of(citizen.person_id, now=MONTH)
        assert (view.insurer, view.active_to) == ("Новая вымышленная", until)

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ({"active_to": NOW.date() + timedelta(days=5)}, WhyEnded.EXPIRED),
            ({"snils": None, "family": "Чужая"}, WhyEnded.GONE),
            (None, WhyEnded.GONE),
        ],
    )
    def test_ended_or_gone_closes_the_gate_and_says_how_to_mend_it(self, line, why):
        citizen = citizens.with_open_record()
        assert isinstance(opens(citizen, NOW), Grant)
        if line is None:
            InsuredLine.objects.all().delete()
        elif "active_to" in line:
            citizens.register(citizen, **line)
        else:
            citizens.register(citizen, holder=replace(citizen.data, **line))
        for _ in range(2):
            actions.check_policies(now=MONTH)
        assert opens(citizen, MONTH).gate is Gate.POLICY
        view = queries.policy_of(citizen.person_id, now=MONTH)
        assert (view.state, view.why_ended) == (PolicyState.ENDED, why)
        assert letters_to(citizen) == ["Медкарта: полис больше не действует"]
        assert ("end-policy", "system") in actions_of(citizen, limit=5)
        citizens.register(citizen, number=citizen.policy)
        citizens.link_policy(citizen, now=MONTH)
        assert isinstance(opens(citizen, MONTH), Grant)

    def test_another_name_in_the_register_closes_nothing(self):
        citizen = citizens.insured()
        citizens.register(citizen, holder=replace(citizen.data, family="Замужняя"))
        actions.check_policies(now=MONTH)
        assert Policy.objects.get().state == "active"

    def test_a_silent_register_changes_nothing_and_is_left_alone(self, settings):
        SilentRegister.asked = 0
        for number in range(1, 6):
            citizen = citizens.with_data(number)
            citizens.confirm(citizen, by=citizens.operator())
            citizens.register(citizen)
            citizens.link_policy(citizen)
        settings.INSURED_REGISTER = f"{__name__}.SilentRegister"
        assert actions.check_policies(now=MONTH) == 0
        assert SilentRegister.asked == 3
        assert set(Policy.objects.values_list("state", "checked_at")) == {("active", NOW)}

    def test_old_attempts_are_swept_away(self):
        citizen = citizens.confirmed()
        LinkAttempt.objects.create(person_id=citizen.person_id, at=NOW)
        actions.check_policies(now=citizens.later(days=1))
        assert LinkAttempt.objects.count() == 1
        actions.check_policies(now=citizens.later(days=3))
        assert not LinkAttempt.objects.exists()


class TestAtUse:
    def jobs_of(self, citizen):
        jobs = ProcrastinateJob.objects.filter(task_name=queue.CHECK_POLICY)
        return [one.args for one in jobs if str(citizen.person_id) in str(one.args)]

    def test_an_old_check_is_renewed_behind_the_page_by_a_job_that_holds_no_number(self):
        citizen = citizens.with_open_record()
        opens(citizen, citizens.later(days=60))
        assert self.jobs_of(citizen) == []
        for _ in range(3):
            assert isinstance(opens(citizen, citizens.later(days=61)), Grant)
        assert self.jobs_of(citizen) == [{"person_id": str(citizen.person_id)}]


class TestClaims:
    def test_a_number_waits_until_the_register_answers_and_the_person_is_told(self, silence):
        citizen = waiting(active_to=None)
        due = citizens.later(minutes=1)
        assert actions.check_claims(now=due) == 0
        assert actions.check_claims(now=due) == 0
        assert SilentRegister.asked == 2  # the second time is not due at once
        silence()
        later = citizens.later(minutes=10)
        assert actions.check_claims(now=later) == 1
        view = queries.policy_of(citizen.person_id, now=later)
        assert view.state is PolicyState.ACTIVE
        assert letters_to(citizen) == ["Медкарта: полис привязан"]
        assert actions_of(citizen) == [("link-policy", "system")]
        assert not PolicyClaim.objects.exists()
        assert not LinkAttempt.objects.exists()

    @pytest.mark.parametrize(
        ("line", "outcome", "differs"),
        [
            ({"number": PolicyNumber(PolicyKind.OLD, "", "1234")}, "not-confirmed", ()),
            ({"active_to": NOW.date() - timedelta(days=1)}, "ended", ()),
            ({"family": "Другая"}, "differs", (NamePart.FAMILY,)),
        ],
    )
    def test_a_refusal_is_told_by_letter_and_kept_for_the_page(
        self, silence, line, outcome, differs
    ):
        made = citizens.Citizen(number=1)
        if "family" in line:
            line = {"holder": replace(made.data, **line)}
        citizen = waiting(**line)
        silence()
        later = citizens.later(minutes=10)
        for _ in range(2):
            actions.check_claims(now=later)
        paper = queries.policy_paper(citizen.person_id, now=later)
        assert paper.policy is None
        assert (paper.claim.outcome, paper.claim.differs) == (ClaimOutcome(outcome), differs)
        assert letters_to(citizen) == ["Медкарта: полис не привязан"]
        assert queries.policy_of(citizen.person_id, now=later) is None
        assert LinkAttempt.objects.count() == (outcome == "not-confirmed")

    def test_waiting_numbers_are_no_way_around_the_five_attempts(self, settings, silence):
        voiceless = settings.INSURED_REGISTER
        citizen = citizens.confirmed()
        for serial in range(MOST_ATTEMPTS + 2):
            number = PolicyNumber(PolicyKind.TEMPORARY, "", f"{serial:09d}")
            settings.INSURED_REGISTER = voiceless
            with pytest.raises((RegisterSilentError, actions.TooManyAttemptsError)):
                citizens.link_policy(citizen, number=number)
            silence()
            actions.check_claims(now=citizens.later(hours=serial))
        assert LinkAttempt.objects.count() == MOST_ATTEMPTS

    def test_the_next_number_takes_the_place_of_what_was_said(self, silence):
        citizen = waiting()
        silence()
        actions.check_claims(now=citizens.later(minutes=10))
        citizens.register(citizen)
        assert citizens.link_policy(citizen).state is PolicyState.ACTIVE
        assert not PolicyClaim.objects.exists()

    def test_pauses_grow_up_to_eight_hours(self):
        pauses = [next_try(tries, NOW) - NOW for tries in range(1, 30)]
        assert pauses[0] == timedelta(minutes=1)
        assert pauses == sorted(pauses)
        assert pauses[-1] == timedelta(hours=8)

    @pytest.mark.usefixtures("silence")
    def test_finding_keeps_nothing_when_the_register_is_silent(self):
        citizen = citizens.confirmed()
        with pytest.raises(RegisterSilentError):
            actions.find_policy(
                person_id=citizen.person_id,
                by=citizen.account_id,
                origin=citizens.ORIGIN,
                now=NOW,
            )
        assert not PolicyClaim.objects.exists()
        assert not LinkAttempt.objects.exists()


def test_the_rows_of_before_are_kept_by_the_migration():
    citizen = citizens.confirmed()
    recorder = MigrationRecorder(connection)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE policy, policy_claim, policy_link_attempt, insured_line")
    for name in [name for label, name in recorder.applied_migrations() if label == "insurance"]:
        recorder.record_unapplied("insurance", name)
    try:
        call_command("migrate", "insurance", "0001", verbosity=0)
        digits = citizen.policy.number
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO policy VALUES (%s, 'active', 'Страховая', NULL, now(), now(), %s)",
                [digits, citizen.person_id],
            )
            cursor.execute(
                "INSERT INTO policy_claim VALUES (%s, %s, now())", [citizen.person_id, digits]
            )
            cursor.execute(
                "INSERT INTO registered_insured VALUES"
                " (%s, 'А', 'Б', '', '1985-03-15', '', 'Страховая', '2020-01-01', NULL)",
                [digits],
            )
    finally:
        call_command("migrate", "insurance", verbosity=0)
    assert Policy.objects.get().policy_number == citizen.policy
    assert PolicyClaim.objects.get().policy_number == citizen.policy
    assert PolicyClaim.objects.get().next_try_at is not None
    assert InsuredLine.objects.get().policy_number == citizen.policy


def test_the_jobs_are_there_and_told_when_to_run():
    periodic = {name for name, _ in app.periodic_registry.periodic_tasks}
    assert {queue.CHECK_CLAIMS, queue.CHECK_POLICIES} <= periodic
    assert {queue.MISSED, queue.CHECK_POLICY} <= app.tasks.keys()
