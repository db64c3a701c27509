"""Анна Вымыслова at her polyclinic in Moscow, November 2021 to November 2026.

Her story: iron-deficiency anaemia that iron mends; an underactive thyroid kept in range by
levothyroxine; cholesterol that a statin brings down; blood pressure; and a blood sugar that rises
to the border of diabetes in 2025 and comes back. A pneumonia of 2024 was treated in another city.
"""

from typing import Final

from medkarta.demo.cast import DemoPerson
from medkarta.demo.charts import services
from medkarta.demo.charts.anna_moscow_findings import DIAGNOSES, EXAMS, ORDERS
from medkarta.demo.charts.anna_moscow_labs import PANELS
from medkarta.demo.charts.anna_moscow_medicines import MEDICINES, SHOTS
from medkarta.demo.charts.care import Visit, file_all
from medkarta.demo.charts.chart import ATC, Chart, coding, concept, hl7
from medkarta.demo.charts.labs import Vitals
from medkarta.demo.charts.places import MOSCOW

_VISITS: Final = tuple(
    Visit(
        key=day,
        start=f"{day}T{hour}:00+03:00",
        end=f"{day}T{hour[:2]}:{int(hour[3:]) + 20}:00+03:00",
        service=service,
        speciality=speciality,
        reason=reason,
    )
    for day, hour, service, speciality, reason in (
        ("2021-11-15", "09:10", services.CHECKUP, "терапевт", "Профилактический осмотр"),
        ("2021-11-22", "10:00", services.THERAPIST, "терапевт", "Слабость, одышка при нагрузке"),
        (
            "2022-02-21",
            "12:20",
            services.ENDOCRINOLOGIST,
            "эндокринолог",
            "Сухость кожи, зябкость, повышенный ТТГ",
        ),
        (
            "2022-05-23",
            "12:00",
            services.ENDOCRINOLOGIST_AGAIN,
            "эндокринолог",
            "Контроль лечения гипотиреоза",
        ),
        ("2022-11-28", "09:30", services.THERAPIST_AGAIN, "терапевт", "Результаты анализов"),
        ("2023-11-27", "09:30", services.THERAPIST_AGAIN, "терапевт", "Результаты анализов"),
        ("2023-12-04", "15:00", services.CARDIOLOGIST, "кардиолог", "Повышение давления"),
        (
            "2024-04-10",
            "11:20",
            services.THERAPIST_AGAIN,
            "терапевт",
            "Осмотр после выписки из больницы",
        ),
        ("2024-11-25", "09:30", services.CARDIOLOGIST_AGAIN, "кардиолог", "Контроль давления"),
        (
            "2025-11-24",
            "12:20",
            services.ENDOCRINOLOGIST_AGAIN,
            "эндокринолог",
            "Повышенный сахар крови",
        ),
        (
            "2026-05-25",
            "12:20",
            services.ENDOCRINOLOGIST_AGAIN,
            "эндокринолог",
            "Контроль сахара крови",
        ),
        ("2026-11-16", "09:30", services.CHECKUP, "терапевт", "Профилактический осмотр"),
    )
)

_VITALS: Final = tuple(
    Vitals(at=f"{day}T{hour}:00+03:00", visit=day, pressure=pressure, pulse=pulse, weight=weight)
    for day, hour, pressure, pulse, weight in (
        ("2021-11-15", "09:15", ("124", "78"), "84", "66.5"),
        ("2022-11-28", "09:35", ("132", "82"), "72", "68.0"),
        ("2023-11-27", "09:35", ("146", "92"), "76", "71.5"),
        ("2023-12-04", "15:05", ("148", "94"), "74", "71.5"),
        ("2024-04-10", "11:25", ("128", "80"), "78", "67.0"),
        ("2024-11-25", "09:35", ("130", "82"), "70", "70.5"),
        ("2025-11-24", "12:25", ("134", "84"), "72", "73.0"),
        ("2026-11-16", "09:35", ("126", "78"), "68", "69.0"),
    )
)


def moscow_chart(person: DemoPerson) -> Chart:
    """Gather what the polyclinic sends."""
    chart = Chart(person=person, place=MOSCOW)
    for items in (_VISITS, DIAGNOSES, PANELS, _VITALS, ORDERS, EXAMS, MEDICINES, SHOTS):
        file_all(chart, items)
    _file_allergy(chart)
    _file_advice(chart)
    return chart


def _file_allergy(chart: Chart) -> None:
    chart.add(
        "AllergyIntolerance",
        "penicillins",
        {
            "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
            "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
            "type": "allergy",
            "category": ["medication"],
            "criticality": "high",
            "code": concept("Пенициллины", coding(ATC, "J01C")),
            "patient": chart.subject,
            "recordedDate": "2021-11-22",
            "asserter": chart.by("терапевт"),
            "reaction": [{"manifestation": [{"text": "Крапивница"}]}],
        },
    )


def _file_advice(chart: Chart) -> None:
    advice = (
        "Меньше сладкого и мучного, овощи в каждый приём пищи",
        "Ходьба 30–40 минут в день",
        "Дневник давления: утром и вечером",
    )
    chart.add(
        "CarePlan",
        "2025-11-24",
        {
            "status": "active",
            "intent": "plan",
            "title": "Рекомендации при повышенном сахаре крови",
            "category": [{"text": "Рекомендации врача"}],
            "subject": chart.subject,
            "encounter": chart.to("Encounter", "2025-11-24"),
            "period": {"start": "2025-11-24"},
            "created": "2025-11-24",
            "author": chart.by("эндокринолог"),
            "activity": [
                {"detail": {"status": "in-progress", "description": line}} for line in advice
            ],
        },
    )
