"""R4's own profiles: which are held, how they are found, and that their tables are of R4."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from profile_examples import GONE, HL7, RIGHT, altered, told, vital

from medkarta.fhir.definitions import elements_of, resource_types
from medkarta.fhir.profiles.check import profile_issues
from medkarta.fhir.profiles.codes import codes_in
from medkarta.fhir.profiles.known import PROFILES, profile_at, profiles_of
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir.structure.issues import Context
from medkarta.fhir.structure.places import resources_of

NOWHERE = Context({}, {})


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_what_is_right_has_no_issue(profile):
    assert issues_of(RIGHT[profile]) == []
    assert told(profile, RIGHT[profile]) == []


def parts_of(part, kind, name=None):
    """Every part of a profile with the type that it is asked of, and its element there."""
    elements = elements_of(kind)
    for step, below in part.below.items():
        element = elements.get(step) or elements[f"{step}[x]"]
        kinds = below.types or element.types
        assert below.types <= set(element.types), (name, step)
        yield below, element
        for one in kinds if below.below else kinds[:1] if not below.types else ():
            yield from parts_of(below, one, step)
        for chosen in below.slices:
            assert set(chosen.whose) <= set(elements_of(element.types[0]))
            yield from parts_of(chosen.part, element.types[0], step)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_table_names_what_r4_has_and_asks_for_more(profile):
    assert profile.of in resource_types()
    assert profile.base is None or profile.base.of == profile.of
    for part, element in parts_of(profile.asks, profile.of):
        assert part.least != 1 or not element.required, element
        assert part.most is None or element.repeats or part.most == 0 or part.least, element
        assert not part.targets or part.targets <= resource_types()
        assert not (part.targets and element.targets) or part.targets < element.targets
        assert not part.value_set or codes_in(part.value_set)


class TestAProfile:
    @pytest.mark.parametrize("version", ["", "|4.0", "|4.0.1"])
    def test_is_found_by_its_address_and_by_r4s_version(self, version):
        assert profile_at(f"{HL7}bp{version}") is PROFILES["bp"]

    @pytest.mark.parametrize(
        "canonical",
        [f"{HL7}bp|5.0.0", f"{HL7}bp|4.0.2", f"{HL7}lipidprofile", f"{HL7}bp/", "bp", "", f"{HL7}"],
    )
    def test_is_not_found_by_another(self, canonical):
        assert profile_at(canonical) is None

    def test_is_told_among_those_of_its_type(self):
        assert profiles_of("Group") == (f"{HL7}actualgroup", f"{HL7}groupdefinition")
        assert profiles_of("Patient") == ()

    def test_names_itself_and_its_base_in_the_words(self):
        bad = altered(RIGHT["heartrate"], {"effectiveDateTime": "2026", "valueQuantity.code": "x"})
        words = [one.words for one in profile_issues([PROFILES["heartrate"]], bad, NOWHERE)]
        assert words == [
            "vitalsigns: a time is told to the day at least (vs-1)",
            'heartrate: is something else than "/min"',
        ]

    def test_has_the_place_of_a_resource_within_another(self):
        bad = altered(RIGHT["bmi"], {"subject": GONE})
        (one,) = profile_issues([PROFILES["bmi"]], bad, NOWHERE, path="Bundle.entry[2].resource")
        assert one.path == "Bundle.entry[2].resource.subject"


class TestAnElement:
    def test_that_has_but_an_extension_stands_there_and_has_no_value(self):
        why = {"extension": [{"url": "https://a.example", "valueCode": "unknown"}]}
        changed = altered(RIGHT["shareablevalueset"], {"version": GONE, "_version": why})
        assert told("shareablevalueset", changed) == []
        changed = altered(RIGHT["groupdefinition"], {"actual": GONE, "_actual": why})
        assert told("groupdefinition", changed) == [("Group.actual", "value")]

    def test_of_a_list_that_has_but_an_extension_counts(self):
        one = "https://clinic.example/library"
        beside = {"library": [one, None], "_library": [None, {"id": "a"}]}
        changed = RIGHT["computableplandefinition"] | beside
        assert told("computableplandefinition", changed) == [
            ("PlanDefinition.library", "structure")
        ]

    def test_contained_is_what_a_reference_points_at(self):
        inside = {"contained": [{"resourceType": "Group", "id": "g"}]}
        changed = RIGHT["vitalsigns"] | inside | {"subject": {"reference": "#g"}}
        assert told("vitalsigns", changed) == [("Observation.subject", "structure")]

    def test_in_a_bundle_is_what_its_full_url_stands_for(self):
        changed = RIGHT["vitalsigns"] | {"subject": {"reference": "urn:uuid:1"}}
        for kind, faults in (("Group", 1), ("Patient", 0)):
            context = Context({"urn:uuid:1": kind}, {})
            found = list(profile_issues([PROFILES["vitalsigns"]], changed, context))
            assert len(found) == faults


def test_resources_are_found_with_their_places():
    inner = vital("1", contained=[{"resourceType": "Patient", "id": "p"}])
    bundle = {"resourceType": "Bundle", "entry": [{"fullUrl": "a"}, {"resource": inner}]}
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "a", "part": [{"name": "b", "resource": bundle}]}],
    }
    at = "Parameters.parameter[0].part[0].resource"
    found = [(one.path, one.container["resourceType"]) for one in resources_of(parameters)]
    assert found == [
        ("Parameters", "Parameters"),
        (at, "Bundle"),
        (f"{at}.entry[1].resource", "Observation"),
        (f"{at}.entry[1].resource.contained[0]", "Observation"),
    ]
    assert list(resources_of({"resourceType": "Nothing"})) == []


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def places(value, path=()):
    yield path
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(child, (dict, list)):
            yield from places(child, (*path, step))
        else:
            yield (*path, step)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(sorted(PROFILES)), ANY)
def test_whatever_stands_in_any_place_is_answered(data, profile, anything):
    changed = copy.deepcopy(RIGHT[profile])
    way = data.draw(st.sampled_from([one for one in places(changed) if one]))
    at = changed
    for step in way[:-1]:
        at = at[step]
    at[way[-1]] = anything
    for place, _ in told(profile, changed):
        assert place.startswith(changed["resourceType"] if way != ("resourceType",) else "")
    assert list(resources_of(changed)) or way == ("resourceType",)
