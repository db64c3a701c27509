"""What scopes open, for one kind of doing."""

import pytest

from medkarta.access.scopes import open_as_much, opened_by
from medkarta.fhir.search.sought import SoughtToken


def test_a_query_is_kept_to_as_the_index_has_it():
    """An element of type `code` names no system: its binding does, and the scope may."""
    final = "system/Observation.rs?status=http://hl7.org/fhir/observation-status|final"
    types, narrowed = opened_by((final, "system/Observation.r?code=http://loinc.org|"), "r")
    assert types == {"Observation"}
    (status,), (code,) = narrowed["Observation"]
    assert (status.param.code, status.values) == ("status", (SoughtToken("", "final"),))
    assert (code.param.code, code.values) == ("code", (SoughtToken("http://loinc.org", None),))


def test_parameters_of_a_query_hold_together_and_scopes_stand_beside_each_other():
    lab = "patient/Observation.rs?category=laboratory,imaging&date=ge2024"
    stated = [f"patient/Observation.s?status={one}" for one in ("final", "amended")]
    types, narrowed = opened_by((lab, *stated), "s")
    alone, both = narrowed["Observation"]
    assert types == {"Observation"}
    assert [(one.param.code, len(one.values)) for one in both] == [("category", 2), ("date", 1)]
    assert [(one.param.code, len(one.values)) for one in alone] == [("status", 2)]


def test_a_scope_whose_query_is_not_understood_opens_nothing():
    for word in ("system/Observation.rs?subject=a", "system/Observation.cruds?category=a"):
        for doing in "cruds":
            assert opened_by((word,), doing) == (frozenset(), {})


LAB = "patient/Observation.rs?category=laboratory"


@pytest.mark.parametrize(
    ("present", "former", "whole"),
    [
        ("patient/*.rs", LAB, True),
        (LAB, LAB, True),
        ("patient/Observation.rs?category=laboratory,imaging", f"{LAB}&date=ge2024", True),
        (f"{LAB} patient/Observation.rs?status=final", LAB, True),
        ("patient/*.rs", "patient/*.rs", True),
        (LAB, "patient/*.rs", False),
        (LAB, "patient/Observation.rs", False),
        (f"{LAB}&date=ge2024", LAB, False),
        (LAB, f"{LAB} patient/Observation.rs?category=imaging", False),
        ("patient/Observation.r", LAB, False),
        ("patient/Condition.rs", LAB, False),
        ("system/Observation.rs", LAB, False),
    ],
)
def test_what_was_opened_before_is_open_still_or_it_is_not(present, former, whole):
    answer = open_as_much(tuple(present.split()), tuple(former.split()), "Observation", doing="s")
    assert answer is whole
