"""What an export asks the door, each time anew."""

from datetime import datetime
from typing import Final

from medkarta.access.api.again import still_opens
from medkarta.access.api.asking import ApiAsking, Concern, Doing, Types
from medkarta.access.grants import EVERYTHING, Origin
from medkarta.exports.models import Export
from medkarta.exports.narrowing import opened_for
from medkarta.foundation.ids import PatientId

EXPORT: Final = "export"  # in the log, before the types
_ORIGIN: Final = Origin(app="worker", request_id="", address=None, device="")


def resources_named(types: Types) -> tuple[str, ...]:
    """What the log will say was read."""
    return (EXPORT, *(sorted(types) if isinstance(types, frozenset) else ()))


def types_of(export: Export) -> Types:
    """The types that were asked for."""
    return EVERYTHING if export.types is None else frozenset(export.types)


def asking(export: Export, *, target: PatientId | None, now: datetime) -> ApiAsking:
    """To write out this entry of the clinic's, or (None) the app's person's own record."""
    types = types_of(export)
    return ApiAsking(
        digest=bytes(export.digest),
        proof_key=None,
        types=opened_for(types, export.searches),
        doing=Doing.SEARCH,
        concern=Concern.EITHER if target is None else Concern.PERSON,
        target=target,
        resources=resources_named(types),
        origin=_ORIGIN,
        now=now,
        action="export-record",
    )


def rights_hold(export: Export, *, now: datetime) -> bool:
    """Whether what began with the export's token might begin now. Nothing is logged."""
    return still_opens(asking(export, target=None, now=now))
