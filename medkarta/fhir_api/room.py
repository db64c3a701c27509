"""How much of a web process's memory bodies and answers may have that are on their way."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from medkarta.fhir_api.outcomes import FhirError

_LATER: Final = ((b"retry-after", b"10"),)


class Room:
    """Belongs to one event loop. Bytes of one sender's, and of all; nobody waits for what is usual.

    `what` is in it, in the plural. What is no larger than `usual` is refused for others of its
    sender's alone.
    """

    def __init__(self, what: str, *, of_each: int, of_all: int, usual: int) -> None:
        self._what = what
        self._of_each = of_each
        self._of_all = of_all
        self._usual = usual
        self._held: Counter[Hashable] = Counter()

    @contextmanager
    def place(self, sender: Hashable) -> Iterator[Callable[[int], None]]:
        """For the time of a request: to be called with how large it is, or has become.

        What is called raises `FhirError` where there is no room for it now.
        """
        held = 0

        def grow(size: int) -> None:
            nonlocal held
            more = max(size - held, 0)
            if self._held[sender] + more > self._of_each:
                raise _full(HTTPStatus.TOO_MANY_REQUESTS, f"{self._what} of yours")
            if size > self._usual and self._held.total() + more > self._of_all:
                raise _full(HTTPStatus.SERVICE_UNAVAILABLE, f"Large {self._what.lower()}")
            self._held[sender] += more
            held += more

        try:
            yield grow
        finally:
            self._held[sender] -= held
            if not self._held[sender]:
                del self._held[sender]


def small(_size: int) -> None:
    """To be called where a body is so small that nobody counts it."""


def _full(status: HTTPStatus, whose: str) -> FhirError:
    words = f"{whose} are on their way, as many as there is room for. Send this one again later."
    return FhirError(status, "throttled", words, headers=_LATER)
