"""The same seed makes the same people everywhere, each apart from the others, as many as wished."""

import hashlib
import sys
from datetime import date
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medkarta.demo.cast import CAST, SHOWCASE
from medkarta.demo.identifiers import FIRST_GENERATED
from medkarta.demo.population import (
    LAST_DAY,
    TooManyPeopleError,
    person,
    population,
)
from medkarta.demo.population.citizens import MOST_PEOPLE, citizen
from medkarta.demo.population.dice import Dice
from medkarta.demo.population.names import FAMILIES
from medkarta.foundation.enp import Enp
from medkarta.foundation.snils import Snils

# Changes whenever what is told changes: then run the tests and write the new one here.
DIGEST = "7dac078ddcf5c3f2135c31a235152a2df6012338160976886db44a708f9de5b2"


def digest(people, seed):
    hashed = hashlib.sha256()
    for one in population(people=people, seed=seed):
        for bundle in one.bundles:
            hashed.update(bundle)
    return hashed.hexdigest()


def test_the_same_seed_is_the_same_bytes_on_every_machine():
    found = digest(people=12, seed=1)
    assert found == DIGEST, f"what is told has changed; when that was meant, pin {found}"


def test_different_seeds_are_different_people():
    assert digest(people=2, seed=1) != digest(people=2, seed=2)
    first = {one.citizen.snils for one in population(people=20, seed=1)}
    other = {one.citizen.snils for one in population(people=20, seed=2)}
    assert not first & other


def test_anybody_can_be_made_alone():
    *_, last = population(people=4, seed=3)
    assert person(seed=3, index=3) == last


def test_people_come_one_at_a_time():
    stream = population(people=MOST_PEOPLE, seed=1)
    assert len(list(islice(stream, 2))) == 2
    assert sys.getsizeof(stream) < 1_000


def test_no_more_people_than_numbers():
    with pytest.raises(TooManyPeopleError):
        population(people=MOST_PEOPLE + 1, seed=1)


def test_a_life_is_told_up_to_the_last_day_whichever_it_is():
    early = b"".join(
        bundle
        for one in population(people=12, seed=1, today=date(2025, 6, 1))
        for bundle in one.bundles
    )
    assert b'"effectiveDateTime":"2025-05' in early
    assert b'"effectiveDateTime":"2025-06' not in early
    assert b'"effectiveDateTime":"2026' not in early


@settings(max_examples=60)
@given(seed=st.integers(0, 40), index=st.integers(0, MOST_PEOPLE - 1))
def test_numbers_are_well_formed_and_far_from_those_of_real_people(seed, index):
    who = citizen(seed=seed, index=index, today=LAST_DAY)
    assert Snils.parse(str(who.snils)) == who.snils
    assert who.snils.digits.startswith("99")
    assert Enp.parse(who.policy.digits) == who.policy
    assert int(who.policy.digits[10:15]) >= 90_000
    born, sex = who.policy.birth_date_and_sex()
    assert (born, sex) == (who.birth_date, "M" if who.sex == "male" else "F")
    assert (LAST_DAY - who.birth_date).days > 10 * 365


@settings(max_examples=40)
@given(index=st.integers(0, 9_999), blocks=st.lists(st.integers(0, 96), min_size=2, unique=True))
def test_those_who_share_a_policys_serial_are_born_on_different_days(index, blocks):
    born = [
        citizen(seed=1, index=block * 10_000 + index, today=LAST_DAY).birth_date for block in blocks
    ]
    assert len(set(born)) == len(born)


def test_no_two_people_share_a_number():
    people = [citizen(seed=1, index=index, today=LAST_DAY) for index in range(3_000)]
    assert len({one.snils for one in people}) == len(people)
    policies = {one.policy for one in people} | {one.policy for one in (*CAST, *SHOWCASE)}
    assert len(policies) == len(people) + len(CAST) + len(SHOWCASE)
    assert all(one.number < FIRST_GENERATED for one in (*CAST, *SHOWCASE))


def test_every_family_name_is_of_the_list_of_invented_ones():
    for index in range(200):
        who = citizen(seed=5, index=index, today=LAST_DAY)
        assert who.family.removesuffix("а") in FAMILIES


def test_dice_fall_alike_and_branches_do_not_disturb_each_other():
    dice, same = Dice("a", 1), Dice("a", 1)
    dice.branch("aside").whole(1, 6)
    assert [dice.whole(1, 6) for _ in range(20)] == [same.whole(1, 6) for _ in range(20)]


@given(low=st.integers(-50, 50), width=st.integers(0, 100), word=st.text(max_size=5))
def test_a_whole_number_is_between_its_ends(low, width, word):
    assert low <= Dice(word).whole(low, low + width) <= low + width
