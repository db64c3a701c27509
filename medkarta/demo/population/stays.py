"""A stay in a hospital, from admission to the discharge summary."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from medkarta.demo.charts import care, services
from medkarta.demo.population.drugs import DRUGS
from medkarta.demo.population.life import Life, NotYetError
from medkarta.demo.population.moments import instant, moment, plus, spoken, workday
from medkarta.demo.population.orders import Study
from medkarta.demo.population.panels import LabSet
from medkarta.demo.population.prescriptions import Dose, Prescription
from medkarta.demo.population.visits import Referral, Slot, Visit, paper

if TYPE_CHECKING:
    from medkarta.demo.population.problems import Problem

_OUT: Final = 12  # the hour at which people go home


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What the discharge summary says."""

    treatment: str
    state: str
    advice: str
    outcome: str = "Выписан(а) с улучшением"
    kind: tuple[str, str] = services.DISCHARGE_SUMMARY


class Stay(Visit):
    """Nights in a hospital's ward. `discharge` is to be called before its context ends."""

    def __init__(self, visit: Visit, *, nights: int, ward: str) -> None:
        super().__init__(
            visit.life,
            visit.chart,
            visit.start,
            speciality=visit.speciality,
            reason=visit.reason,
            slot=visit.slot,
        )
        self.ward = ward
        self.end = moment(plus(visit.start.date(), nights), _OUT)
        self._summary: Summary | None = None

    def at(self, night: int, hour: int, minute: int = 0) -> datetime:
        """A moment of the stay, `night` nights after admission."""
        wished = moment(plus(self.day, night), hour, minute)
        return min(max(wished, self.start + timedelta(minutes=30)), self.end)

    def labs_on(self, night: int, labs: LabSet) -> dict[str, float]:
        """Have an analysis made on the spot; the morning's, or at once on admission."""
        taken = self.at(night, 7, 10)
        while taken in self.life.taken:
            taken += timedelta(minutes=1)
        self.life.taken.add(taken)
        ready = taken + timedelta(hours=3)
        found = self.life.file_panel(self.chart, labs, (taken, ready), visit=self.key)
        return {name: float(value) for name, value in found.items()}

    def exam_on(self, night: int, hour: int, study: Study) -> None:
        care.Exam(
            service=study.service,
            done=instant(self.at(night, hour, 40)),
            conclusion=study.conclusion,
            speciality=study.by,
            visit=self.key,
        ).file(self.chart)

    def measure_on(self, night: int, *names: str) -> dict[str, float]:
        return self.measure_at(self.at(night, 9, 5), *names)

    def treat(
        self, drug: str, dose: Dose, days: int, problem: "Problem | None" = None
    ) -> Prescription:
        """Prescribe what the ward gives."""
        prescription = Prescription(
            drug=DRUGS[drug], dose=dose, days=days, visit=self, problem=problem, at_home=False
        )
        self.life.prescriptions.append(prescription)
        return prescription

    def operate_on(
        self, night: int, service: tuple[str, str], minutes: int, problem: "Problem"
    ) -> datetime:
        """Operate at ten that day, or as soon as possible on admission; answer when it was done."""
        start = self.at(night, 10, 15) if night else self.start + timedelta(hours=3)
        end = start + timedelta(minutes=minutes)
        care.Operation(
            service=service,
            start=instant(start),
            end=instant(end),
            visit=self.key,
            speciality=self.speciality,
            problem=problem.key,
            outcome="Без осложнений",
        ).file(self.chart)
        return end

    def discharge(self, summary: Summary) -> None:
        self._summary = summary

    def file(self) -> None:
        """File the stay and its summary."""
        summary = self._summary
        care.Visit(
            key=self.key,
            start=instant(self.start),
            end=instant(self.end),
            service=(None, f"Лечение в стационаре: {self.ward}"),
            speciality=self.speciality,
            reason=self.reason,
            kind="IMP",
            problems=tuple(problem.key for problem in self.problems),
            **(self.slot.order.within(self.chart) if self.slot.order else {}),
            outcome=summary.outcome if summary else None,
            ward=self.ward[0].upper() + self.ward[1:],
        ).file(self.chart)
        if summary:
            self.document(summary.kind, self.end - timedelta(minutes=30), self._paper(summary))

    def _paper(self, summary: Summary) -> str:
        return paper(
            f"{summary.kind[1]} (пример, все данные вымышлены)",
            (
                ("Находился(лась) на лечении", f"{spoken(self.day)} – {spoken(self.end.date())}"),
                ("Отделение", self.ward),
                ("Повод", self.reason),
                ("Диагноз", "; ".join(problem.written for problem in self.problems)),
                ("Лечение", summary.treatment),
                ("Состояние при выписке", summary.state),
                ("Рекомендовано", summary.advice),
            ),
        )


def admit(life: Life, day: date, speciality: str, reason: str, to: "Bed") -> Stay:
    """Put a person to bed in their region's hospital. Raises `NotYetError`."""
    day = workday(day) if to.planned else day
    if plus(day, to.nights) > life.today:
        raise NotYetError
    slot = Slot(
        place=life.citizen.hospital(day),
        kind="IMP",
        planned=to.planned,
        hours=(9, 11) if to.planned else (0, 24),
        order=to.order,
    )
    return Stay(life.visit(day, speciality, reason, slot), nights=to.nights, ward=to.ward)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bed:
    """Where and for how long; `order` is the referral, if one led there."""

    ward: str
    nights: int
    planned: bool = True
    order: Referral | None = None
