"""The course of a bench: fill to a size, take the bounds, take each shape, go on to the next."""

import argparse
from collections.abc import Iterator

from bench.fhir import report
from bench.fhir.bounds import Bounds
from bench.fhir.measure import Measured, measure, refusal
from bench.fhir.population import load, remember, remembered
from bench.fhir.shapes import Shape, Writing, reading
from bench.fhir.target import Target
from bench.fhir.usage import Roots

_LONG_RECORDS, _LONG = 4, 1_000


class Course:
    """`given` is what the command was told. `bounds` only where the service is our own."""

    def __init__(
        self, given: argparse.Namespace, *, target: Target, roots: Roots, bounds: Bounds | None
    ) -> None:
        self._given = given
        self._target = target
        self._roots = roots
        self._bounds = bounds
        self._bound_rates: dict[tuple[int, str, int], float] = {}
        self._measured: list[Measured] = []
        known = remembered(given.population) if given.population else []
        self._long = [one for one in known if one.resources >= _LONG]
        self._people = [one for one in known if one.resources < _LONG]

    def run(self) -> None:
        for size in sorted(self._given.people):
            print(f"\n{size:,} people", flush=True)
            self._fill(size)
            if self._bounds:
                self._take_bounds(size, self._bounds)
            for shape in self._shapes(size):
                self._take(size, shape)
            for name, used in zip(("server", "database"), self._roots.usage(), strict=True):
                if used:
                    print(f"  memory of the {name}: {used.memory:.0f} MB", flush=True)
        print()
        for line in report.table(self._measured, self._bound_rates):
            print(line)
        print()
        for figure in (*report.aims(self._measured), *report.curve(self._measured)):
            print(f"  {figure}")

    def _fill(self, size: int) -> None:
        seed = self._given.seed
        if not self._long:
            self._long, _ = load(
                self._target, f"{seed}/long", range(_LONG_RECORDS), resources=_LONG
            )
        missing = range(len(self._people), size)
        if missing:
            people, take = load(self._target, seed, missing)
            self._people += people
            rate = sum(one.resources for one in people) / take.seconds
            print(f"  {len(people):,} people taken in, {rate:,.0f} resources/s", flush=True)
        if self._given.population:
            remember(self._given.population, [*self._long, *self._people])

    def _take_bounds(self, size: int, bounds: Bounds) -> None:
        rates = bounds.rates(clients=self._given.clients, seconds=self._given.seconds)
        for (name, clients), rate in rates.items():
            self._bound_rates[size, name, clients] = rate
            print(f"  pgbench, {name}, {clients} clients: {rate:,.0f}/s", flush=True)

    def _shapes(self, size: int) -> Iterator[Shape]:
        people, seed = self._people[:size], f"{self._given.seed}/{size}"
        writing = Writing(people=people, seed=seed)
        for shape in (*reading(people, self._long, seed), *writing.shapes()):
            words = self._given.shapes
            if not words or any(word in shape.name for word in words):
                yield shape

    def _take(self, size: int, shape: Shape) -> None:
        why = refusal(self._target, shape)
        if why:
            print(f"  {shape.name} is not measured: {why}", flush=True)
            return
        for clients in shape.clients or self._given.clients:
            measured = measure(
                self._target,
                shape,
                self._roots,
                people=size,
                clients=clients,
                seconds=self._given.seconds,
                takes=self._given.takes,
            )
            if not measured.rates:
                print(f"  {shape.name} is not measured: there was nothing to send", flush=True)
                return
            self._measured.append(measured)
            print(f"  {report.rate(measured)}", flush=True)
            for error, sample in measured.whole.samples.items():
                print(f"    {error}: {sample.decode(errors='replace')}", flush=True)
