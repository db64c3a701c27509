"""Absent, deleted, another's, hidden: whether the FHIR API takes as long for each.

One keep-alive connection to one web process; each turn asks once of every kind.
"""

import http.client
import json
import random
import time
from collections.abc import Iterator, Mapping
from secrets import token_hex

from bench.security.telling import Pair
from bench.security.world import Reader, World

_WARM_UP = 20
_ALIKE = frozenset({200, 201, 204, 404})
_READING = {
    "read": ("GET", "{type}/{id}"),
    "search by _id": ("GET", "{type}?_id={id}"),
}
_FORMER = {
    "vread": ("GET", "{type}/{id}/_history/1"),
    "history": ("GET", "{type}/{id}/_history"),
}
_WRITING = {"delete": ("DELETE", "{type}/{id}")}
Headers = Mapping[str, str]


class Asking:
    """A connection that stays."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def seconds(self, method: str, path: str, headers: Headers, body: bytes | None = None) -> float:
        """From the first byte sent to the last one read."""
        began = time.perf_counter()
        self._connection.request(method, f"/fhir/{path}", body=body, headers=headers)
        answer = self._connection.getresponse()
        read = answer.read()
        taken = time.perf_counter() - began
        if answer.status not in _ALIKE:
            raise SystemExit(f"{method} {path} was answered {answer.status}: {read[:300]!r}")
        return taken


def measured(port: int, *, turns: int) -> Iterator[Pair]:
    """All pairs, one way of asking after the other."""
    world, asking = World(), Asking(port)
    for name in world.to_delete:
        asking.seconds("DELETE", f"Observation/{name}", {"Authorization": f"Bearer {world.as_x()}"})
    for reader in world.readers():
        ways = _READING | (_FORMER if reader.former else {}) | (_WRITING if reader.writes else {})
        for way, address in ways.items():
            yield from _by_turns(asking, reader, way, address, turns=turns)
    yield _conditional_create(asking, world, turns=turns)


def _by_turns(
    asking: Asking, reader: Reader, way: str, address: tuple[str, str], *, turns: int
) -> Iterator[Pair]:
    method, path = address
    taken: dict[str, list[float]] = {name: [] for name in reader.kinds}
    headers = {"Authorization": f"Bearer {reader.bearer()}"}
    for turn in range(-_WARM_UP, turns):
        for name in _shuffled(reader.kinds):
            ids = reader.kinds[name]
            place = path.format(type=reader.resource_type, id=ids[turn % len(ids)])
            seconds = asking.seconds(method, place, headers)
            if turn >= 0:
                taken[name].append(seconds)
    first, *others = reader.kinds
    for other in others:
        name = f"{reader.name}, {way}: {first} | {other}"
        yield Pair(name=name, one=taken[first], other=taken[other])


def _conditional_create(asking: Asking, world: World, *, turns: int) -> Pair:
    """Whether a condition that another clinic's resource meets takes longer than one none does."""
    taken: dict[str, list[float]] = {"of nobody": [], "another clinic's": []}
    body = json.dumps(world.note(world.anna_at_y)).encode()
    bearer = world.as_y()
    for turn in range(-_WARM_UP, turns):
        value = {
            "of nobody": token_hex(8),
            "another clinic's": world.identifiers[turn % len(world.identifiers)],
        }
        for name in _shuffled(taken):
            headers = {
                "Authorization": f"Bearer {bearer}",
                "Content-Type": "application/fhir+json",
                "If-None-Exist": f"identifier=urn:clinic|{value[name]}",
            }
            seconds = asking.seconds("POST", "Observation", headers, body)
            if turn >= 0:
                taken[name].append(seconds)
    first, other = taken
    name = f"clinic Y, conditional create: {first} | {other}"
    return Pair(name=name, one=taken[first], other=taken[other])


def _shuffled(names: Mapping[str, object]) -> list[str]:
    return random.sample(sorted(names), len(names))
