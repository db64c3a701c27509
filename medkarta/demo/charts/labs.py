"""Laboratory reports and vital signs of a chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from medkarta.demo.charts.analytes import ANALYTES, Analyte
from medkarta.demo.charts.chart import (
    FSLI,
    HL7,
    LOINC,
    SERVICES,
    Chart,
    Json,
    coding,
    concept,
    hl7,
    quantity,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One laboratory report: what was measured from one sample."""

    taken: str
    ready: str
    title: str
    results: Mapping[str, str]
    visit: str | None = None
    conclusion: str | None = None
    order: str | None = None
    service: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        return f"{self.taken}/{self.title}"

    def file(self, chart: Chart) -> None:
        """File the results and the report that holds them."""
        results = [
            _file_result(chart, self, analyte=name, value=value)
            for name, value in self.results.items()
        ]
        codings = [coding(SERVICES, *self.service)] if self.service else []
        chart.add(
            "DiagnosticReport",
            self.key,
            {
                "basedOn": self.order and [chart.to("ServiceRequest", self.order)],
                "status": "final",
                "category": [hl7("v2-0074", "LAB")],
                "code": concept(self.title, *codings),
                "subject": chart.subject,
                "encounter": self.visit and chart.to("Encounter", self.visit),
                "effectiveDateTime": self.taken,
                "issued": self.ready,
                "performer": [chart.clinic],
                "result": results,
                "conclusion": self.conclusion,
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Vitals:
    """What was measured at a visit."""

    at: str
    visit: str | None
    pressure: tuple[str, str] | None = None
    pulse: str | None = None
    weight: str | None = None
    height: str | None = None
    temperature: str | None = None
    head: str | None = None
    saturation: str | None = None

    def file(self, chart: Chart) -> None:
        """File what was measured; blood pressure is one observation with two components."""
        if self.pressure:
            _file_pressure(chart, self, *self.pressure)
        measured = (
            (self.pulse, "8867-4", "Частота сердечных сокращений", ("/min", "уд/мин")),
            (self.weight, "29463-7", "Масса тела", ("kg", "кг")),
            (self.height, "8302-2", "Рост", ("cm", "см")),
            (self.temperature, "8310-5", "Температура тела", ("Cel", "°C")),
            (self.head, "9843-4", "Окружность головы", ("cm", "см")),
            (self.saturation, "59408-5", "Насыщение крови кислородом", ("%", "%")),
        )
        for value, code, title, (ucum, unit) in measured:
            if value is not None:
                chart.add(
                    "Observation",
                    f"{self.at}/{code}",
                    {
                        **_vital(chart, self, concept(title, coding(LOINC, code))),
                        "valueQuantity": quantity(value, ucum=ucum, unit=unit),
                    },
                )


def _file_pressure(chart: Chart, vitals: Vitals, upper: str, lower: str) -> None:
    parts = (("8480-6", "Верхнее (систолическое)", upper), ("8462-4", "Нижнее", lower))
    chart.add(
        "Observation",
        f"{vitals.at}/85354-9",
        {
            **_vital(chart, vitals, concept("Артериальное давление", coding(LOINC, "85354-9"))),
            "component": [
                {
                    "code": concept(title, coding(LOINC, code)),
                    "valueQuantity": quantity(value, ucum="mm[Hg]", unit="мм рт. ст."),
                }
                for code, title, value in parts
            ],
        },
    )


def _vital(chart: Chart, vitals: Vitals, code: Json) -> Json:
    content: Json = {
        "status": "final",
        "category": [hl7("observation-category", "vital-signs")],
        "code": code,
        "subject": chart.subject,
        "effectiveDateTime": vitals.at,
        "performer": [chart.clinic],
    }
    if vitals.visit:
        content["encounter"] = chart.to("Encounter", vitals.visit)
    return content


def _file_result(chart: Chart, panel: Panel, *, analyte: str, value: str) -> Json:
    test = ANALYTES[analyte]
    low, high = chart.range_of(analyte, panel.taken)
    return chart.add(
        "Observation",
        f"{panel.taken}/{analyte}",
        {
            "status": "final",
            "category": [hl7("observation-category", "laboratory")],
            "code": concept(
                test.title, coding(FSLI, test.fsli, test.title), coding(LOINC, test.loinc)
            ),
            "subject": chart.subject,
            "encounter": panel.visit and chart.to("Encounter", panel.visit),
            "effectiveDateTime": panel.taken,
            "issued": panel.ready,
            "performer": [chart.clinic],
            "valueQuantity": quantity(value, ucum=test.ucum, unit=test.unit),
            "interpretation": [
                {"coding": [coding(HL7 + "v3-ObservationInterpretation", _mark(value, low, high))]}
            ],
            "referenceRange": [_range(test, low, high)],
        },
    )


def _range(test: Analyte, low: str | None, high: str | None) -> Json:
    ends = (("low", low), ("high", high))
    return {end: quantity(value, ucum=test.ucum, unit=test.unit) for end, value in ends if value}


def _mark(value: str, low: str | None, high: str | None) -> str:
    if low is not None and Decimal(value) < Decimal(low):
        return "L"
    if high is not None and Decimal(value) > Decimal(high):
        return "H"
    return "N"
