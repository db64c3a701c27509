"""What each level may do: one table, and the gates go by it."""

import pytest

from medkarta.accounts.rules import NEEDED, Doing, Level, may, reaches

SIMPLIFIED, STANDARD, VERIFIED = Level


@pytest.mark.parametrize(
    ("doing", "by_password", "by_two"),
    [
        (Doing.SIGN_IN_DATA, {SIMPLIFIED, STANDARD, VERIFIED}, {SIMPLIFIED, STANDARD, VERIFIED}),
        (Doing.NEXT_VISIT, {STANDARD, VERIFIED}, {STANDARD, VERIFIED}),
        (Doing.BOOKING, set(), {STANDARD, VERIFIED}),
        (Doing.POLICY, set(), {VERIFIED}),
        (Doing.CONSENT, set(), {VERIFIED}),
        (Doing.RECORD, set(), {VERIFIED}),
        (Doing.PRESCRIPTIONS, set(), {VERIFIED}),
        (Doing.PEOPLE, set(), {VERIFIED}),
    ],
)
def test_a_doing_is_open_to_these_levels(doing, by_password, by_two):
    assert {one for one in Level if may(one, doing, two_factors=False)} == by_password
    assert {one for one in Level if may(one, doing, two_factors=True)} == by_two


def test_every_doing_stands_in_the_table():
    assert set(NEEDED) == set(Doing)


def test_without_an_account_nothing_is_open():
    assert not any(may(None, doing, two_factors=True) for doing in Doing)
    assert not reaches(None, Doing.SIGN_IN_DATA)
