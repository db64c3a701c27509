"""A Subscription as it comes and goes: https://hl7.org/fhir/R4/subscription.html."""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

import orjson

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.compartment import OWNED
from medkarta.fhir.search.dates import interval
from medkarta.fhir.search.query import read_query
from medkarta.fhir.search.sought import BadSearchError, Criterion, Query
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir_api.outcomes import FhirError
from medkarta.foundation.ids import encode_uuid
from medkarta.subscriptions.owners import View
from medkarta.subscriptions.rules import LONGEST, EndpointRefusedError
from medkarta.subscriptions.sending import checked

_KEPT: Final = {"resourceType", "id", "meta", "status", "reason", "criteria", "channel", "end"}
_MADE_HERE: Final = {"error"}  # said by us, and taken back with the rest when it is read
_OF_CHANNEL: Final = {"type", "endpoint"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A subscription as its client wants it; `query` is the criteria, read."""

    query: Query
    endpoint: str
    reason: str
    on: bool
    ends_at: datetime | None


def read_subscription(resource: JsonObject, *, base: str, now: datetime) -> Said:
    """Read it. Raises `FhirError` in words for whatever would not be done as it says."""
    for issue in issues_of(resource):
        raise FhirError(
            HTTPStatus.UNPROCESSABLE_ENTITY, issue.code.value, issue.words, expression=issue.path
        )
    if unknown := sorted(resource.keys() - _KEPT - _MADE_HERE):
        raise _refused(f"Not kept here: {', '.join(unknown)[:200]}.", "Subscription")
    channel: Any = resource["channel"]
    if channel["type"] != "rest-hook":
        raise _refused("The channel is rest-hook.", "Subscription.channel.type")
    if unknown := sorted(channel.keys() - _OF_CHANNEL):
        raise _refused(
            f"A notice is a POST without a body: no {', '.join(unknown)[:200]}.",
            "Subscription.channel",
        )
    return Said(
        query=_query(str(resource["criteria"]), base),
        endpoint=_endpoint(channel.get("endpoint")),
        reason=str(resource["reason"])[:LONGEST],
        on=_on(resource["status"]),
        ends_at=_ends(resource.get("end"), now),
    )


def written(view: View) -> bytes:
    """The resource as its owner reads it."""
    resource: dict[str, object] = {
        "resourceType": "Subscription",
        "id": encode_uuid(view.id),
        "meta": {"versionId": str(view.version), "lastUpdated": _instant(view.updated_at)},
        "status": view.state.value,
        "reason": view.reason,
        "criteria": criteria_of(view),
    }
    if view.error:
        resource["error"] = view.error
    if view.ends_at:
        resource["end"] = _instant(view.ends_at)
    resource["channel"] = {"type": "rest-hook", "endpoint": view.endpoint}
    return orjson.dumps(resource)


def criteria_of(view: View) -> str:
    """What it waits for, as it was asked for."""
    return f"{view.resource_type}?{view.query}" if view.query else view.resource_type


def _query(criteria: str, base: str) -> Query:
    place = "Subscription.criteria"
    resource_type, _, text = criteria.partition("?")
    if len(criteria) > LONGEST:
        raise _refused("The criteria are too long.", place)
    try:
        query = read_query(resource_type, text, base=base)
    except BadSearchError as error:
        raise _refused(str(error), place) from error
    if resource_type != "Patient" and resource_type not in OWNED:
        raise _refused(
            f"A {resource_type} is in no patient's record: nothing is told of it.", place
        )
    if query.unknown:
        raise _refused(f"{resource_type} has no parameter {', '.join(query.unknown)}.", place)
    simple = all(isinstance(one, Criterion) for one in query.criteria)
    names = {part.partition("=")[0] for part in text.split("&")}
    if not simple or any(name.startswith("_") and name != "_id" for name in names):
        raise _refused("Criteria are parameters of the type itself, as in patient=…&code=….", place)
    return query


def _endpoint(url: object) -> str:
    try:
        checked(str(url or ""))
    except EndpointRefusedError as error:
        raise _refused(str(error), "Subscription.channel.endpoint") from error
    return str(url)


def _on(status: object) -> bool:
    if status == "error":
        raise _refused("The status is requested, active or off.", "Subscription.status")
    return status != "off"


def _ends(end: object, now: datetime) -> datetime | None:
    if end is None:
        return None
    found = interval(str(end))
    if found is None or found.low <= now:
        raise _refused("The end is a moment that is still to come.", "Subscription.end")
    return found.low


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _refused(words: str, expression: str) -> FhirError:
    return FhirError(HTTPStatus.UNPROCESSABLE_ENTITY, "business-rule", words, expression=expression)
