"""Whom the person lets read what: a truth table, an oracle, and the days in their own zone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import citizens
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medkarta.access.grants import Section
from medkarta.consents import actions, queries
from medkarta.consents.rules import (
    SECTIONS,
    ZONES,
    Asked,
    Audience,
    Choice,
    Effect,
    Kind,
    NothingChosenError,
    Term,
    WrongDayError,
    check_choice,
    end_of_day,
    open_sections,
)
from medkarta.foundation.ids import ClinicId, new_uuid

START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)
OURS, OTHER = ClinicId(new_uuid()), ClinicId(new_uuid())
MICROSECOND = timedelta(microseconds=1)


def term(effect=Effect.ALLOW, **changes):
    usual = Term(
        effect=effect,
        audience=Audience.ONE,
        organisation=OURS,
        sections=frozenset({"labs", "visits"}),
        purpose="treatment",
        start=START,
        end=END,
    )
    return replace(usual, **changes)


def asked(**changes):
    return replace(Asked(organisation=OURS, purpose="treatment", at=START), **changes)


EVERYBODY = {"audience": Audience.ALL, "organisation": None}
TABLE = {
    "nothing signed": ([], {}, set()),
    "signed": ([term()], {}, {"labs", "visits"}),
    "another organisation asks": ([term()], {"organisation": OTHER}, set()),
    "all connected": ([term(**EVERYBODY)], {"organisation": OTHER}, {"labs", "visits"}),
    "another purpose": ([term()], {"purpose": "research"}, set()),
    "no sections": ([term(sections=frozenset())], {}, set()),
    "an organisation missing is not all": ([term(organisation=None)], {}, set()),
    "nobody is not all": ([term(audience=Audience.NOBODY)], {}, set()),
    "a moment before": ([term()], {"at": START - MICROSECOND}, set()),
    "the first moment": ([term()], {"at": START}, {"labs", "visits"}),
    "the last moment": ([term()], {"at": END - MICROSECOND}, {"labs", "visits"}),
    "the end": ([term()], {"at": END}, set()),
    "an end before the start": ([term(end=START - MICROSECOND)], {}, set()),
    "no length": ([term(end=START)], {}, set()),
    "denied": ([term(), term(Effect.DENY, sections=frozenset({"labs"}))], {}, {"visits"}),
    "denied to all, allowed to one": (
        [term(Effect.DENY, **EVERYBODY, sections=frozenset({"labs"})), term()],
        {},
        {"visits"},
    ),
    "denied to one, allowed to all": ([term(**EVERYBODY), term(Effect.DENY)], {}, set()),
    "a denial alone": ([term(Effect.DENY)], {}, set()),
    "a denial that is over": ([term(), term(Effect.DENY, end=START)], {}, {"labs", "visits"}),
    "two consents": ([term(sections=frozenset({"labs"})), term(sections=frozenset({"exams"}))],
                     {}, {"labs", "exams"}),
}  # fmt: skip


@pytest.mark.parametrize(("terms", "changes", "opened"), TABLE.values(), ids=TABLE.keys())
def test_the_truth_table(terms, changes, opened):
    assert open_sections(terms, asked(**changes)) == opened
    assert open_sections(list(reversed(terms)), asked(**changes)) == opened


def oracle(terms, one):  # noqa: C901, PLR0912  # plainly, on purpose
    """The same said plainly: section by section, look for a denial, then for a consent."""
    opened = set()
    for section in SECTIONS:
        allowed = denied = False
        for each in terms:
            if section not in each.sections:
                continue
            if each.purpose != one.purpose:
                continue
            if each.audience == "one" and each.organisation != one.organisation:
                continue
            if each.audience == "nobody":
                continue
            if one.at < each.start:
                continue
            if each.end is not None and one.at >= each.end:
                continue
            if each.effect == "deny":
                denied = True
            else:
                allowed = True
        if allowed and not denied:
            opened.add(section)
    return opened


MOMENTS = st.sampled_from([START + timedelta(days=day) for day in range(6)])
CLINICS = st.sampled_from([OURS, OTHER])
TERMS = st.builds(
    Term,
    effect=st.sampled_from(Effect),
    audience=st.sampled_from(Audience),
    organisation=CLINICS,
    sections=st.frozensets(st.sampled_from(sorted(SECTIONS)), max_size=4),
    purpose=st.sampled_from(["treatment", "research"]),
    start=MOMENTS,
    end=st.none() | MOMENTS,
)
ASKED = st.builds(
    Asked, organisation=CLINICS, purpose=st.sampled_from(["treatment", "research"]), at=MOMENTS
)


@settings(max_examples=2_000, deadline=None)
@given(st.lists(TERMS, max_size=7), ASKED)
def test_it_answers_as_the_plain_oracle_does(terms, one):
    assert open_sections(terms, one) == oracle(terms, one)


def test_the_sections_that_can_be_chosen_are_those_of_the_record():
    assert set(SECTIONS) == {section.value for section in Section}


class TestDays:
    """«По день» includes the whole of that day where the person says they live."""

    @pytest.mark.parametrize(
        ("zone", "end"),
        [
            ("Europe/Kaliningrad", datetime(2026, 12, 31, 22, tzinfo=UTC)),
            ("Europe/Moscow", datetime(2026, 12, 31, 21, tzinfo=UTC)),
            ("Asia/Kamchatka", datetime(2026, 12, 31, 12, tzinfo=UTC)),
        ],
    )
    def test_the_day_ends_at_the_midnight_of_its_zone(self, zone, end):
        assert end_of_day(date(2026, 12, 31), zone) == end

    def test_a_leap_day_is_a_day(self):
        end = end_of_day(date(2028, 2, 29), "Europe/Moscow")
        assert end == datetime(2028, 2, 29, 21, tzinfo=UTC)

    def test_each_zone_is_as_far_from_utc_as_its_words_say(self):
        for zone, words in ZONES.items():
            hours = (datetime(2026, 7, 1, tzinfo=UTC) - end_of_day(date(2026, 6, 30), zone)).seconds
            assert all(f"(UTC+{hours // 3600})" in one for one in words)

    @pytest.mark.parametrize("until", [None, date(2026, 11, 22), date(2032, 1, 1)])
    def test_an_access_has_its_last_day_neither_past_nor_far(self, until):
        with pytest.raises(WrongDayError):
            check_choice(replace(access(), until=until), citizens.NOW)

    def test_today_is_a_last_day_and_it_is_todays_where_the_person_lives(self):
        late = datetime(2026, 11, 23, 13, tzinfo=UTC)
        check_choice(access(until=date(2026, 11, 23)), late)
        with pytest.raises(WrongDayError):
            check_choice(access(until=date(2026, 11, 23), zone="Asia/Kamchatka"), late)

    @pytest.mark.parametrize(
        "changes",
        [
            {"sections": frozenset()},
            {"sections": frozenset({"everything"})},
            {"audience": Audience.NOBODY},
            {"organisation": None},
            {"audience": Audience.ALL},
        ],
    )
    def test_what_is_not_said_is_not_everything(self, changes):
        with pytest.raises(NothingChosenError):
            check_choice(access(**changes), citizens.NOW)


def access(kind=Kind.ACCESS, **changes):
    usual = Choice(
        kind=kind,
        audience=Audience.ONE,
        organisation=OURS,
        sections=frozenset({"labs", "visits"}),
        until=date(2026, 12, 31),
    )
    return replace(usual, **changes)


@pytest.mark.django_db(transaction=True)
class TestTermsOfAPerson:
    def opened(self, citizen, clinic, at):
        terms = queries.terms(citizen.person_id, at=at)
        return open_sections(terms, Asked(organisation=clinic, purpose="treatment", at=at))

    def signed(self):
        citizen, clinic = citizens.consenting(), citizens.clinic()
        choice = access(organisation=clinic)
        citizens.sign(citizen, choice, now=citizens.later(minutes=1))
        return citizen, clinic

    def test_a_signed_access_opens_its_sections_to_its_organisation_until_its_day(self):
        citizen, clinic = self.signed()
        assert self.opened(citizen, clinic, citizens.later(minutes=1)) == {"labs", "visits"}
        assert self.opened(citizen, clinic, citizens.NOW) == set()
        assert self.opened(citizen, OTHER, citizens.later(minutes=1)) == set()
        end = end_of_day(date(2026, 12, 31), "Europe/Moscow")
        assert self.opened(citizen, clinic, end - MICROSECOND) == {"labs", "visits"}
        assert self.opened(citizen, clinic, end) == set()

    def test_a_denial_signed_before_or_after_wins(self):
        citizen, clinic = self.signed()
        denial = access(Kind.DENIAL, audience=Audience.ALL, organisation=None, until=None,
                        sections=frozenset({"labs"}))  # fmt: skip
        citizens.sign(citizen, denial, now=citizens.later(minutes=2))
        again = access(organisation=clinic, sections=frozenset({"labs", "exams"}))
        citizens.sign(citizen, again, now=citizens.later(minutes=3))
        assert self.opened(citizen, clinic, citizens.later(minutes=4)) == {"exams"}

    def test_withdrawn_it_opens_nothing_from_that_moment(self):
        citizen, clinic = self.signed()
        (one,) = [o for o in queries.history(citizen.person_id) if o.kind is Kind.ACCESS]
        moment = citizens.later(minutes=5)
        actions.withdraw_one(
            person_id=citizen.person_id,
            consent_id=one.consent_id,
            by=citizen.account_id,
            origin=citizens.ORIGIN,
            now=moment,
        )
        assert self.opened(citizen, clinic, moment) == set()
        assert self.opened(citizen, clinic, moment - MICROSECOND) == {"labs", "visits"}

    def test_without_the_processing_there_are_no_terms_and_they_do_not_come_back_by_themselves(
        self,
    ):
        citizen, clinic = self.signed()
        actions.withdraw(
            person_id=citizen.person_id,
            kind=Kind.PROCESSING,
            by=citizen.account_id,
            origin=citizens.ORIGIN,
            now=citizens.later(minutes=5),
        )
        assert queries.terms(citizen.person_id, at=citizens.later(minutes=5)) == ()
        citizens.sign(citizen, now=citizens.later(minutes=6))
        assert self.opened(citizen, clinic, citizens.later(minutes=7)) == set()
