"""What is large is read beside what is small, and there is not more of it than room."""

import asyncio
import gc
import json
import re
import threading
from datetime import UTC, datetime

import pytest

from medkarta.access.grants import Origin
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.gently import gently
from medkarta.fhir_api.interactions.bundle_reads import read_together
from medkarta.fhir_api.outcomes import FhirError
from medkarta.fhir_api.requests import FhirRequest, read_body
from medkarta.fhir_api.room import Room
from medkarta.fhir_api.submitting import beside_if_large
from medkarta.record.submissions import SentEntry


def request_of(body=b""):
    return FhirRequest(
        method="POST",
        path=("Observation",),
        query=b"",
        headers={},
        body=body,
        origin=Origin(app="fhir", request_id="r", address=None, device=""),
        now=datetime(2026, 1, 1, tzinfo=UTC),
        base="",
    )


@pytest.mark.parametrize(("size", "waits"), [(50_000, True), (50_001, False)])
def test_others_are_answered_while_a_large_body_is_read(size, waits):
    request = request_of(b" " * size)
    where = asyncio.run(beside_if_large(request, lambda _: threading.current_thread()))
    assert (where is threading.main_thread()) == waits


class TestReadsOfABatch:
    """As many at once as others can bear, the answers in the order of what is asked."""

    def read(self, number, answer):
        parts = [b"{}", *(SentEntry(method="GET", url=f"Observation/{n}") for n in range(number))]
        return asyncio.run(read_together(Api(None, answer, base=""), request_of(), "a", parts))

    def test_go_together(self):
        under_way, most = set(), []

        async def answer(request):
            name = request.path[1]
            under_way.add(name)
            most.append(len(under_way))
            await asyncio.sleep(0.001 * (int(name) % 3))
            under_way.remove(name)
            return FhirAnswer(status=200, body=b'"%b"' % name.encode())

        told = self.read(40, answer)
        assert max(most) == 8
        assert [json.loads(one).get("resource") for one in told] == [None, *map(str, range(40))]

    def test_end_where_the_answer_is_long_enough(self):
        async def answer(_):
            return FhirAnswer(status=200, body=b"1" * 2_500_000)

        told = self.read(9, answer)
        assert [b'"status":"413"' in one for one in told[-2:]] == [False, True]

    def test_of_several_batches_have_room_together_and_are_not_all_looked_up_at_once(self):
        """Each sender's answers have 40 MB, those of all 100: what does not fit in is told so."""
        under_way, most = [], []

        async def answer(_):
            under_way.append(1)
            most.append(len(under_way))
            await asyncio.sleep(0)
            under_way.pop()
            return FhirAnswer(status=200, body=b"1" * 2_000_000)

        async def read_all():
            api = Api(None, answer, base="")
            parts = [SentEntry(method="GET", url=f"Observation/{n}") for n in range(9)]
            asked = [read_together(api, request_of(), one, parts) for one in "aaabbbcccd"]
            told = await asyncio.gather(*asked)
            with api.room_of_answers.place("a") as grow:
                grow(20_000_000)  # all of it has been given back
            return [b"".join(one) for one in told]

        told = asyncio.run(read_all())
        statuses = [re.findall(rb'"status":"(\d+)"', one) for one in told]
        assert {one for few in statuses for one in few} == {b"200", b"429", b"503"}
        assert sum(few.count(b"200") for few in statuses) <= 50
        assert all(len(few) == 9 for few in statuses)
        assert max(most) == 16


class TestRoom:
    def test_is_of_each_sender_and_of_all_who_send_more_than_usual(self):
        room = Room("Bodies", of_each=10, of_all=15, usual=5)
        with room.place("a") as mine, room.place("b") as theirs, room.place("c") as another:
            mine(6)
            mine(10)
            theirs(5)
            another(5)
            for grow, size, status in ((mine, 11, 429), (theirs, 11, 429), (another, 6, 503)):
                with pytest.raises(FhirError) as refused:
                    grow(size)
                assert refused.value.status == status
                assert dict(refused.value.headers) == {b"retry-after": b"10"}
        with room.place("c") as another:
            another(10)

    def test_is_asked_for_before_a_body_is_read_and_as_it_grows(self):
        room = Room("Bodies", of_each=10, of_all=10, usual=0)
        heard = []

        async def receive():
            heard.append(1)
            return {"type": "http.request", "body": b"1234", "more_body": True}

        async def read(headers):
            with room.place("a") as grow:
                await read_body(headers, receive, largest=100, grow=grow)

        for headers, parts in (({b"content-length": b"11"}, 0), ({}, 3)):
            with pytest.raises(FhirError) as refused:
                asyncio.run(read(headers))
            assert (refused.value.status, len(heard)) == (429, parts)


def test_the_collector_waits_for_long_work_whatever_becomes_of_it():
    assert gently(gc.isenabled) is False
    with pytest.raises(ZeroDivisionError):
        gently(lambda: 1 / 0)
    assert gc.isenabled()
