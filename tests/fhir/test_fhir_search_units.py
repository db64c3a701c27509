"""Amounts in other units, and codes by the system that their binding implies."""

from decimal import Decimal

import pytest

from medkarta.fhir.search.bound_codes import bound_codes
from medkarta.fhir.search.units import equivalents


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("g/L", "mg/dL", "100"),
        ("g/dL", "g/L", "10"),
        ("mmol/L", "umol/L", "1000"),
        ("ng/mL", "ug/L", "1"),
        ("10*9/L", "10*3/uL", "1"),
        ("10*12/L", "10*6/uL", "1"),
        ("m[IU]/L", "u[IU]/mL", "1"),
        ("kg", "g", "1000"),
        ("[in_i]", "cm", "2.54"),
        ("h", "min", "60"),
        ("a", "mo", "12"),
    ],
)
def test_one_unit_is_so_many_of_another(one, other, count):
    there, back = by_code(one)[other], by_code(other)[one]
    assert (there.factor, there.shift) == (Decimal(count), 0)
    assert abs(there.factor * back.factor - 1) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("amount", "one", "other", "same"),
    [
        ("37", "Cel", "[degF]", "98.6"),
        ("98.6", "[degF]", "Cel", "37"),
        ("-40", "Cel", "[degF]", "-40"),
        ("0", "K", "Cel", "-273.15"),
        ("36.6", "Cel", "K", "309.75"),
        ("45", "%", "1", "0.45"),
        ("1", "1", "%", "100"),
    ],
)
def test_a_temperature_begins_elsewhere_on_another_scale(amount, one, other, same):
    unit = by_code(one)[other]
    assert abs(Decimal(amount) * unit.factor + unit.shift - Decimal(same)) < Decimal("1e-25")


def by_code(unit):
    return {one.code: one for one in equivalents(unit)}


@pytest.mark.parametrize(
    ("one", "other"),
    [("g/L", "mol/L"), ("U/L", "[IU]/L"), ("mg", "mg/L"), ("d", "a"), ("L", "g"), ("%", "K")],
)
def test_what_is_measured_otherwise_is_not_converted(one, other):
    assert other not in by_code(one)


@pytest.mark.parametrize("odd", ["", "[pH]", "мг", "g/L "])
def test_an_unknown_unit_is_itself_alone(odd):
    assert equivalents(odd) == ()


@pytest.mark.parametrize(
    ("resource_type", "expression", "system"),
    [
        ("Observation", "Observation.status", "http://hl7.org/fhir/observation-status"),
        ("Patient", "Patient.gender", "http://hl7.org/fhir/administrative-gender"),
        ("Patient", "Patient.address.use", "http://hl7.org/fhir/address-use"),
    ],
)
def test_a_code_has_the_system_of_its_binding(resource_type, expression, system):
    assert {one for one, _ in bound_codes(resource_type, expression)} == {system}


@pytest.mark.parametrize(
    "expression",
    [
        "Observation.code",
        "Observation.nonsense",
        "Patient.gender",
        "Observation.subject.where(resolve() is Patient)",
    ],
)
def test_what_names_its_system_itself_has_none_implied(expression):
    assert bound_codes("Observation", expression) is None
