"""A modest record for the other demo people: yearly check-ups, and blood pressure past fifty."""

from typing import Final

from medkarta.demo.cast import DemoPerson
from medkarta.demo.charts import services
from medkarta.demo.charts.care import Diagnosis, Exam, Visit, file_all
from medkarta.demo.charts.chart import Chart
from medkarta.demo.charts.labs import Panel, Vitals
from medkarta.demo.charts.medication import Medicine, Shot
from medkarta.demo.charts.places import Place

_BORN_EARLIER: Final = 1975
# Haemoglobin and creatinine in range for the sex in each of the three laboratories.
_BY_SEX: Final = {"male": ("147", "78"), "female": ("131", "67")}


_SHOT: Final = Shot(
    code="11050",
    name="Ультрикс Квадри, вакцина гриппозная",
    against="Грипп",
    given="2026-10-12",
    series="00U1026",
)

_PRESSURE: Final = (
    Diagnosis(
        code="I10",
        official="Эссенциальная [первичная] гипертензия",
        text="Гипертоническая болезнь I стадии",
        since="2025-10-12",
        visit="2025-10-12",
        speciality="терапевт",
    ),
    Medicine(
        atc="C09CA01",
        name="Лозартан, таблетки 50 мг",
        dosage="По 1 таблетке утром, постоянно",
        written="2026-10-12",
        until="2027-10-11",
        visit="2026-10-12",
        speciality="терапевт",
        status="active",
        reason="Гипертоническая болезнь",
    ),
)


def modest_chart(person: DemoPerson, place: Place) -> Chart:
    """Gather a chart with two check-ups a year apart."""
    chart = Chart(person=person, place=place)
    for year, cholesterol, glucose in (("2025", "4.9", "5.0"), ("2026", "5.1", "5.2")):
        _file_checkup(chart, year=year, cholesterol=cholesterol, glucose=glucose)
    _SHOT.file(chart)
    if person.birth_date.year < _BORN_EARLIER:
        file_all(chart, _PRESSURE)
    return chart


def _file_checkup(chart: Chart, *, year: str, cholesterol: str, glucose: str) -> None:
    haemoglobin, creatinine = _BY_SEX[chart.person.sex]
    day = f"{year}-10-12"
    file_all(
        chart,
        (
            Visit(
                key=day,
                start=f"{day}T10:00:00+03:00",
                end=f"{day}T10:20:00+03:00",
                service=services.CHECKUP,
                speciality="терапевт",
                reason="Профилактический осмотр",
            ),
            Panel(
                taken=f"{year}-10-08T08:00:00+03:00",
                ready=f"{year}-10-08T16:00:00+03:00",
                title="Анализ крови при осмотре",
                results={
                    "haemoglobin": haemoglobin,
                    "leukocytes": "6.1",
                    "glucose": glucose,
                    "cholesterol": cholesterol,
                    "alt": "22",
                    "creatinine": creatinine,
                },
            ),
            Vitals(at=f"{day}T10:05:00+03:00", visit=day, pressure=("122", "78"), pulse="70"),
            Exam(
                service=services.FLUOROGRAPHY,
                done=day,
                conclusion="Органы грудной клетки без патологии.",
                speciality="терапевт",
                visit=day,
            ),
        ),
    )
