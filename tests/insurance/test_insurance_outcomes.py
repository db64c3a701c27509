"""What the register's line means: told to the one whose it is, and to nobody else."""

from dataclasses import replace
from datetime import date, timedelta

import citizens
import pytest
from citizens import NOW
from django.db import connection
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from medkarta.audit import queries as audit
from medkarta.foundation.policies import PolicyKind, PolicyNumber
from medkarta.foundation.snils import Snils
from medkarta.insurance import actions, queries
from medkarta.insurance.models import LinkAttempt, Policy
from medkarta.insurance.rules import MANY_MISSES, MOST_ATTEMPTS, NamePart, PolicyState, WhyEnded

pytestmark = pytest.mark.django_db(transaction=True)
ABSENT = PolicyNumber(PolicyKind.TEMPORARY, "", "123456789")
NUMBERS = [
    PolicyNumber(PolicyKind.OLD, "770000", "9000150385"),
    PolicyNumber(PolicyKind.OLD, "", "3400123456789012"),
    PolicyNumber(PolicyKind.OLD, "АБ", "123456"),
    PolicyNumber(PolicyKind.TEMPORARY, "", "990000001"),
]


def find(citizen, now=NOW):
    return actions.find_policy(
        person_id=citizen.person_id, by=citizen.account_id, origin=citizens.ORIGIN, now=now
    )


def answer(citizen, number):
    with pytest.raises(Exception) as caught:  # noqa: PT011  # which one is what is asked
        citizens.link_policy(citizen, number=number)
    return caught.value


class TestKinds:
    @pytest.mark.parametrize("number", NUMBERS, ids=repr)
    def test_a_policy_of_any_kind_opens_the_gate(self, number):
        citizen = citizens.confirmed()
        citizens.register(citizen, number=number)
        view = citizens.link_policy(citizen, number=number)
        assert (view.kind, view.state) == (number.kind, PolicyState.ACTIVE)
        assert citizens.link_policy(citizen, number=number) == view

    def test_an_enp_with_a_last_day_is_a_policy_with_a_term(self):
        citizen = citizens.confirmed()
        citizens.register(citizen, active_to=NOW.date() + timedelta(days=200))
        view = citizens.link_policy(citizen)
        assert (view.kind, view.ends_soon) == (PolicyKind.UNIFORM_TERM, False)

    def test_one_that_ends_within_a_month_says_so(self):
        citizen = citizens.confirmed()
        citizens.register(citizen, number=NUMBERS[3], active_to=NOW.date() + timedelta(days=30))
        assert citizens.link_policy(citizen, number=NUMBERS[3]).ends_soon

    def test_the_same_digits_of_another_kind_are_another_policy(self):
        one, other = citizens.confirmed(1), citizens.confirmed(2)
        digits = one.policy.number
        old = PolicyNumber(PolicyKind.OLD, "", digits)
        citizens.register(one)
        citizens.register(other, number=old)
        citizens.link_policy(one)
        citizens.link_policy(other, number=old)
        assert Policy.objects.filter(number=digits, state="active").count() == 2


class TestDataDiffer:
    @pytest.mark.parametrize(
        ("other", "parts"),
        [
            ({"family": "Другая"}, (NamePart.FAMILY,)),
            ({"given": "Алина"}, (NamePart.GIVEN,)),
            ({"patronymic": ""}, (NamePart.PATRONYMIC,)),
            ({"given": "А", "patronymic": "Б"}, (NamePart.GIVEN, NamePart.PATRONYMIC)),
        ],
    )
    def test_names_are_named_where_birth_date_and_snils_agree(self, other, parts):
        citizen = citizens.confirmed()
        citizens.register(citizen, holder=replace(citizen.data, **other))
        error = answer(citizen, citizen.policy)
        assert isinstance(error, actions.DataDifferError)
        assert error.fields == parts
        assert not LinkAttempt.objects.exists()

    @pytest.mark.parametrize(
        "other",
        [
            {"family": "Другая", "birth_date": date(1985, 3, 16)},
            {"family": "Другая", "snils": Snils.parse("112-233-445 95")},
            {"family": "Другая", "snils": None},
            {"birth_date": date(1985, 3, 16)},
            {"snils": Snils.parse("112-233-445 95")},
        ],
    )
    def test_nothing_is_named_of_any_other_line(self, other):
        citizen = citizens.confirmed()
        citizens.register(citizen, holder=replace(citizen.data, **other))
        error = answer(citizen, citizen.policy)
        assert isinstance(error, actions.PolicyNotConfirmedError)
        assert error.args == answer(citizen, ABSENT).args

    def test_a_latin_letter_in_the_registers_name_is_another_name(self):
        citizen = citizens.confirmed()
        citizens.register(citizen, holder=replace(citizen.data, given="Aлёна"))
        assert answer(citizen, citizen.policy).fields == (NamePart.GIVEN,)

    def test_names_in_each_others_place_are_not_the_person(self):
        citizen = citizens.confirmed()
        data = citizen.data
        swapped = replace(data, family=data.given, given=data.family, snils=None)
        citizens.register(citizen, holder=swapped)
        assert isinstance(answer(citizen, citizen.policy), actions.PolicyNotConfirmedError)


class TestNoOracle:
    def test_a_held_number_and_an_absent_one_make_the_database_do_the_same(self):
        owner, stranger = citizens.insured(1), citizens.confirmed(2)
        done = []
        for number in (owner.policy, ABSENT):
            with CaptureQueriesContext(connection) as captured:
                answer(stranger, number)
            done.append([query["sql"].split()[:3] for query in captured])
        assert done[0] == done[1]

    def test_many_misses_of_all_people_together_are_a_warning_without_numbers(self):
        stranger = citizens.confirmed()
        for _ in range(MANY_MISSES - 1):
            LinkAttempt.objects.create(person_id=stranger.person_id, at=NOW - timedelta(hours=2))
        attempt = LinkAttempt.objects.create(person_id=stranger.person_id, at=NOW)
        with capture_logs() as lines:
            actions.follow_miss(attempt=attempt.pk, now=NOW)
            assert lines == []
            LinkAttempt.objects.update(at=NOW)
            actions.follow_miss(attempt=attempt.pk, now=NOW)
        assert lines == [
            {
                "event": "policy.many_misses",
                "log_level": "warning",
                "misses": MANY_MISSES,
                "minutes": 60,
            }
        ]


class TestFinding:
    def test_the_registers_own_word_links_the_new_policy_and_ends_the_old(self):
        citizen = citizens.insured()
        citizens.register(citizen, number=NUMBERS[2], active_from=NOW.date())
        view = find(citizen)
        assert (view.kind, view.state) == (PolicyKind.OLD, PolicyState.ACTIVE)
        former = Policy.objects.get(state="ended")
        assert former.why_ended == WhyEnded.REPLACED
        line = audit.entries(person_id=citizen.person_id, before=None, limit=1)[0].said
        assert line.action == "link-policy"
        assert not LinkAttempt.objects.exists()

    def test_found_again_is_the_same_policy(self):
        citizen = citizens.insured()
        with citizens.nothing_written_after(citizen):
            assert find(citizen) == queries.policy_of(citizen.person_id, now=NOW)

    @pytest.mark.parametrize(
        "changes",
        [
            {"active_to": NOW.date() - timedelta(days=1)},
            {"family": "Другая"},
            {"birth_date": date(1985, 3, 16)},
            {"snils": None},
        ],
    )
    def test_nothing_is_linked_that_is_ended_or_not_the_persons(self, changes):
        citizen = citizens.confirmed()
        if "active_to" in changes:
            citizens.register(citizen, **changes)
        else:
            citizens.register(citizen, holder=replace(citizen.data, **changes))
        with pytest.raises(actions.PolicyNotConfirmedError):
            find(citizen)
        assert not Policy.objects.exists()

    def test_needs_a_confirmed_identity_and_counts_as_an_attempt(self):
        with pytest.raises(actions.IdentityNotConfirmedError):
            find(citizens.with_data(2))
        citizen = citizens.confirmed()
        for _ in range(MOST_ATTEMPTS):
            with pytest.raises(actions.PolicyNotConfirmedError):
                find(citizen)
        with pytest.raises(actions.TooManyAttemptsError):
            find(citizen)
