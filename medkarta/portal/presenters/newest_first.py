"""What is worth a line on the first page."""

from collections.abc import Sequence

from medkarta.portal.presenters import dates
from medkarta.record.stored import StoredResource

# A report says at once what its values say singly; bills, goals and handouts are no news.
_LESS = frozenset(
    {
        "Claim",
        "ExplanationOfBenefit",
        "Goal",
        "MedicationDispense",
        "Observation",
        "Patient",
        "Task",
    }
)


def events(latest: Sequence[StoredResource]) -> list[StoredResource]:
    """Keep the order, newest first, but put single values, bills and undated entries behind."""
    return sorted(latest, key=_behind)


def _behind(resource: StoredResource) -> bool:
    if resource.resource_type == "ServiceRequest" and resource.status == "completed":
        return True  # what came of it stands beside it
    return resource.resource_type in _LESS or dates.happened(resource.data) is None
