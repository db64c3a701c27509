"""What a batch writes of one's own Subscriptions: each entry as if it had come alone."""

from collections.abc import Sequence

from medkarta.fhir_api.api import Api
from medkarta.fhir_api.bundles import done_entry, response_entry
from medkarta.fhir_api.interactions.bundle_reads import Part
from medkarta.fhir_api.outcomes import FhirError, outcome
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import DOINGS, idempotency_key
from medkarta.fhir_api.subscription_writing import submit_own
from medkarta.record.submissions import SentEntry


def writes_own(entry: SentEntry) -> bool:
    """Whether an entry that can be read writes a Subscription, which is in no record."""
    kind = entry.url.partition("?")[0].partition("/")[0]
    return kind == "Subscription" and entry.method in DOINGS and entry.refusal is None


async def written_in_turn(api: Api, request: FhirRequest, parts: Sequence[Part]) -> list[Part]:
    """The parts of the answer, those that write a Subscription done one after another."""
    told: list[Part] = []
    for index, part in enumerate(parts):
        if isinstance(part, SentEntry) and writes_own(part):
            async with api.lookups:
                told.append(await _written(api, request, index, part))
        else:
            told.append(part)
    return told


async def _written(api: Api, request: FhirRequest, index: int, entry: SentEntry) -> bytes:
    key = idempotency_key(request)
    try:
        # No header has a line's end in it: nobody's request that comes alone has this key.
        done = await submit_own(api, request, entry, key=key and f"{key}\n{index}")
    except FhirError as error:
        return response_entry(error.status, outcome=outcome(error.issues))
    return done_entry(request.base, done, shown=request.prefers("return") == "representation")
