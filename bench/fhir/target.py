"""The server that is measured: where it is, who asks, and requests to it as bytes."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bench.fhir.answers import Answer
from bench.fhir.load import Sendable, run

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """`path` is below the base address, with its query; `mark` comes back with the answer."""

    method: str
    path: str
    body: bytes = b""
    expected: tuple[int, ...] = (200,)
    mark: object = None


class Target:
    """A FHIR base address on this machine. `bearer` is asked for each batch of requests."""

    def __init__(self, base: str, bearer: Callable[[], str]) -> None:
        parts = urlsplit(base)
        if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
            raise SystemExit(
                f"{base}: the load goes to http:// on the loopback of this machine only"
            )
        self.address = (parts.hostname, parts.port or 80)
        self._prefix = parts.path.rstrip("/")
        self._host = parts.netloc
        self._bearer = bearer

    def sendables(self, requests: Iterable[Request]) -> Iterator[Sendable]:
        """The bearer is the one of the moment in which the first is taken."""
        token = self._bearer()
        for request in requests:
            yield self._sendable(request, token)

    def ask(self, request: Request) -> tuple[Any, str]:
        """(the answer's JSON, nothing), or (None, why there is none)."""
        found: list[bytes] = []

        def keep(_: Sendable, answer: Answer) -> None:
            found.append(answer.body())

        take = run(
            self.address,
            self.sendables([request]),
            connections=1,
            seconds=_PATIENCE,
            on_answer=keep,
        )
        for status, sample in take.samples.items():
            return None, f"{status} {sample.decode(errors='replace')}"
        try:
            return json.loads(found[0] or b"null"), ""
        except ValueError:
            return None, f"no JSON: {found[0][:80]!r}"

    def _sendable(self, request: Request, token: str) -> Sendable:
        lines = [
            f"{request.method} {self._prefix + request.path or '/'} HTTP/1.1",
            f"Host: {self._host}",
            "Accept: application/fhir+json",
        ]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if request.body:
            lines.append("Content-Type: application/fhir+json")
            lines.append(f"Content-Length: {len(request.body)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        expected = frozenset(str(status).encode() for status in request.expected)
        return Sendable(head + request.body, expected, request.mark)
