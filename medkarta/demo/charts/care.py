"""Everything of a chart but laboratory values: visits, diagnoses, orders, medicines, stays."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from medkarta.demo.charts.chart import (
    ATC,
    DOCUMENT_KINDS,
    HL7,
    ICD10,
    SERVICES,
    VACCINES,
    Chart,
    Json,
    coding,
    concept,
    hl7,
)


class Item(Protocol):
    """Anything that knows how to file itself in a chart."""

    def file(self, chart: Chart) -> None: ...


def file_all(chart: Chart, items: Iterable[Item]) -> None:
    for item in items:
        item.file(chart)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """An encounter; `key` is how other entries name it."""

    key: str
    start: str
    end: str
    service: tuple[str | None, str]
    speciality: str
    reason: str
    kind: str = "AMB"
    outcome: str | None = None

    def file(self, chart: Chart) -> None:
        code, title = self.service
        codings = [coding(SERVICES, code, title)] if code else []
        chart.add(
            "Encounter",
            self.key,
            {
                "status": "finished",
                "class": coding(HL7 + "v3-ActCode", self.kind),
                "type": [concept(title, *codings)],
                "subject": chart.subject,
                "participant": [{"individual": chart.by(self.speciality)}],
                "period": {"start": self.start, "end": self.end},
                "reasonCode": [{"text": self.reason}],
                "hospitalization": self.outcome
                and {"dischargeDisposition": {"text": self.outcome}},
                "serviceProvider": chart.clinic,
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """A condition with its МКБ-10 code; `ended` makes it a past one."""

    code: str
    official: str
    text: str
    since: str
    visit: str
    speciality: str
    ended: str | None = None

    def file(self, chart: Chart) -> None:
        chart.add(
            "Condition",
            f"{self.code}/{self.since}",
            {
                "clinicalStatus": hl7("condition-clinical", "resolved" if self.ended else "active"),
                "verificationStatus": hl7("condition-ver-status", "confirmed"),
                "category": [hl7("condition-category", "encounter-diagnosis")],
                "code": concept(self.text, coding(ICD10, self.code, self.official)),
                "subject": chart.subject,
                "encounter": chart.to("Encounter", self.visit),
                "onsetDateTime": self.since,
                "abatementDateTime": self.ended,
                "recordedDate": self.since,
                "asserter": chart.by(self.speciality),
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Medicine:
    """A prescription: the substance, how it is taken, and for how long it holds."""

    atc: str
    name: str
    dosage: str
    written: str
    until: str
    visit: str
    speciality: str
    status: str = "completed"
    reason: str | None = None

    def file(self, chart: Chart) -> None:
        chart.add(
            "MedicationRequest",
            f"{self.atc}/{self.written}",
            {
                "status": self.status,
                "intent": "order",
                "medicationCodeableConcept": concept(self.name, coding(ATC, self.atc)),
                "subject": chart.subject,
                "encounter": chart.to("Encounter", self.visit),
                "authoredOn": self.written,
                "requester": chart.by(self.speciality),
                "reasonCode": [{"text": self.reason}] if self.reason else None,
                "dosageInstruction": [{"text": self.dosage}],
                "dispenseRequest": {"validityPeriod": {"start": self.written, "end": self.until}},
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """A vaccination, coded by the dictionary of immunobiological preparations."""

    code: str
    name: str
    against: str
    given: str
    series: str
    dose: int = 1

    def file(self, chart: Chart) -> None:
        chart.add(
            "Immunization",
            f"{self.code}/{self.given}",
            {
                "status": "completed",
                "vaccineCode": concept(self.name, coding(VACCINES, self.code, self.name)),
                "patient": chart.subject,
                "occurrenceDateTime": self.given,
                "primarySource": True,
                "lotNumber": self.series,
                "performer": [{"actor": chart.clinic}],
                "protocolApplied": [
                    {"targetDisease": [{"text": self.against}], "doseNumberPositiveInt": self.dose}
                ],
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a doctor asked for, and how far it has come."""

    key: str
    service: tuple[str, str] | None
    text: str
    written: str
    visit: str
    speciality: str
    status: str = "completed"
    note: str | None = None

    def file(self, chart: Chart) -> None:
        codings = [coding(SERVICES, *self.service)] if self.service else []
        chart.add(
            "ServiceRequest",
            self.key,
            {
                "status": self.status,
                "intent": "order",
                "code": concept(self.text, *codings),
                "subject": chart.subject,
                "encounter": chart.to("Encounter", self.visit),
                "authoredOn": self.written,
                "requester": chart.by(self.speciality),
                "note": [{"text": self.note}] if self.note else None,
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Exam:
    """An instrumental examination with its conclusion in words."""

    service: tuple[str, str]
    done: str
    conclusion: str
    speciality: str
    order: str | None = None
    visit: str | None = None

    def file(self, chart: Chart) -> None:
        code, title = self.service
        chart.add(
            "DiagnosticReport",
            f"{code}/{self.done}",
            {
                "basedOn": [chart.to("ServiceRequest", self.order)] if self.order else None,
                "status": "final",
                "category": [hl7("v2-0074", _EXAM_KINDS.get(code[:3], "OTH"))],
                "code": concept(title, coding(SERVICES, code, title)),
                "subject": chart.subject,
                "encounter": chart.to("Encounter", self.visit) if self.visit else None,
                "effectiveDateTime": self.done,
                "issued": self.done,
                "performer": [chart.clinic],
                "resultsInterpreter": [chart.by(self.speciality)],
                "conclusion": self.conclusion,
            },
        )


# Sections of the dictionary of medical services: ultrasound, functional tests, X-ray.
_EXAM_KINDS = {"A04": "RUS", "A05": "EC", "A06": "RAD"}


def file_document(
    chart: Chart, *, kind: tuple[str, str], visit: str, signed: str, text: str
) -> None:
    """File a plain-text document; its bytes stand in the attachment."""
    code, title = kind
    attachment: Json = {
        "contentType": "text/plain; charset=utf-8",
        "language": "ru",
        "title": title,
        "data": b64encode(text.encode()).decode(),
    }
    chart.add(
        "DocumentReference",
        f"{code}/{signed}",
        {
            "status": "current",
            "docStatus": "final",
            "type": concept(title, coding(DOCUMENT_KINDS, code, title)),
            "subject": chart.subject,
            "date": signed,
            "custodian": chart.clinic,
            "content": [{"attachment": attachment}],
            "context": {"encounter": [chart.to("Encounter", visit)]},
        },
    )
