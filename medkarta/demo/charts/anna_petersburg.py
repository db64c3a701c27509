"""Анна Вымыслова in a hospital of Saint Petersburg: a pneumonia of February 2024.

Creatinine is high on admission (fever, too little to drink), falls, and is in range at discharge;
ALT rises under the antibiotic. What came after stands in the chart of her polyclinic.
"""

from typing import Final

from medkarta.demo.cast import DemoPerson
from medkarta.demo.charts import services
from medkarta.demo.charts.care import Diagnosis, Document, Exam, Order, Visit, file_all
from medkarta.demo.charts.chart import Chart
from medkarta.demo.charts.labs import Panel, Vitals
from medkarta.demo.charts.medication import Medicine, Shot
from medkarta.demo.charts.places import PETERSBURG

_STAY: Final = Visit(
    key="stay",
    start="2024-02-12T14:30:00+03:00",
    end="2024-02-21T12:00:00+03:00",
    service=(None, "Лечение в пульмонологическом отделении"),
    speciality="пульмонолог",
    reason="Внебольничная пневмония",
    kind="IMP",
    outcome="Выписана с улучшением",
)

_PANELS: Final = (
    Panel(
        taken="2024-02-12T15:05:00+03:00",
        ready="2024-02-12T16:30:00+03:00",
        title="Анализ крови при поступлении",
        results={
            "haemoglobin": "122",
            "leukocytes": "16.2",
            "platelets": "388",
            "esr": "46",
            "crp": "148.0",
            "alt": "38",
            "creatinine": "131",
            "egfr": "43",
        },
        visit="stay",
    ),
    Panel(
        taken="2024-02-15T07:30:00+03:00",
        ready="2024-02-15T11:10:00+03:00",
        title="Анализ крови, четвёртый день",
        results={"leukocytes": "11.4", "crp": "62.0", "alt": "64", "creatinine": "108"},
        visit="stay",
    ),
    Panel(
        taken="2024-02-20T07:30:00+03:00",
        ready="2024-02-20T11:20:00+03:00",
        title="Анализ крови перед выпиской",
        results={
            "haemoglobin": "119",
            "leukocytes": "7.1",
            "esr": "22",
            "crp": "11.0",
            "alt": "52",
            "creatinine": "84",
            "egfr": "73",
        },
        visit="stay",
        conclusion="Воспаление стихает, креатинин в пределах нормы.",
    ),
)

_SUMMARY: Final = """Эпикриз выписной (пример, все данные вымышлены)

Находилась на лечении с 12.02.2024 по 21.02.2024.
Диагноз: внебольничная долевая пневмония справа, средней тяжести (J18.1).
Лечение: левофлоксацин 500 мг 1 раз в день (пенициллины противопоказаны: крапивница), инфузии.
Состояние при выписке удовлетворительное, температура нормальная 5 дней.
Рекомендовано: наблюдение терапевта, рентгенография лёгких через 4 недели, контроль АЛТ и
креатинина через 4–6 недель, прививка от пневмококка.
"""


_DIAGNOSIS: Final = Diagnosis(
    code="J18.1",
    official="Долевая пневмония неуточненная",
    text="Внебольничная пневмония нижней доли правого лёгкого",
    since="2024-02-12",
    ended="2024-04-10",
    visit="stay",
    speciality="пульмонолог",
)

_VITALS: Final = (
    Vitals(
        at="2024-02-12T14:40:00+03:00",
        visit="stay",
        pressure=("104", "66"),
        pulse="108",
        temperature="38.9",
    ),
    Vitals(
        at="2024-02-21T09:00:00+03:00",
        visit="stay",
        pressure=("118", "74"),
        pulse="76",
        temperature="36.6",
    ),
)

_ORDER: Final = Order(
    key="xray-after",
    service=services.CHEST_XRAY,
    text="Рентгенография лёгких через 4 недели после выписки",
    written="2024-02-21",
    visit="stay",
    speciality="пульмонолог",
)

_EXAMS: Final = (
    Exam(
        service=services.CHEST_XRAY,
        done="2024-02-12",
        conclusion="Инфильтрация в нижней доле правого лёгкого. Синусы свободны.",
        speciality="пульмонолог",
        visit="stay",
    ),
    Exam(
        service=services.CHEST_XRAY,
        done="2024-03-20",
        conclusion="Инфильтрация рассосалась. Лёгкие без очаговых теней.",
        speciality="пульмонолог",
        order="xray-after",
    ),
)

_MEDICINE: Final = Medicine(
    atc="J01MA12",
    name="Левофлоксацин, таблетки 500 мг",
    dosage="По 1 таблетке 1 раз в день, 10 дней",
    written="2024-02-12",
    until="2024-02-22",
    visit="stay",
    speciality="пульмонолог",
    reason="Внебольничная пневмония",
)

# Given at the hospital's vaccination room, where she came on visits.
_SHOTS: Final = tuple(
    Shot(code=code, name=name, against="COVID-19", given=given, series=series, dose=dose)
    for code, name, given, series, dose in (
        ("11425", "Гам-КОВИД-Вак, компонент I", "2021-07-05", "00C0721", 1),
        ("11426", "Гам-КОВИД-Вак, компонент II", "2021-07-26", "00C0722", 2),
        ("11302", "Спутник Лайт", "2022-01-31", "00C0131", 3),
    )
)


def petersburg_chart(person: DemoPerson) -> Chart:
    """Gather what the hospital sends."""
    chart = Chart(person=person, place=PETERSBURG)
    file_all(chart, (_STAY, _DIAGNOSIS, *_PANELS, *_VITALS, _ORDER, *_EXAMS, _MEDICINE, *_SHOTS))
    document = Document(
        kind=services.DISCHARGE_SUMMARY,
        visit="stay",
        signed="2024-02-21T11:40:00+03:00",
        text=_SUMMARY,
    )
    document.file(chart)
    return chart
