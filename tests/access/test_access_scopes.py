"""What scopes open, for one kind of doing."""

from medkarta.access.grants import Narrowing
from medkarta.access.scopes import opened_by


def test_a_query_is_kept_to_as_the_index_has_it():
    """An element of type `code` names no system: its binding does, and the scope may."""
    final = "system/Observation.rs?status=http://hl7.org/fhir/observation-status|final"
    types, narrowed = opened_by((final, "system/Observation.r?code=http://loinc.org|"), "r")
    assert types == {"Observation"}
    assert narrowed["Observation"] == (
        Narrowing(param="status", system="", code="final"),
        Narrowing(param="code", system="http://loinc.org", code=None),
    )


def test_a_scope_whose_query_is_not_understood_opens_nothing():
    for word in ("system/Observation.rs?date=2020", "system/Observation.cruds?category=a"):
        for doing in "cruds":
            assert opened_by((word,), doing) == (frozenset(), {})
