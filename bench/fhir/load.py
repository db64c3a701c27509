"""A closed loop of clients: each keeps one connection and sends its next request on an answer.

One process and one epoll, requests made beforehand, answers not parsed: what the clients take of
the machine is taken from the server that is measured on it. `ceiling` says how much that is.
"""

import gc
import math
import select
import socket
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.fhir.answers import Answer, UnreadableError

PATIENCE = 60.0  # seconds for an answer after the time is over
_MOST_AT_ONCE = 1 << 18
_SAMPLE = 300


class Sendable(NamedTuple):
    """A request as its bytes, the statuses that count as success, and the sender's own mark."""

    wire: bytes
    expected: frozenset[bytes]
    mark: object = None


@dataclass(kw_only=True)
class Take:
    """What came of a load: latencies in seconds, of expected answers only, in no order."""

    seconds: float = 0.0
    client_cpu: float = 0.0
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    errors: Counter[str] = field(default_factory=Counter)
    samples: dict[str, bytes] = field(default_factory=dict)  # how the first of each error began

    @property
    def rate(self) -> float:
        """Expected answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def fail(self, what: str, sample: bytes = b"") -> None:
        self.errors[what] += 1
        self.samples.setdefault(what, sample[:_SAMPLE])

    def add(self, other: "Take") -> None:
        self.seconds += other.seconds
        self.client_cpu += other.client_cpu
        self.latencies.extend(other.latencies)
        self.errors += other.errors
        self.samples = {**other.samples, **self.samples}


def percentiles(latencies: "array[float]", *shares: float) -> tuple[float, ...]:
    """The nearest-rank percentiles in seconds: the least value that so many are not above."""
    if not latencies:
        return tuple(math.nan for _ in shares)
    ordered = sorted(latencies)
    return tuple(ordered[max(math.ceil(share * len(ordered)), 1) - 1] for share in shares)


OnAnswer = Callable[[Sendable, Answer], None]


def run(
    address: tuple[str, int],
    feed: Iterator[Sendable],
    *,
    connections: int,
    seconds: float,
    on_answer: OnAnswer | None = None,
) -> Take:
    """Send from `feed` until it is empty or the time is over, and wait for what is under way.

    `on_answer` is told of each expected answer, outside of its latency, on the clients' time.
    """
    loop = _Loop(address, feed, on_answer)
    gc.collect()
    gc.disable()
    try:
        return loop.run(connections, seconds)
    finally:
        gc.enable()
        loop.close()


class _Client:
    """One connection, and the request that is under way on it."""

    __slots__ = ("answer", "request", "sent_at", "socket", "unsent")

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.unsent = b""

    def send(self, request: Sendable) -> None:
        self.request = request
        self.answer = Answer()
        self.unsent = request.wire
        self.sent_at = time.perf_counter()
        self.send_on()

    def send_on(self) -> None:
        with suppress(BlockingIOError):
            self.unsent = self.unsent[self.socket.send(self.unsent) :]


class _Loop:
    def __init__(
        self, address: tuple[str, int], feed: Iterator[Sendable], on_answer: OnAnswer | None
    ) -> None:
        self.address = address
        self.feed = feed
        self.on_answer = on_answer
        self.take = Take()
        self.epoll = select.epoll()
        self.busy: dict[int, _Client] = {}
        self.until = 0.0

    def run(self, connections: int, seconds: float) -> Take:
        cpu = time.process_time()
        began = time.perf_counter()
        self.until = began + seconds
        for _ in range(connections):
            self._connect()
        while self.busy and (left := self.until + PATIENCE - time.perf_counter()) > 0:
            for number, event in self.epoll.poll(left):
                self._turn(self.busy[number], event)
        for _ in self.busy:
            self.take.fail("no answer")
        self.take.seconds = time.perf_counter() - began
        self.take.client_cpu = time.process_time() - cpu
        return self.take

    def close(self) -> None:
        for client in self.busy.values():
            client.socket.close()
        self.epoll.close()

    def _connect(self) -> None:
        try:
            client = _Client(self.address)
        except OSError as why:
            self.take.fail("no connection", str(why).encode())
            return
        self.busy[client.socket.fileno()] = client
        self.epoll.register(client.socket, select.EPOLLIN)
        self._next(client)

    def _leave(self, client: _Client) -> None:
        self.epoll.unregister(client.socket)
        del self.busy[client.socket.fileno()]
        client.socket.close()

    def _next(self, client: _Client) -> None:
        request = next(self.feed, None) if time.perf_counter() < self.until else None
        if request is None:
            self._leave(client)
            return
        try:
            client.send(request)
        except OSError:
            self._lost(client)
            return
        if client.unsent:
            self.epoll.modify(client.socket, select.EPOLLIN | select.EPOLLOUT)

    def _turn(self, client: _Client, event: int) -> None:
        try:
            if event & select.EPOLLOUT:
                client.send_on()
                if not client.unsent:
                    self.epoll.modify(client.socket, select.EPOLLIN)
            if event & ~select.EPOLLOUT:
                data = client.socket.recv(_MOST_AT_ONCE)
                if not data:
                    self._lost(client)
                elif client.answer.feed(data):
                    self._answered(client)
        except (OSError, UnreadableError):
            self._lost(client)

    def _answered(self, client: _Client) -> None:
        taken = time.perf_counter() - client.sent_at
        answer = client.answer
        if answer.status in client.request.expected:
            self.take.latencies.append(taken)
            if self.on_answer:
                self.on_answer(client.request, answer)
        else:
            self.take.fail(answer.status.decode("latin-1"), answer.body())
        if answer.last or client.unsent:
            self._leave(client)
            self._connect()
        else:
            self._next(client)

    def _lost(self, client: _Client) -> None:
        self.take.fail("connection lost")
        self._leave(client)
        self._connect()
