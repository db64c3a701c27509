"""Visits, stays, diagnoses, orders, examinations, operations and documents of a chart."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from medkarta.demo.charts.chart import (
    DOCUMENT_KINDS,
    HL7,
    ICD10,
    SERVICES,
    Chart,
    Json,
    coding,
    concept,
    hl7,
)

_INSTANT_CHARS = len("2026-11-01T09:00:00+03:00")


class Item(Protocol):
    """Anything that knows how to file itself in a chart."""

    def file(self, chart: Chart) -> object: ...


def file_all(chart: Chart, items: Iterable[Item]) -> None:
    for item in items:
        item.file(chart)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """An encounter; `key` is how other entries name it.

    `problems` are keys of diagnoses, `order` that of the order it answers, `referral` that of
    another clinic in words. `ward` and `outcome` belong to a stay.
    """

    key: str
    start: str
    end: str | None
    service: tuple[str | None, str]
    speciality: str
    reason: str
    kind: str = "AMB"
    outcome: str | None = None
    problems: tuple[str, ...] = ()
    order: str | None = None
    referral: str | None = None
    ward: str | None = None

    def file(self, chart: Chart) -> None:
        code, title = self.service
        codings = [coding(SERVICES, code, title)] if code else []
        chart.add(
            "Encounter",
            self.key,
            {
                "status": "finished" if self.end else "in-progress",
                "class": coding(HL7 + "v3-ActCode", self.kind),
                "type": [concept(title, *codings)],
                "subject": chart.subject,
                "basedOn": self._order(chart),
                "participant": [{"individual": chart.by(self.speciality)}],
                "period": {"start": self.start, "end": self.end}
                if self.end
                else {"start": self.start},
                "reasonCode": [{"text": self.reason}],
                "diagnosis": self._diagnoses(chart),
                "hospitalization": self.outcome
                and {"dischargeDisposition": {"text": self.outcome}},
                "location": self.ward and [{"location": {"display": self.ward}}],
                "serviceProvider": chart.clinic,
            },
        )

    def _order(self, chart: Chart) -> list[Json] | None:
        if self.referral:
            return [{"display": self.referral}]
        return [chart.to("ServiceRequest", self.order)] if self.order else None

    def _diagnoses(self, chart: Chart) -> list[Json] | None:
        use = {"use": hl7("diagnosis-role", "DD")} if self.kind == "IMP" else {}
        return [
            {"condition": chart.to("Condition", problem), **use} for problem in self.problems
        ] or None


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
    key: str | None = None
    recorded: str | None = None

    def file(self, chart: Chart) -> None:
        chart.add(
            "Condition",
            self.key or f"{self.code}/{self.since}",
            {
                "clinicalStatus": hl7("condition-clinical", "resolved" if self.ended else "active"),
                "verificationStatus": hl7("condition-ver-status", "confirmed"),
                "category": [hl7("condition-category", "encounter-diagnosis")],
                "code": concept(self.text, coding(ICD10, self.code, self.official)),
                "subject": chart.subject,
                "encounter": chart.to("Encounter", self.visit),
                "onsetDateTime": self.since,
                "abatementDateTime": self.ended,
                "recordedDate": self.recorded or self.since,
                "asserter": chart.by(self.speciality),
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Booking:
    """How an order goes on: when it is to be done, and the report that came of it."""

    at: str
    words: str
    report: str | None = None
    done: bool = False

    def file(self, chart: Chart, order: "Order") -> None:
        report = self.report and chart.to("DiagnosticReport", self.report)
        chart.add(
            "Task",
            order.key,
            {
                "basedOn": [chart.to("ServiceRequest", order.key)],
                "status": "completed" if self.done else "accepted",
                "businessStatus": {"text": self.words},
                "intent": "order",
                "description": order.text,
                "focus": chart.to("ServiceRequest", order.key),
                "for": chart.subject,
                "encounter": chart.to("Encounter", order.visit),
                "executionPeriod": {"start": self.at},
                "authoredOn": order.written,
                "owner": chart.clinic,
                "output": report and [{"type": {"text": "Результат"}, "valueReference": report}],
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a doctor asked for, and how far it has come."""

    key: str
    service: tuple[str | None, str] | None
    text: str
    written: str
    visit: str
    speciality: str
    status: str = "completed"
    note: str | None = None
    problem: str | None = None
    until: str | None = None
    booking: Booking | None = None

    def file(self, chart: Chart) -> None:
        code, title = self.service or (None, self.text)
        chart.add(
            "ServiceRequest",
            self.key,
            {
                "status": self.status,
                "intent": "order",
                "code": concept(self.text, *([coding(SERVICES, code, title)] if code else [])),
                "subject": chart.subject,
                "encounter": chart.to("Encounter", self.visit),
                "occurrencePeriod": self.until
                and {"start": self.written[:10], "end": self.until[:10]},
                "authoredOn": self.written,
                "requester": chart.by(self.speciality),
                "reasonReference": self.problem and [chart.to("Condition", self.problem)],
                "note": [{"text": self.note}] if self.note else None,
            },
        )
        if self.booking:
            self.booking.file(chart, self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exam:
    """An instrumental examination with its conclusion in words."""

    service: tuple[str | None, str]
    done: str
    conclusion: str
    speciality: str
    order: str | None = None
    visit: str | None = None

    @property
    def key(self) -> str:
        code, title = self.service
        return f"{code or title}/{self.done}"

    def file(self, chart: Chart) -> None:
        code, title = self.service
        chart.add(
            "DiagnosticReport",
            self.key,
            {
                "basedOn": [chart.to("ServiceRequest", self.order)] if self.order else None,
                "status": "final",
                "category": [hl7("v2-0074", _EXAM_KINDS.get((code or "")[:3], "OTH"))],
                "code": concept(title, *([coding(SERVICES, code, title)] if code else [])),
                "subject": chart.subject,
                "encounter": chart.to("Encounter", self.visit) if self.visit else None,
                "effectiveDateTime": self.done,
                # An instant (https://hl7.org/fhir/R4/datatypes.html#instant) has a time of day.
                "issued": self.done if len(self.done) == _INSTANT_CHARS else None,
                "performer": [chart.clinic],
                "resultsInterpreter": [chart.by(self.speciality)],
                "conclusion": self.conclusion,
            },
        )


# Sections of the dictionary of medical services: endoscopy, ultrasound, functional tests, X-ray,
# cytology and histology.
_EXAM_KINDS = {"A03": "OTH", "A04": "RUS", "A05": "EC", "A06": "RAD", "A08": "SP"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """Something done to the body: an operation, a procedure."""

    service: tuple[str | None, str]
    start: str
    end: str
    visit: str
    speciality: str
    problem: str | None = None
    outcome: str | None = None

    def file(self, chart: Chart) -> None:
        code, title = self.service
        chart.add(
            "Procedure",
            f"{code or title}/{self.start}",
            {
                "status": "completed",
                "code": concept(title, *([coding(SERVICES, code, title)] if code else [])),
                "subject": chart.subject,
                "encounter": chart.to("Encounter", self.visit),
                "performedPeriod": {"start": self.start, "end": self.end},
                "performer": [{"actor": chart.by(self.speciality)}],
                "reasonReference": self.problem and [chart.to("Condition", self.problem)],
                "outcome": {"text": self.outcome} if self.outcome else None,
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document; its bytes stand in the attachment. `media` is its type without the charset."""

    kind: tuple[str, str]
    visit: str
    signed: str
    text: str
    speciality: str | None = None
    media: str = "text/plain"

    def file(self, chart: Chart) -> None:
        code, title = self.kind
        attachment: Json = {
            "contentType": f"{self.media}; charset=utf-8",
            "language": "ru",
            "data": b64encode(self.text.encode()).decode(),
            "title": title,
            "creation": self.signed,
        }
        chart.add(
            "DocumentReference",
            f"{code}/{self.signed}",
            {
                "status": "current",
                "docStatus": "final",
                "type": concept(title, coding(DOCUMENT_KINDS, code, title)),
                "subject": chart.subject,
                "date": self.signed,
                "author": [chart.by(self.speciality)] if self.speciality else None,
                "custodian": chart.clinic,
                "content": [{"attachment": attachment}],
                "context": {"encounter": [chart.to("Encounter", self.visit)]},
            },
        )
