"""R4's code systems and value sets, as tables of ours have them."""

import pytest

from medkarta.fhir.code_systems import expansion, with_those_above, with_those_below
from medkarta.fhir.definitions import codes_of, table

INTENT = "http://hl7.org/fhir/request-intent"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
R4 = "http://hl7.org/fhir/ValueSet/"


def test_a_branch_is_a_code_with_all_below_it():
    assert with_those_below(INTENT, "order") == {
        *("order", "original-order", "reflex-order", "filler-order", "instance-order")
    }
    assert with_those_below(INTENT, "plan") == {"plan"}
    assert with_those_above(INTENT, "instance-order") == {
        *("instance-order", "filler-order", "order")
    }


@pytest.mark.parametrize("walk", [with_those_below, with_those_above])
def test_of_what_is_not_known_there_is_no_branch(walk):
    assert walk(INTENT, "nonsense") is None
    assert walk("http://loinc.org", "718-7") is None


def test_whatever_is_below_a_code_has_that_code_above_it():
    for code in with_those_below(ACT_CODE, "_ActCoverageTypeCode"):
        assert "_ActCoverageTypeCode" in with_those_above(ACT_CODE, code)


def test_a_value_set_that_a_binding_names_has_the_codes_of_the_binding():
    for name in table("value_sets"):
        if not name.startswith("v3-"):
            assert expansion(R4 + name) == codes_of(name), name


def test_value_sets_are_made_of_branches_lists_and_others_but_for_what_they_exclude():
    assert (ACT_CODE, "PBILLACCT") in expansion(f"{R4}account-type")
    assert ("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK") in expansion(
        f"{R4}marital-status"
    )
    encounters = expansion("http://terminology.hl7.org/ValueSet/v3-ActEncounterCode")
    assert (ACT_CODE, "AMB") in encounters
    assert (ACT_CODE, "_ActEncounterCode") not in encounters
    assert all(expansion(url) for url in table("value_set_clauses"))


@pytest.mark.parametrize("url", [f"{R4}observation-codes", f"{R4}condition-code", "urn:x", ""])
def test_value_sets_of_others_codes_are_not_known(url):
    assert expansion(url) is None
