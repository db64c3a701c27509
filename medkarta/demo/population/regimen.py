"""What a person takes for years: prescriptions that follow one another."""

from typing import TYPE_CHECKING, Final

from medkarta.demo.population.moments import plus
from medkarta.demo.population.prescriptions import Dose, Prescription

if TYPE_CHECKING:
    from medkarta.demo.population.problems import Problem
    from medkarta.demo.population.visits import Visit

# приказ 1094н: to a chronic patient a prescription may be given for up to a year.
_YEAR: Final = 360
_IN_TIME: Final = 60


class Regimen:
    """Medicines taken all the time for one illness."""

    def __init__(self, problem: "Problem") -> None:
        self.problem = problem
        self._taken: dict[str, tuple[Dose, Prescription]] = {}

    def __contains__(self, drug: str) -> bool:
        return drug in self._taken

    def take(self, visit: "Visit", drug: str, dose: Dose) -> None:
        """Begin a medicine, or another dose of it."""
        self.leave(visit, drug)
        self._taken[drug] = (dose, visit.prescribe(drug, dose, _YEAR, self.problem))

    def leave(self, visit: "Visit", drug: str) -> None:
        """Take it no more."""
        if drug in self._taken:
            self._taken.pop(drug)[1].stop(visit.day)

    def leave_all(self, visit: "Visit") -> None:
        for drug in list(self._taken):
            self.leave(visit, drug)

    def renew(self, visit: "Visit") -> None:
        """Write anew what runs out soon."""
        for drug, (dose, last) in list(self._taken.items()):
            if last.until < plus(visit.day, _IN_TIME):
                self._taken[drug] = (dose, visit.prescribe(drug, dose, _YEAR, self.problem))
