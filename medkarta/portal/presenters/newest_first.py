"""What is worth a line on the first page."""

from collections.abc import Iterable, Iterator

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


def events(latest: Iterable[StoredResource]) -> Iterator[StoredResource]:
    """Keep the order, newest first, but put single values, bills and undated entries behind.

    Lazily: whoever wants the first few has no other bodies parsed.
    """
    behind = []
    for one in latest:
        if _behind(one):
            behind.append(one)
        else:
            yield one
    yield from behind


def _behind(resource: StoredResource) -> bool:
    if resource.resource_type == "ServiceRequest" and resource.status == "completed":
        return True  # what came of it stands beside it
    return resource.resource_type in _LESS or dates.happened(resource.data) is None
