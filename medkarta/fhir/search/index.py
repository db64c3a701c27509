"""Take out of a resource what its search parameters ask for."""

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.values import IndexValue


def index_values(resource: JsonObject) -> list[IndexValue]:
    """Return the values of every R4 search parameter of a parsed resource, none twice.

    Left out: `_id` and `_lastUpdated` (the store has them as columns), composites (joined from their components when
    searched), `special`, contained resources. What is malformed has no value; nothing here raises on content.
    """
    raise NotImplementedError
