"""Which clinics' entries are a person's: all agrees, or nothing is shown."""

from dataclasses import replace
from datetime import date

import citizens
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medkarta.foundation.snils import Snils
from medkarta.patients.rules import Match, Sex, comparable, likeness, masked_name, matches, tidy

WHO = citizens.Citizen().data
OTHER_SNILS = Snils.parse("112-233-445 95")
NO_SNILS = replace(WHO, snils=None)


@pytest.mark.parametrize(
    ("entry", "match"),
    [
        (WHO, Match.EXACT),
        (replace(WHO, family="ЕЛКИНА ПРИМЕРОВА"), Match.EXACT),
        (replace(WHO, family=" Ёлкина - Примерова "), Match.EXACT),
        (replace(WHO, given="Але\u0301на"), Match.NEAR),
        (replace(WHO, given="Але\u0308на"), Match.EXACT),
        (replace(WHO, sex=Sex.MALE), Match.EXACT),
        (replace(WHO, snils=OTHER_SNILS), Match.NONE),
        (replace(WHO, birth_date=date(1985, 3, 16)), Match.NEAR),
        (replace(WHO, birth_date=None), Match.NEAR),
        (replace(WHO, family="Ёлкина"), Match.NEAR),
        (replace(WHO, family="Примерова-Ёлкина"), Match.NEAR),
        (replace(WHO, family=WHO.given, given=WHO.family), Match.NEAR),
        (replace(WHO, patronymic=""), Match.NEAR),
        (replace(WHO, given="Aлёна"), Match.NEAR),  # Latin A
        (replace(WHO, family="Другая", birth_date=date(1985, 3, 16)), Match.NONE),
        (replace(WHO, family="Другая", birth_date=None), Match.NONE),
        (replace(WHO, family="Другая", snils=OTHER_SNILS), Match.NONE),
        (NO_SNILS, Match.NEAR),
        (replace(NO_SNILS, sex=Sex.MALE), Match.NONE),
        (replace(NO_SNILS, given="Алина"), Match.NEAR),
        (replace(NO_SNILS, given="Алён"), Match.NEAR),
        (replace(NO_SNILS, given="Алёнка"), Match.NEAR),
        (replace(NO_SNILS, given="Анна"), Match.NONE),
        (replace(NO_SNILS, given="Алина", sex=Sex.MALE), Match.NONE),
        (replace(NO_SNILS, given="Алина", birth_date=date(1985, 3, 16)), Match.NONE),
        (replace(NO_SNILS, birth_date=None), Match.NONE),
    ],
)
def test_an_entry_is_a_persons_when_snils_names_and_birth_date_agree(entry, match):
    assert matches(WHO, entry) is match


def test_a_person_without_snils_or_birth_date_has_no_entry_for_sure():
    assert matches(NO_SNILS, WHO) is Match.NONE
    assert matches(NO_SNILS, NO_SNILS) is Match.NEAR
    unborn = replace(WHO, birth_date=None)
    assert matches(unborn, unborn) is Match.NEAR
    assert matches(unborn, replace(unborn, snils=None)) is Match.NONE


NOT_SAID = {"family": "", "given": "", "patronymic": "", "birth_date": None, "sex": Sex.UNKNOWN}


@pytest.mark.parametrize(
    ("asked", "like"),
    [
        ({}, Match.EXACT),
        ({"sex": Sex.UNKNOWN}, Match.EXACT),
        ({"patronymic": ""}, Match.NEAR),
        ({"patronymic": "", "birth_date": None}, Match.NEAR),
        ({"patronymic": "Ивановна"}, Match.NEAR),
        (NOT_SAID, Match.NEAR),
        (NOT_SAID | {"family": "Другая"}, Match.NONE),
        (NOT_SAID | {"birth_date": date(1985, 3, 16)}, Match.NONE),
        (NOT_SAID | {"snils": OTHER_SNILS}, Match.NONE),
        ({"snils": None, "sex": Sex.UNKNOWN, "patronymic": ""}, Match.NEAR),
        ({"snils": None, "sex": Sex.MALE}, Match.NONE),
        ({"snils": None, "patronymic": "Ивановна"}, Match.NONE),
        ({"snils": None, "patronymic": "", "given": ""}, Match.NONE),
        ({"snils": None, "birth_date": None}, Match.NONE),
        (NOT_SAID | {"snils": None}, Match.NONE),
    ],
)
def test_what_a_system_leaves_out_contradicts_nothing(asked, like):
    assert likeness(replace(WHO, **asked), WHO) is like


@pytest.mark.parametrize(
    ("asked", "like"),
    [
        ({"sex": Sex.UNKNOWN, "patronymic": ""}, Match.NEAR),
        ({"sex": Sex.MALE}, Match.NONE),
        (NOT_SAID, Match.NONE),
        ({"snils": None, "sex": Sex.UNKNOWN}, Match.NEAR),
        ({"snils": None, "family": "", "given": "", "patronymic": ""}, Match.NONE),
    ],
)
def test_an_entry_without_snils_is_near_at_most(asked, like):
    assert likeness(replace(WHO, **asked), NO_SNILS) is like


def test_who_has_no_patronymic_is_found_for_sure_without_one():
    short = replace(WHO, patronymic="")
    assert likeness(short, short) is Match.EXACT


@given(st.text())
def test_a_comparable_name_compares_with_itself(name):
    assert comparable(comparable(name)) == comparable(name)
    assert comparable(tidy(name)) == comparable(name)


@given(st.text(alphabet="абвгдеёжзийклмн- ёЁЕАБ", max_size=40))
def test_case_yo_hyphen_and_spaces_are_of_no_matter(name):
    loose = f"  {name.upper().replace('Ё', 'Е').replace('-', '  ')} "
    assert comparable(loose) == comparable(name)


@given(st.text(alphabet="абвгдежз", min_size=1), st.text(alphabet="абвгдежз", min_size=1))
def test_other_letters_are_another_name(one, other):
    assert (comparable(one) == comparable(other)) == (one == other)


def test_a_masked_name_keeps_the_initials_alone():
    assert masked_name(WHO) == "Ёлкина-Примерова А. П."
    assert masked_name(replace(WHO, patronymic="")) == "Ёлкина-Примерова А."
    assert masked_name(replace(WHO, given="", patronymic="")) == "Ёлкина-Примерова"
