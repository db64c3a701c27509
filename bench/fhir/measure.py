"""One shape at one number of clients: several takes, and what they cost."""

import itertools
from dataclasses import dataclass, field

from bench.fhir.load import Take, run
from bench.fhir.shapes import Shape
from bench.fhir.target import Target
from bench.fhir.usage import Roots

WARM_UP = 0.5  # seconds


@dataclass(kw_only=True)
class Measured:
    """`rates` are of each take, a second; processor seconds are of all of them together."""

    people: int
    shape: Shape
    clients: int
    rates: list[float] = field(default_factory=list)
    whole: Take = field(default_factory=Take)
    server_cpu: float | None = None
    database_cpu: float | None = None


def refusal(target: Target, shape: Shape) -> str:
    """Why the shape cannot be measured on this server, from one answer; nothing where it can."""
    if not shape.least:
        return ""
    answer, why = target.ask(next(iter(shape.requests(WARM_UP))))
    if why:
        return why
    found = len(answer.get("entry", ()))
    return "" if found >= shape.least else f"{found} entries where {shape.least} are due"


def measure(  # noqa: PLR0913  # each is a setting of its own
    target: Target,
    shape: Shape,
    roots: Roots,
    *,
    people: int,
    clients: int,
    seconds: float,
    takes: int,
) -> Measured:
    measured = Measured(people=people, shape=shape, clients=clients)
    _take(target, shape, clients, WARM_UP)
    before = roots.usage()
    for _ in range(takes):
        take = _take(target, shape, clients, seconds)
        if not take.latencies and not take.errors:
            break  # nothing is left to send
        measured.rates.append(take.rate * shape.resources)
        measured.whole.add(take)
    spent = [
        then.cpu - first.cpu if first and then else None
        for first, then in zip(before, roots.usage(), strict=True)
    ]
    measured.server_cpu, measured.database_cpu = spent
    return measured


def _take(target: Target, shape: Shape, clients: int, seconds: float) -> Take:
    sendables = list(target.sendables(shape.requests(seconds)))
    feed = itertools.cycle(sendables) if shape.repeated else iter(sendables)
    return run(
        target.address, feed, connections=clients, seconds=seconds, on_answer=shape.on_answer
    )
