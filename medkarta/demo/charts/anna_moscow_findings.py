"""Diagnoses, orders and examinations of Анна Вымыслова at her polyclinic in Moscow."""

from typing import Final

from medkarta.demo.charts import services
from medkarta.demo.charts.care import Diagnosis, Exam, Order

DIAGNOSES: Final = (
    Diagnosis(
        code="D50.0",
        official="Железодефицитная анемия вторичная вследствие потери крови (хроническая)",
        text="Железодефицитная анемия лёгкой степени",
        since="2021-11-22",
        ended="2022-05-23",
        visit="2021-11-22",
        speciality="терапевт",
    ),
    Diagnosis(
        code="E03.9",
        official="Гипотиреоз неуточненный",
        text="Гипотиреоз, медикаментозная компенсация",
        since="2022-02-21",
        visit="2022-02-21",
        speciality="эндокринолог",
    ),
    Diagnosis(
        code="E78.0",
        official="Чистая гиперхолестеринемия",
        text="Гиперхолестеринемия",
        since="2023-11-27",
        visit="2023-11-27",
        speciality="терапевт",
    ),
    Diagnosis(
        code="I10",
        official="Эссенциальная [первичная] гипертензия",
        text="Гипертоническая болезнь I стадии",
        since="2023-12-04",
        visit="2023-12-04",
        speciality="кардиолог",
    ),
    Diagnosis(
        code="R73.9",
        official="Гипергликемия неуточненная",
        text="Повышенная глюкоза крови натощак",
        since="2025-11-24",
        ended="2026-11-16",
        visit="2025-11-24",
        speciality="эндокринолог",
    ),
)

ORDERS: Final = (
    Order(
        key="thyroid-ultrasound",
        service=services.THYROID_ULTRASOUND,
        text="УЗИ щитовидной железы",
        written="2022-02-21",
        visit="2022-02-21",
        speciality="эндокринолог",
    ),
    Order(
        key="ecg",
        service=services.ECG,
        text="Электрокардиография",
        written="2023-12-04",
        visit="2023-12-04",
        speciality="кардиолог",
    ),
    Order(
        key="mammography",
        service=services.MAMMOGRAPHY,
        text="Маммография",
        written="2026-11-16",
        visit="2026-11-16",
        speciality="терапевт",
        status="active",
        note="Раз в два года, запись в кабинете 12",
    ),
    Order(
        key="hba1c",
        service=services.HBA1C,
        text="Анализ на гликированный гемоглобин через 6 месяцев",
        written="2026-11-16",
        visit="2026-11-16",
        speciality="терапевт",
        status="active",
    ),
)

EXAMS: Final = (
    Exam(
        service=services.FLUOROGRAPHY,
        done="2021-11-15",
        conclusion="Органы грудной клетки без патологии.",
        speciality="терапевт",
        visit="2021-11-15",
    ),
    Exam(
        service=services.THYROID_ULTRASOUND,
        done="2022-03-02",
        conclusion="Объём щитовидной железы 12 мл. Структура диффузно неоднородная. Узлов нет.",
        speciality="эндокринолог",
        order="thyroid-ultrasound",
    ),
    Exam(
        service=services.ECG,
        done="2023-12-06",
        conclusion="Ритм синусовый, 72 в минуту. Нормальное положение электрической оси.",
        speciality="кардиолог",
        order="ecg",
    ),
    Exam(
        service=services.FLUOROGRAPHY,
        done="2025-11-18",
        conclusion="Лёгкие без очаговых и инфильтративных изменений.",
        speciality="терапевт",
    ),
)
