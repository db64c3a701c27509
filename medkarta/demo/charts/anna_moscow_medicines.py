"""Prescriptions and vaccinations of Анна Вымыслова at her polyclinic in Moscow."""

from typing import Final

from medkarta.demo.charts.medication import Medicine, Shot

MEDICINES: Final = (
    Medicine(
        atc="B03AB05",
        name="Железа (III) гидроксид полимальтозат, таблетки жевательные 100 мг",
        dosage="По 1 таблетке 2 раза в день во время еды, 3 месяца",
        written="2021-11-22",
        until="2022-02-20",
        visit="2021-11-22",
        speciality="терапевт",
        reason="Железодефицитная анемия",
    ),
    Medicine(
        atc="H03AA01",
        name="Левотироксин натрия, таблетки 50 мкг",
        dosage="По 1 таблетке утром натощак за 30 минут до еды, постоянно",
        written="2022-02-21",
        until="2023-02-20",
        visit="2022-02-21",
        speciality="эндокринолог",
        reason="Гипотиреоз",
    ),
    Medicine(
        atc="C10AA05",
        name="Аторвастатин, таблетки 20 мг",
        dosage="По 1 таблетке вечером, постоянно",
        written="2023-11-27",
        until="2024-11-26",
        visit="2023-11-27",
        speciality="терапевт",
        reason="Гиперхолестеринемия",
    ),
    Medicine(
        atc="H03AA01",
        name="Левотироксин натрия, таблетки 75 мкг",
        dosage="По 1 таблетке утром натощак за 30 минут до еды, постоянно",
        written="2025-11-24",
        until="2026-11-23",
        visit="2025-11-24",
        speciality="эндокринолог",
        reason="Гипотиреоз",
    ),
    Medicine(
        atc="C09CA01",
        name="Лозартан, таблетки 50 мг",
        dosage="По 1 таблетке утром, постоянно",
        written="2026-11-16",
        until="2027-11-15",
        visit="2026-11-16",
        speciality="терапевт",
        status="active",
        reason="Гипертоническая болезнь",
    ),
    Medicine(
        atc="C10AA05",
        name="Аторвастатин, таблетки 20 мг",
        dosage="По 1 таблетке вечером, постоянно",
        written="2026-11-16",
        until="2027-11-15",
        visit="2026-11-16",
        speciality="терапевт",
        status="active",
        reason="Гиперхолестеринемия",
    ),
)

_FLU: Final = ("11050", "Ультрикс Квадри, вакцина гриппозная", "Грипп")
SHOTS: Final = (
    *(
        Shot(code=_FLU[0], name=_FLU[1], against=_FLU[2], given=day, series=series)
        for day, series in (
            ("2021-10-04", "00U1021"),
            ("2022-10-03", "00U1022"),
            ("2023-10-09", "00U1023"),
            ("2024-10-07", "00U1024"),
            ("2025-10-06", "00U1025"),
            ("2026-10-05", "00U1026"),
        )
    ),
    Shot(
        code="57",
        name="АДС-М-анатоксин, ревакцинация",
        against="Дифтерия и столбняк",
        given="2023-06-15",
        series="00A0623",
    ),
    Shot(
        code="11126",
        name="Превенар 13, вакцина пневмококковая",
        against="Пневмококковая инфекция",
        given="2024-06-11",
        series="00P0624",
    ),
)
