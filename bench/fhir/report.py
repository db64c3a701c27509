"""Figures in words: one table, then what was aimed at, then the curve over sizes."""

from collections.abc import Iterator, Mapping, Sequence

from bench.fhir.load import percentiles
from bench.fhir.measure import Measured
from bench.figures import Figure

FLATTEST = 1.25  # times slower at the largest size than at the smallest
_HEAD = [
    *("people", "shape", "clients", "per s", "p50 ms", "p95 ms", "p99 ms", "errors"),
    *("server CPU ms", "database CPU ms", "clients' CPU ms", "of bound"),
]
Rates = Mapping[tuple[int, str, int], float]  # of bounds, by people, name and clients


def table(measured: Sequence[Measured], bounds: Rates) -> Iterator[str]:
    """A Markdown table; processor time is of one request."""
    rows = [_HEAD, *(_row(one, bounds) for one in measured)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    yield lines[0]
    yield "| " + " | ".join("-" * width for width in widths) + " |"
    yield from lines[1:]


def _row(one: Measured, bounds: Rates) -> list[str]:
    median = rate(one).median
    latencies = percentiles(one.whole.latencies, 0.5, 0.95, 0.99)
    bound = bounds.get((one.people, one.shape.bound, one.clients))
    requests = len(one.whole.latencies) + one.whole.errors.total()
    spent = (one.server_cpu, one.database_cpu, one.whole.client_cpu)
    return [
        f"{one.people:,}",
        one.shape.name,
        str(one.clients),
        f"{median:,.0f}",
        *(f"{seconds * 1000:.2f}" for seconds in latencies),
        ", ".join(f"{count} × {what}" for what, count in one.whole.errors.items()) or "0",
        *("–" if cpu is None else f"{cpu * 1000 / max(requests, 1):.3f}" for cpu in spent),
        f"{median / bound:.2f}" if bound else "–",
    ]


def aims(measured: Sequence[Measured]) -> Iterator[Figure]:
    """What the shapes that have an aim came to, beside it."""
    for one in measured:
        aim = one.shape.aim
        if aim is None or aim.clients != one.clients:
            continue
        if aim.rate:
            yield rate(one, aim.rate)
        latencies = percentiles(one.whole.latencies, 0.5, 0.99)
        for word, seconds, most in zip(
            ("p50", "p99"), latencies, (aim.median, aim.p99), strict=True
        ):
            if most:
                yield Figure(
                    name=f"{_name(one)}, {word}", unit="ms", takes=(seconds * 1000,), aim=most
                )


def curve(measured: Sequence[Measured]) -> Iterator[Figure]:
    """How many times slower each shape is at the largest size than at the smallest.

    With the most clients that it was measured with: the others stand in the table.
    """
    last = {(one.shape.name, one.people): one for one in sorted(measured, key=_clients)}
    least, most = (end((people for _, people in last), default=0) for end in (min, max))
    for (shape, people), one in last.items():
        before = last.get((shape, least))
        if people == most > least and before and rate(one).median:
            yield Figure(
                name=f"{_name(one)}, beside {least:,}",
                unit="times slower",
                takes=(rate(before).median / rate(one).median,),
                aim=FLATTEST,
            )


def _clients(one: Measured) -> int:
    return one.clients


def rate(one: Measured, aim: float | None = None) -> Figure:
    """Answers a second; of bundles, resources a second."""
    unit = "resources/s" if one.shape.resources > 1 else "/s"
    takes = tuple(one.rates)
    return Figure(name=_name(one), unit=unit, takes=takes, aim=aim, more_is_better=True)


def _name(one: Measured) -> str:
    return f"{one.shape.name}, {one.clients} clients, {one.people:,} people"
