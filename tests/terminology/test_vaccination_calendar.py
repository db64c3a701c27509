"""What a vaccination is against, and what is due by the national calendar."""

import csv
from datetime import date
from pathlib import Path

import pytest

from medkarta.terminology.infections import Infection, infections_of
from medkarta.terminology.queries import display
from medkarta.terminology.seeds import CVX, rows
from medkarta.terminology.vaccination_calendar import Basis, added, due

DICTIONARY = (
    Path(__file__).resolve().parents[3]
    / "shared/data/nsi/vaccines__1.2.643.5.1.13.13.11.1078__v4.5.csv"
)
GROUPS = {
    "COVID-19": Infection.COVID,
    "Бешенство": Infection.RABIES,
    "Брюшной тиф": Infection.TYPHOID,
    "Ветряная оспа": Infection.VARICELLA,
    "Вирус папилломы человека": Infection.HPV,
    "Гепатит A": Infection.HEPATITIS_A,
    "Гепатит B": Infection.HEPATITIS_B,
    "Грипп": Infection.INFLUENZA,
    "Дифтерия": Infection.DIPHTHERIA,
    "Инфекция, вызванная Haemophilus influenzae типа b": Infection.HIB,
    "Клещевой вирусный энцефалит": Infection.TICK_ENCEPHALITIS,
    "Коклюш": Infection.PERTUSSIS,
    "Корь": Infection.MEASLES,
    "Краснуха": Infection.RUBELLA,
    "Менингококковая инфекция": Infection.MENINGOCOCCUS,
    "Паротит": Infection.MUMPS,
    "Пневмококковая инфекция": Infection.PNEUMOCOCCUS,
    "Полиомиелит": Infection.POLIO,
    "Ротавирусная инфекция": Infection.ROTAVIRUS,
    "Столбняк": Infection.TETANUS,
    "Туберкулез": Infection.TUBERCULOSIS,
    "Туляремия": Infection.TULAREMIA,
}
# Where the dictionary's group and its own name of the vaccine say different things.
AT_ODDS = {"116", "264", "11031"}
TODAY = date(2026, 11, 23)


@pytest.mark.skipif(not DICTIONARY.exists(), reason="НСИ's dictionary is not on this machine")
def test_every_vaccine_of_the_dictionary_is_known_by_its_name():
    checked = 0
    with DICTIONARY.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            known = {GROUPS.get(one.strip()) for one in row["DISEASEGROUP"].split(";")} - {None}
            of_use = "вакцина" in row["GROUPMIBP"] or "анатоксин" in row["GROUPMIBP"]
            if known and of_use and row["ID"] not in AT_ODDS:
                found = infections_of([row["GROUPNAME"], row["TRADENAME"]])
                assert set(found) == known, row["ID"]
                checked += 1
    assert checked > 450


def test_a_foreign_vaccine_is_known_by_its_russian_name():
    unknown = [
        row["code"]
        for row in rows("cvx")
        if not infections_of([display((CVX, row["code"], None)).plain])
    ]
    # Japanese encephalitis and dengue are nobody's calendar here.
    assert unknown == ["39", "56"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("АДС-М-анатоксин, ревакцинация", {Infection.DIPHTHERIA, Infection.TETANUS}),
        ("АС-анатоксин (адсорбированный)", set()),
        ("Аллерген туберкулёзный (Диаскинтест)", set()),
        ("Вакцина от COVID-19", {Infection.COVID}),
        (
            "Вакцина менингококковая, конъюгированная с дифтерийным анатоксином",
            {Infection.MENINGOCOCCUS},
        ),
        ("Гепатит В", {Infection.HEPATITIS_B}),
        ("коронавирус", {Infection.COVID}),
    ],
)
def test_words_of_doctors_are_understood(name, found):
    assert set(infections_of([name])) == found


def next_of(infection, *, born, sex="female", today=TODAY, **given):
    days = {Infection(name.replace("_", "-")): found for name, found in given.items()}
    listed = due(born=born, sex=sex, given=days, today=today)
    return next((one for one in listed if one.infection is infection), None)


def test_a_newborn_is_asked_for_what_the_calendar_begins_with():
    born = date(2026, 11, 23)
    listed = due(born=born, sex=None, given={}, today=born)
    assert [one.infection for one in listed[:3]] == [
        Infection.HEPATITIS_B,
        Infection.TUBERCULOSIS,
        Infection.PNEUMOCOCCUS,
    ]
    assert listed[1].since == date(2026, 11, 26)
    assert listed[2].since == date(2027, 1, 23)


def test_doses_that_are_in_the_record_move_the_next_one():
    born = date(2026, 1, 10)
    given = [date(2026, 4, 12), date(2026, 5, 27)]
    found = next_of(Infection.POLIO, born=born, polio=given)
    assert (found.stage, found.since, found.basis) == ("V3", date(2026, 7, 12), Basis.INTERVAL)
    assert found.late
    in_time = next_of(Infection.POLIO, born=born, polio=[*given, date(2026, 7, 13)])
    assert (in_time.stage, in_time.late) == ("RV1", False)


def test_one_dose_told_by_two_clinics_is_one_dose():
    born = date(2026, 1, 10)
    found = next_of(Infection.POLIO, born=born, polio=[date(2026, 4, 12)] * 2)
    assert found.stage == "V2"


def test_what_is_due_at_six_is_in_time_until_seven():
    given = {"measles": [date(2021, 3, 3)]}
    assert not next_of(Infection.MEASLES, born=date(2020, 1, 10), **given).late
    assert next_of(Infection.MEASLES, born=date(2019, 1, 10), **given).late


def test_the_calendar_stops_asking_at_an_age():
    assert next_of(Infection.PERTUSSIS, born=date(2020, 1, 10)) is None
    assert next_of(Infection.HIB, born=date(2020, 1, 10)) is None
    assert next_of(Infection.POLIO, born=date(2020, 1, 10)) is not None


def test_diphtheria_is_renewed_ten_years_after_the_last_dose():
    found = next_of(
        Infection.DIPHTHERIA, born=date(1978, 3, 3), diphtheria=[date(2023, 6, 15)], today=TODAY
    )
    assert (found.since, found.basis) == (date(2033, 6, 15), Basis.EVERY_TEN_YEARS)
    unknown = next_of(Infection.TETANUS, born=date(1978, 3, 3))
    assert (unknown.since, unknown.basis, unknown.late) == (TODAY, Basis.NO_RECORD, False)


def test_grown_ups_are_asked_by_age_and_sex():
    assert next_of(Infection.RUBELLA, born=date(2002, 3, 3), sex="male") is None
    assert next_of(Infection.RUBELLA, born=date(2002, 3, 3)).stage == "V1"
    assert next_of(Infection.RUBELLA, born=date(2000, 3, 3)) is None
    assert next_of(Infection.MEASLES, born=date(1990, 12, 3)).stage == "V1"
    assert next_of(Infection.MEASLES, born=date(1990, 11, 3)) is None
    assert next_of(Infection.HEPATITIS_B, born=date(1970, 12, 3)).stage == "V1"
    assert next_of(Infection.POLIO, born=date(1990, 11, 3)) is None


@pytest.mark.parametrize(
    ("today", "given", "since"),
    [
        (date(2026, 11, 23), [], date(2026, 9, 1)),
        (date(2026, 11, 23), [date(2026, 10, 5)], date(2027, 9, 1)),
        (date(2027, 1, 10), [date(2025, 10, 5)], date(2026, 9, 1)),
        (date(2027, 3, 10), [], date(2027, 9, 1)),
    ],
)
def test_influenza_is_asked_for_once_a_season(today, given, since):
    found = next_of(Infection.INFLUENZA, born=date(1960, 1, 1), today=today, influenza=given)
    assert (found.since, found.by_group) == (since, False)
    assert next_of(Infection.INFLUENZA, born=date(1980, 1, 1)).by_group


def test_months_are_added_by_the_calendar():
    assert added(date(2026, 1, 31), months=1) == date(2026, 2, 28)
    assert added(date(2024, 2, 29), months=12) == date(2025, 2, 28)
    assert added(date(2026, 12, 5), months=18) == date(2028, 6, 5)
