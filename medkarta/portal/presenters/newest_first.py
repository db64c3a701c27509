"""What is worth a line on the first page."""

from collections.abc import Sequence

from medkarta.portal.presenters import dates
from medkarta.record.stored import StoredResource

# A report says at once what its values say singly; bills and goals are no news.
_LESS = frozenset({"Observation", "Claim", "ExplanationOfBenefit", "Goal", "Patient"})


def events(latest: Sequence[StoredResource]) -> list[StoredResource]:
    """Keep the order, newest first, but put single values, bills and undated entries behind."""
    return sorted(latest, key=_behind)


def _behind(resource: StoredResource) -> bool:
    return resource.resource_type in _LESS or dates.happened(resource.data) is None
