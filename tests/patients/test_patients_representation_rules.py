"""Who may do what for whom, as a truth table, and every edge of it to the second."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from medkarta.patients.rules.representation import (
    AGES,
    ZONES,
    Age,
    BadTermsError,
    Change,
    Doing,
    Kind,
    NoSuchAgeError,
    Paper,
    Right,
    Terms,
    Verdict,
    age_of,
    birthday,
    changes,
    check_terms,
    may,
    standing,
    until,
)

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
EVERY = frozenset(Doing)
LEGAL = Right(
    kind=Kind.PARENT,
    paper=Paper.BIRTH_CERTIFICATE,
    doings=EVERY,
    born=date(2016, 5, 5),
    zone="Europe/Moscow",
    active_from=AT - timedelta(days=30),
    active_to=None,
    ended_at=None,
)
TRUSTED = replace(LEGAL, kind=Kind.TRUSTED, paper=None, doings=frozenset({Doing.READ}))
TERMS = Terms(
    email="a@example.test",
    doings=frozenset({Doing.READ}),
    sections=frozenset({"labs"}),
    active_to=date(2027, 11, 23),
)
YES, OWN, GROWN, NOT = Verdict.YES, Verdict.OWN_SAY, Verdict.GROWN_UP, Verdict.NOT_GIVEN


@pytest.mark.parametrize(
    ("right", "born", "expected"),
    [
        # READ, BOOK, MESSAGES, SIGN
        (LEGAL, date(2016, 5, 5), (YES, YES, YES, YES)),
        (LEGAL, date(2010, 5, 5), (YES, YES, YES, OWN)),
        (LEGAL, date(2008, 5, 5), (GROWN, GROWN, GROWN, GROWN)),
        (TRUSTED, date(2008, 5, 5), (YES, NOT, NOT, NOT)),
        (TRUSTED, date(1950, 5, 5), (YES, NOT, NOT, NOT)),
        (TRUSTED, None, (YES, NOT, NOT, NOT)),
        (
            replace(LEGAL, kind=Kind.GUARDIAN, paper=Paper.GUARDIANSHIP_ACT),
            date(2010, 5, 5),
            (YES, YES, YES, OWN),
        ),
        (
            replace(LEGAL, kind=Kind.GUARDIAN, paper=Paper.COURT_INCAPACITY),
            date(1950, 5, 5),
            (YES, YES, YES, YES),
        ),
        (replace(LEGAL, doings=frozenset()), date(2016, 5, 5), (NOT, NOT, NOT, NOT)),
    ],
)
def test_who_may_do_what(right, born, expected):
    right = replace(right, born=born)
    assert tuple(may(act, right, at=AT) for act in Doing) == expected


@pytest.mark.parametrize(("ended", "begun", "past", "born"), list(product([True, False], repeat=4)))
def test_a_right_stands_only_while_nothing_has_ended_it(ended, begun, past, born):
    right = replace(
        LEGAL,
        ended_at=AT if ended else None,
        active_from=AT if begun else AT + timedelta(seconds=1),
        active_to=date(2026, 11, 22) if past else date(2026, 11, 23),
        born=date(2016, 5, 5) if born else None,
    )
    told = (
        (ended, Verdict.ENDED),
        (not begun, Verdict.NOT_YET),
        (past, Verdict.PAST),
        (not born, Verdict.AGE_UNKNOWN),
    )
    expected = next((verdict for is_so, verdict in told if is_so), Verdict.YES)
    assert standing(right, at=AT) is expected
    assert {may(act, right, at=AT) for act in Doing} == {expected}


BORN = {
    date(2008, 12, 1): date(2026, 12, 1),
    date(2008, 2, 29): date(2026, 3, 1),
    date(2009, 1, 1): date(2027, 1, 1),
}


@pytest.mark.parametrize("zone", ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka"])
@pytest.mark.parametrize(("born", "grown"), BORN.items())
def test_at_midnight_of_the_eighteenth_birthday_the_right_is_gone(zone, born, grown):
    right = replace(LEGAL, born=born, zone=zone, active_from=datetime(2020, 1, 1, tzinfo=UTC))
    first = datetime(grown.year, grown.month, grown.day, tzinfo=ZoneInfo(zone))
    last = first.astimezone(UTC) - timedelta(microseconds=1)
    assert standing(right, at=last) is Verdict.YES
    assert may(Doing.READ, right, at=last) is Verdict.YES
    assert until(right, at=last) == first
    assert {may(act, right, at=first) for act in Doing} == {Verdict.GROWN_UP}


@pytest.mark.parametrize("zone", ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka"])
def test_at_midnight_of_the_fifteenth_birthday_the_own_say_begins_and_reading_stays(zone):
    right = replace(LEGAL, born=date(2011, 12, 1), zone=zone)
    first = datetime(2026, 12, 1, tzinfo=ZoneInfo(zone))
    last = first - timedelta(seconds=1)
    assert may(Doing.SIGN, right, at=last) is Verdict.YES
    assert may(Doing.SIGN, right, at=first) is Verdict.OWN_SAY
    assert may(Doing.READ, right, at=first) is Verdict.YES


def test_kamchatka_is_nine_hours_before_moscow():
    at = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    right = replace(LEGAL, born=date(2008, 12, 1))
    assert standing(replace(right, zone="Asia/Kamchatka"), at=at) is Verdict.GROWN_UP
    assert standing(right, at=at) is Verdict.YES


def test_a_trusted_persons_last_day_is_whole():
    right = replace(TRUSTED, active_to=date(2026, 11, 23))
    midnight = datetime(2026, 11, 24, tzinfo=ZoneInfo("Europe/Moscow"))
    assert standing(right, at=midnight - timedelta(seconds=1)) is Verdict.YES
    assert standing(right, at=midnight) is Verdict.PAST
    assert until(right, at=AT) == midnight


def test_the_earliest_end_counts():
    right = replace(LEGAL, active_to=date(2027, 1, 1), ended_at=AT)
    assert until(right, at=AT) == AT
    assert until(replace(TRUSTED, active_to=None), at=AT) is None


def test_ages_are_a_table_with_days_from_which_they_hold():
    assert age_of(Change.MAJORITY, on=date(2020, 8, 10)).years == 15
    assert age_of(Change.MAJORITY, on=date(2020, 8, 11)).years == 18
    with pytest.raises(NoSuchAgeError):
        age_of(Change.OWN_SAY, on=date(2011, 12, 31))
    # A change of the law is a line more, and nothing else.
    law = Age(change=Change.OWN_SAY, years=14, since=date(2027, 1, 1), law="a law to come")
    right = replace(LEGAL, born=date(2012, 6, 1))
    ages = (*AGES, law)
    before, after = (datetime(2026, 12, 31, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC))
    assert may(Doing.SIGN, right, at=before, ages=ages) is Verdict.YES
    assert may(Doing.SIGN, right, at=after, ages=ages) is Verdict.OWN_SAY


def test_what_the_coming_birthdays_change():
    right = replace(LEGAL, born=date(2011, 12, 1))
    told = [(one.day, one.age.change) for one in changes(right, at=AT)]
    assert told == [
        (date(2026, 12, 1), Change.OWN_SAY),
        (date(2027, 12, 1), Change.OWN_SAY_ADDICTION),
        (date(2029, 12, 1), Change.MAJORITY),
    ]
    assert changes(TRUSTED, at=AT) == ()
    court = replace(LEGAL, kind=Kind.GUARDIAN, paper=Paper.COURT_INCAPACITY)
    assert changes(court, at=AT) == ()


def test_birthdays_of_the_leap_day():
    assert birthday(date(2008, 2, 29), 15) == date(2023, 3, 1)
    assert birthday(date(2008, 2, 29), 16) == date(2024, 2, 29)


def test_every_zone_is_known_to_the_machine():
    assert len({ZoneInfo(zone).utcoffset(AT) for zone in ZONES}) == 11


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"doings": frozenset()}, "doings"),
        ({"doings": frozenset({Doing.SIGN})}, "doings"),
        ({"sections": frozenset()}, "sections"),
        ({"doings": frozenset({Doing.BOOK})}, "sections"),
        ({"active_to": date(2026, 11, 22)}, "active_to"),
        ({"active_to": date(2029, 11, 23)}, "active_to"),
    ],
)
def test_terms_that_are_none(change, part):
    with pytest.raises(BadTermsError, match=part):
        check_terms(replace(TERMS, **change), today=date(2026, 11, 23))


def test_terms_of_a_day_and_of_three_years_hold_and_each_has_its_own_digest():
    for day in (date(2026, 11, 23), date(2029, 11, 22)):
        check_terms(replace(TERMS, active_to=day), today=date(2026, 11, 23))
    others = [
        replace(TERMS, email="b@example.test"),
        replace(TERMS, sections=frozenset({"visits"})),
        replace(TERMS, active_to=date(2027, 11, 24)),
    ]
    assert len({one.sha256 for one in (TERMS, *others)}) == 4
