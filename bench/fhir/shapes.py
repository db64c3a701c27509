"""The kinds of load: what is asked, of whom, and how soon it ought to be answered.

Every search names its patient, as a clinic's system must with us; the other servers are asked the
same.
"""

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from bench.fhir.answers import Answer
from bench.fhir.load import Sendable
from bench.fhir.population import Person, bundles, reference_of
from bench.fhir.resources import (
    FAMILY,
    LOINC,
    OF_A_HUNDRED,
    PULSE,
    UNITS,
    WEIGHT,
    Resource,
    as_json,
    single,
)
from bench.fhir.target import Request

_DIFFERENT = 5_000  # requests of one shape before they are repeated
# More than a server of this machine's size answers: where they run out, the take ends earlier.
_MOST_WRITES = 6_000  # a second
_MOST_BUNDLES = 150  # a second
_LEFT = 8  # one of so many is deleted in a take at most


@dataclass(frozen=True, kw_only=True)
class Aim:
    """With so many clients: requests or resources a second at least, milliseconds at most."""

    clients: int
    rate: float | None = None
    p99: float | None = None
    median: float | None = None


@dataclass(frozen=True, kw_only=True)
class Shape:
    """`requests` gives those of a take of so many seconds; `repeated`: over and over."""

    name: str
    requests: Callable[[float], Iterable[Request]]
    repeated: bool = True
    least: int = 0  # entries that the first answer must hold
    resources: int = 1  # that a request writes: the rate is of these
    clients: tuple[int, ...] = ()  # empty: as the command says
    bound: str = ""
    aim: Aim | None = None
    on_answer: Callable[[Sendable, Answer], None] | None = None


def reading(people: Sequence[Person], long_records: Sequence[Person], seed: str) -> list[Shape]:
    """Read by id, one person's measurements, whole records, six families of search."""
    dice = random.Random(seed)  # noqa: S311
    asked = [dice.choice(people) for _ in range(_DIFFERENT)]
    return [
        Shape(
            name="read by id",
            requests=_again(f"/{dice.choice(person.references)}" for person in asked),
            bound="one resource by id",
            aim=Aim(clients=32, rate=3_500, p99=20),
        ),
        Shape(
            name="Observations by code",
            requests=_searches(
                asked,
                f"Observation?patient={{patient}}&code={_token(LOINC, PULSE)}"
                "&_sort=-date&_count=15",
            ),
            least=15,
            aim=Aim(clients=32, rate=1_500),
        ),
        Shape(
            name="$everything of 100",
            requests=_searches(asked, "Patient/{patient}/$everything?_count=1000"),
            least=100,
            aim=Aim(clients=8, rate=600),
        ),
        Shape(
            name="$everything of 1,000",
            requests=_searches(long_records, "Patient/{patient}/$everything?_count=1000"),
            least=1_000,
            clients=(1,),
            aim=Aim(clients=1, median=40),
        ),
        *(
            Shape(name=f"search by {family}", requests=_searches(asked, query), least=1)
            for family, query in _SEARCHES.items()
        ),
    ]


def _token(system: str, code: str) -> str:
    return quote(f"{system}|{code}", safe="")


_HEAVY = quote(f"gt60|{UNITS}|kg", safe="")
_SEARCHES = {
    family: f"{query}&_count=20"
    for family, query in {
        "token": f"Observation?patient={{patient}}&code={_token(LOINC, PULSE)}",
        "date": "Observation?patient={patient}&date=ge2018-01-01&date=lt2024-01-01",
        "string": f"Patient?_id={{patient}}&family={FAMILY.lower()}",
        "reference": "Observation?patient={patient}&encounter={visit}",
        "quantity": f"Observation?patient={{patient}}&code={_token(LOINC, WEIGHT)}"
        f"&value-quantity={_HEAVY}",
        "chain": f"Observation?patient={{patient}}&subject:Patient.family={FAMILY.lower()}",
    }.items()
}


def _searches(people: Sequence[Person], query: str) -> Callable[[float], Iterable[Request]]:
    return _again(
        "/" + query.format(patient=person.patient, visit=person.visit) for person in people
    )


def _again(paths: Iterable[str]) -> Callable[[float], Iterable[Request]]:
    requests = [Request(method="GET", path=path) for path in paths]
    return lambda _: requests


@dataclass(kw_only=True)
class Writing:
    """Create, update and delete one after another: what a take created, the next ones change."""

    people: Sequence[Person]
    seed: str
    _created: dict[str, tuple[str, Person]] = field(default_factory=dict)
    _sent: int = 0

    def shapes(self) -> list[Shape]:
        two = "two inserts"
        return [
            Shape(
                name="create",
                requests=self._creates,
                repeated=False,
                on_answer=self._keep,
                bound=two,
                aim=Aim(clients=32, rate=1_200),
            ),
            Shape(name="update", requests=self._updates, bound=two),
            Shape(
                name="delete",
                requests=self._deletes,
                repeated=False,
                on_answer=self._forget,
                bound=two,
            ),
            Shape(
                name="transaction of 100",
                requests=self._bundles,
                repeated=False,
                resources=100,
                aim=Aim(clients=32, rate=3_000),
            ),
        ]

    def _creates(self, seconds: float) -> Iterator[Request]:
        for kind in itertools.islice(itertools.cycle(OF_A_HUNDRED), int(seconds * _MOST_WRITES)):
            self._sent += 1
            dice = random.Random(f"{self.seed}/create/{self._sent}")  # noqa: S311
            about = dice.choice(self.people)
            yield Request(
                method="POST",
                path=f"/{kind}",
                body=as_json(self._made(kind, about, dice)),
                expected=(201,),
                mark=(kind, about),
            )

    def _updates(self, _: float) -> Iterator[Request]:
        dice = random.Random(f"{self.seed}/update/{self._sent}")  # noqa: S311
        for reference, (kind, about) in itertools.islice(self._created.items(), _DIFFERENT):
            body = {**self._made(kind, about, dice), "id": reference.partition("/")[2]}
            yield Request(method="PUT", path=f"/{reference}", body=as_json(body))

    def _deletes(self, _: float) -> Iterator[Request]:
        """A part of what is there, so that something is left for the takes to come."""
        for reference in itertools.islice(self._created, len(self._created) // _LEFT):
            yield Request(
                method="DELETE", path=f"/{reference}", expected=(200, 204), mark=reference
            )

    def _bundles(self, seconds: float) -> Iterator[Request]:
        first, count = self._sent, int(seconds * _MOST_BUNDLES)
        self._sent += count
        return bundles(f"{self.seed}/bundle", range(first, first + count))

    def _keep(self, sent: Sendable, answer: Answer) -> None:
        location = answer.header(b"location").decode("latin-1")
        self._created[reference_of(location)] = sent.mark

    def _forget(self, sent: Sendable, _: Answer) -> None:
        del self._created[sent.mark]

    @staticmethod
    def _made(kind: str, about: Person, dice: random.Random) -> Resource:
        return single(kind, dice, f"Patient/{about.patient}", about.visit)
