"""A large body is read beside the event loop, a small one in it."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from medkarta.access.grants import Origin
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import beside_if_large


@pytest.mark.parametrize(("size", "waits"), [(50_000, True), (50_001, False)])
def test_others_are_answered_while_a_large_body_is_read(size, waits):
    request = FhirRequest(
        method="POST",
        path=("Observation",),
        query=b"",
        headers={},
        body=b" " * size,
        origin=Origin(app="fhir", request_id="r", address=None, device=""),
        now=datetime(2026, 1, 1, tzinfo=UTC),
        base="",
    )
    where = asyncio.run(beside_if_large(request, lambda _: threading.current_thread()))
    assert (where is threading.main_thread()) == waits
