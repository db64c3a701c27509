"""Prescriptions, what was handed out on them, medicines given at once, and vaccinations."""

from dataclasses import dataclass, field

from medkarta.demo.charts.chart import (
    ATC,
    MEDICINES,
    UCUM,
    VACCINES,
    Chart,
    Json,
    coding,
    concept,
    number,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """How often and how much: `amount` units `frequency` times in `period` days."""

    amount: str
    unit: str
    frequency: int
    period: int = 1

    def dosage(self, words: str) -> Json:
        return {
            "text": words,
            "timing": {
                "repeat": {
                    "frequency": self.frequency,
                    "period": self.period,
                    "periodUnit": "d",
                }
            },
            "doseAndRate": [{"doseQuantity": _amount(self.amount, self.unit)}],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """What may be handed out: how much, for how many days, and how often again."""

    quantity: str
    unit: str
    days: int
    repeats: int = 0


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
    code: str | None = None
    problem: str | None = None
    times: Times | None = None
    supply: Supply | None = None

    @property
    def key(self) -> str:
        return f"{self.atc}/{self.written}"

    @property
    def medication(self) -> Json:
        codings = [coding(ATC, self.atc)]
        if self.code:
            codings.insert(0, coding(MEDICINES, self.code, self.name))
        return concept(self.name, *codings)

    def file(self, chart: Chart) -> None:
        chart.add(
            "MedicationRequest",
            self.key,
            {
                "status": self.status,
                "intent": "order",
                "medicationCodeableConcept": self.medication,
                "subject": chart.subject,
                "encounter": chart.to("Encounter", self.visit),
                "authoredOn": self.written,
                "requester": chart.by(self.speciality),
                "reasonCode": [{"text": self.reason}] if self.reason else None,
                "reasonReference": self.problem and [chart.to("Condition", self.problem)],
                "dosageInstruction": [dosage(self)],
                "dispenseRequest": self._dispense_request(),
            },
        )

    def _dispense_request(self) -> Json:
        request: Json = {"validityPeriod": {"start": self.written, "end": self.until}}
        if self.supply:
            request["numberOfRepeatsAllowed"] = self.supply.repeats
            request["quantity"] = _amount(self.supply.quantity, self.supply.unit)
            request["expectedSupplyDuration"] = {
                "value": self.supply.days,
                "unit": "дн",
                "system": UCUM,
                "code": "d",
            }
        return request


def dosage(medicine: Medicine) -> Json:
    words = medicine.dosage
    return medicine.times.dosage(words) if medicine.times else {"text": words}


@dataclass(frozen=True, kw_only=True, slots=True)
class Handout:
    """What a pharmacy gave out on a prescription."""

    medicine: Medicine
    at: str
    quantity: str
    unit: str
    days: int

    def file(self, chart: Chart) -> None:
        chart.add(
            "MedicationDispense",
            f"{self.medicine.key}/{self.at}",
            {
                "status": "completed",
                "medicationCodeableConcept": self.medicine.medication,
                "subject": chart.subject,
                "performer": [{"actor": {"display": "Демонстрационная аптека (вымышленная)"}}],
                "authorizingPrescription": [chart.to("MedicationRequest", self.medicine.key)],
                "quantity": _amount(self.quantity, self.unit),
                "daysSupply": {"value": self.days, "unit": "дн", "system": UCUM, "code": "d"},
                "whenHandedOver": self.at,
                "dosageInstruction": [dosage(self.medicine)],
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Administration:
    """A dose given in the clinic, by its prescription."""

    medicine: Medicine
    at: str
    visit: str
    speciality: str

    def file(self, chart: Chart) -> None:
        times = self.medicine.times
        dose = times and {"text": self.medicine.dosage, "dose": _amount(times.amount, times.unit)}
        chart.add(
            "MedicationAdministration",
            f"{self.medicine.key}/{self.at}",
            {
                "status": "completed",
                "medicationCodeableConcept": self.medicine.medication,
                "subject": chart.subject,
                "context": chart.to("Encounter", self.visit),
                "effectiveDateTime": self.at,
                "performer": [{"actor": chart.by(self.speciality)}],
                "request": chart.to("MedicationRequest", self.medicine.key),
                "dosage": dose,
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Against what a dose is, and which of its scheme it is: stage V1, RV2 and its number."""

    disease: str
    stage: str | None
    dose: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """A vaccination, coded by the dictionary of immunobiological preparations.

    `against` and `dose` say it for a plain vaccine, `targets` for one against several diseases.
    With `refused` it was not given, for that reason.
    """

    code: str
    name: str
    given: str
    series: str = ""
    against: str = ""
    dose: int = 1
    targets: tuple[Target, ...] = field(default=())
    visit: str | None = None
    expires: str | None = None
    refused: str | None = None

    def file(self, chart: Chart) -> None:
        targets = self.targets or (Target(disease=self.against, stage=None, dose=self.dose),)
        chart.add(
            "Immunization",
            f"{self.code}/{self.given}",
            {
                "status": "not-done" if self.refused else "completed",
                "statusReason": {"text": self.refused} if self.refused else None,
                "vaccineCode": concept(self.name, coding(VACCINES, self.code, self.name)),
                "patient": chart.subject,
                "encounter": self.visit and chart.to("Encounter", self.visit),
                "occurrenceDateTime": self.given,
                "primarySource": True,
                "lotNumber": self.series or None,
                "expirationDate": self.expires,
                "performer": [{"actor": chart.clinic}],
                "protocolApplied": [_protocol(target) for target in targets],
            },
        )


def _protocol(target: Target) -> Json:
    protocol: Json = {
        "targetDisease": [{"text": target.disease}],
        "doseNumberPositiveInt": target.dose,
    }
    return {"series": target.stage, **protocol} if target.stage else protocol


def _amount(value: str, unit: str) -> Json:
    return {"value": number(value), "unit": unit}
