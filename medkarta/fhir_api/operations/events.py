"""The event stream of a subscription: https://html.spec.whatwg.org/multipage/server-sent-events.html.

An event says that something new matches, and nothing else, as a notice of the rest-hook does. The
rights are asked every two seconds, and for each event by the door itself.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Final

from django.utils import timezone

from medkarta.access.api.again import still_opens
from medkarta.access.api.asking import Concern, Doing
from medkarta.access.grants import EVERYTHING
from medkarta.fhir.search.sought import BadSearchError
from medkarta.fhir_api.answers import FhirAnswer, Streamed
from medkarta.fhir_api.api import Api, Wish, asking_of
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.media_types import EVENTS
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.subscription_rights import own_subscription, wish_to_watch
from medkarta.foundation.ids import PatientId, encode_uuid
from medkarta.record.matches import matches_since
from medkarta.record.search.sides import ForbiddenSearchError
from medkarta.subscriptions import queries
from medkarta.subscriptions.owners import Owner, View
from medkarta.subscriptions.queries import Pulse

_EVERY: Final = 2.0  # seconds
_QUIET_TURNS: Final = 8  # then a sign of life, so that nobody between us hangs up
_MOST: Final = 50  # streams of one process
_MOST_OF_ONE: Final = 4  # so that nobody takes the place of all others
# A write bears the moment at which it came, and others may be committed before it.
_UNSETTLED: Final = timedelta(minutes=1)
_open: set["_Stream"] = set()


async def events(api: Api, request: FhirRequest) -> FhirAnswer:
    """A stream that ends with the token, the subscription, or the right to what it waits for."""
    owner, view = await own_subscription(api, request, request.path[1])
    stream = _Stream(api, request, owner, view)
    if _opened_by(stream.owner) >= _MOST_OF_ONE:
        raise FhirError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "throttled",
            "You have several streams open: close one, or wait by rest-hook.",
        )
    if len(_open) >= _MOST:
        raise FhirError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "throttled",
            "There are too many streams. Come again later, or wait by rest-hook.",
            headers=((b"retry-after", b"60"),),
        )
    return FhirAnswer(
        status=HTTPStatus.OK,
        content_type=EVENTS.encode("ascii"),
        stream=Streamed(length=None, parts=stream.parts()),
    )


def _opened_by(owner: Owner) -> int:
    return sum(one.owner == owner for one in _open)


@dataclass(frozen=True, slots=True, eq=False)
class _Stream:
    """One client's stream."""

    api: Api
    request: FhirRequest
    owner: Owner
    view: View

    async def parts(self) -> AsyncGenerator[bytes, None]:
        """Events and signs of life, until there is a reason to end."""
        _open.add(self)
        try:
            if _opened_by(self.owner) > _MOST_OF_ONE:
                return  # several came at once
            async with aclosing(self._parts()) as parts:
                async for part in parts:
                    yield part
        except (FhirError, BadSearchError, ForbiddenSearchError):
            return  # the token is over or opens less, a gate closed, a value set is not known
        finally:
            _open.discard(self)

    async def _parts(self) -> AsyncGenerator[bytes, None]:
        seen = await self._look()
        yield b": open\n\n"
        quiet = 0
        while seen is not None:
            await asyncio.sleep(_EVERY)
            quiet += 1
            pulses = await self._look()
            changed = [one for one, pulse in (pulses or {}).items() if pulse != seen.get(one)]
            for patient_id in changed:
                if await self._is_new(patient_id, seen.get(patient_id)):
                    yield b"event: subscription\ndata: %s\n\n" % encode_uuid(self.view.id).encode()
                    quiet = 0
            if quiet == _QUIET_TURNS:
                yield b": quiet\n\n"
                quiet = 0
            seen = pulses

    async def _look(self) -> dict[PatientId, Pulse] | None:
        """What is waited for; None: there is a reason to end. Raises `FhirError`."""
        request = self._now()
        nobodys = Wish(doing=Doing.SEARCH, types=EVERYTHING, resources=(), concern=Concern.NOBODY)
        await self.api.open(request, nobodys)  # the token itself, and its time

        def found() -> dict[PatientId, Pulse] | None:
            pulses = queries.pulses(self.owner, self.view.id)
            if pulses is None:
                return None
            wishes = [self._wish(one) for one in pulses]
            allowed = all(still_opens(asking_of(request, one)) for one in wishes)
            return pulses if allowed else None

        return await beside(found)

    async def _is_new(self, patient_id: PatientId, seen: Pulse | None) -> bool:
        """Whether something matches of what came since; the door's line in the log first.

        Raises `FhirError`, `BadSearchError`, `ForbiddenSearchError`.
        """
        opened = await self.api.open(self._now(), self._wish(patient_id))
        since = (seen and seen.changed_at) or self.request.now
        kind, query = self.view.resource_type, self.view.query
        matches = partial(matches_since, opened, kind, query, since=since - _UNSETTLED)
        return await beside(matches)

    def _now(self) -> FhirRequest:
        return replace(self.request, now=timezone.now())

    def _wish(self, patient_id: PatientId) -> Wish:
        return wish_to_watch(self.view.resource_type, self.view.query, patient_id)
