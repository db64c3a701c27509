"""Demo people are invented, and whoever meets their names or numbers can tell."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from medkarta.demo.cast import CAST, OPERATOR_EMAIL, Stage
from medkarta.demo.charts.places import PLACES
from medkarta.demo.identifiers import invented_policy, invented_snils
from medkarta.foundation.enp import Enp
from medkarta.foundation.snils import Snils

NUMBERS = st.integers(min_value=0, max_value=9_999)


@given(number=NUMBERS)
def test_an_invented_snils_is_well_formed_and_far_above_issued_ones(number):
    snils = invented_snils(number)
    assert Snils.parse(str(snils)) == snils
    assert snils.digits.startswith("99")


@given(
    number=NUMBERS,
    born=st.dates(min_value=date(1920, 1, 1), max_value=date(2026, 1, 1)),
    sex=st.sampled_from(["male", "female"]),
)
def test_an_invented_policy_is_well_formed_with_a_serial_that_no_birth_reaches(number, born, sex):
    policy = invented_policy(region=77, sex=sex, birth_date=born, number=number)
    assert Enp.parse(policy.digits) == policy
    assert policy.birth_date_and_sex() == (born, "M" if sex == "male" else "F")
    assert int(policy.digits[10:15]) >= 90_000


def test_no_two_demo_people_share_a_number_a_policy_or_an_address():
    for share in ("number", "email", "name"):
        assert len({getattr(person, share) for person in CAST}) == len(CAST)
    assert len({person.policy.digits for person in CAST}) == len(CAST)
    assert OPERATOR_EMAIL not in {person.email for person in CAST}


def test_there_is_somebody_before_each_gate_and_two_without_an_account():
    stages = [person.stage for person in CAST]
    assert stages.count(Stage.NO_ACCOUNT) == 2
    assert set(stages) == set(Stage) - {Stage.OPERATOR}


def test_everybody_is_in_the_index_of_at_least_one_of_the_three_clinics():
    assert all(person.clinics and set(person.clinics) <= set(PLACES) for person in CAST)
    assert {place.region for place in PLACES.values()} == {
        "Москва",
        "Санкт-Петербург",
        "Тульская область",
    }
