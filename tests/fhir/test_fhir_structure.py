"""What R4 would not have in a resource, and where it is."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medkarta.fhir.json_text import read_resource
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir.structure.issues import LIMIT
from medkarta.fhir.structure.objects import checker

LOINC = {"system": "http://loinc.org", "code": "718-7", "display": "Гемоглобин"}
GONE = object()


def observation(**members):
    made = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"coding": [LOINC]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-02-28T10:00:00+03:00",
        "valueQuantity": {"value": Decimal("132.0"), "unit": "г/л"},
        **members,
    }
    return {name: value for name, value in made.items() if value is not GONE}


def patient(**members):
    return {"resourceType": "Patient", **members}


def told(resource, **more):
    return [(issue.path, issue.code.value) for issue in issues_of(resource, **more)]


def words(resource):
    return [issue.words for issue in issues_of(resource)]


def test_what_is_right_has_no_issue():
    assert issues_of(observation()) == []
    assert issues_of({"resourceType": "Patient"}) == []


class TestMembers:
    @pytest.mark.parametrize(
        ("change", "issue"),
        [
            ({"status": GONE}, ("Observation.status", "required")),
            ({"code": GONE}, ("Observation.code", "required")),
            ({"state": "final"}, ("Observation", "structure")),
            ({"valueDate": "2026-02-28"}, ("Observation", "structure")),
            ({"valueString": "132"}, ("Observation.value", "structure")),
            ({"_valueString": {"id": "a"}}, ("Observation.value", "structure")),
            ({"note": {"text": "x"}}, ("Observation.note", "structure")),
            ({"note": []}, ("Observation.note", "structure")),
            ({"note": [None]}, ("Observation.note[0]", "structure")),
            ({"note": [{"text": "x"}, {}]}, ("Observation.note[1]", "structure")),
            ({"note": [{"text": "x"}, "y"]}, ("Observation.note[1]", "structure")),
            ({"note": [{"time": "2026"}]}, ("Observation.note[0].text", "required")),
            ({"code": [{"text": "x"}]}, ("Observation.code", "structure")),
            ({"code": {"text": ["x"]}}, ("Observation.code.text", "value")),
            ({"code": None}, ("Observation.code", "structure")),
            ({"status": None}, ("Observation.status", "value")),
            (
                {"valueQuantity": {"value": "132"}},
                ("Observation.value.value", "value"),
            ),
            (
                {"component": [{"code": {"text": "x"}, "referenceRange": [{"lo": 1}]}]},
                ("Observation.component[0].referenceRange[0]", "structure"),
            ),
        ],
    )
    def test_an_issue_names_its_place(self, change, issue):
        assert told(observation(**change)) == [issue]

    def test_all_issues_are_told(self):
        resource = observation(status=GONE, issued="yesterday", code={"coding": [{"code": 1}]})
        assert told(resource) == [
            ("Observation.code.coding[0].code", "value"),
            ("Observation.issued", "value"),
            ("Observation.status", "required"),
        ]

    def test_a_required_choice_may_not_be_left_out(self):
        vaccination = {
            "resourceType": "Immunization",
            "status": "completed",
            "vaccineCode": {"text": "БЦЖ"},
            "patient": {"reference": "Patient/1"},
        }
        assert told(vaccination) == [("Immunization.occurrence", "required")]
        assert told(vaccination | {"occurrenceDateTime": "2026"}) == []
        assert told(vaccination | {"occurrenceString": "весной"}) == []

    def test_what_r4b_and_r5_have_is_not_r4s(self):
        assert words(observation(instantiatesCanonical="http://a.example/b")) == [
            "R4 has no member instantiatesCanonical here"
        ]
        assert words({"resourceType": "Binary", "contentType": "a/b", "url": "http://a"})
        assert words(patient(meta={"project": "x", "accounts": []}))
        assert told({"resourceType": "SubscriptionStatus"}) == [("Resource", "structure")]

    @pytest.mark.parametrize("kind", [None, 1, [], {}, "", "Elefant", "DomainResource", "Age"])
    def test_what_is_no_resource_type_is_refused(self, kind):
        assert told({"resourceType": kind}) == [("Resource", "structure")]


class TestExtensionsOfPrimitives:
    UNKNOWN = {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                "valueCode": "unknown",
            }
        ]
    }

    @pytest.mark.parametrize(
        "resource",
        [
            patient(_birthDate=UNKNOWN),
            patient(birthDate="1980", _birthDate=UNKNOWN),
            observation(status=GONE, _status=UNKNOWN),
            observation(valueQuantity=GONE, _valueString=UNKNOWN),
            observation(valueQuantity=GONE, valueString="x", _valueString=UNKNOWN),
            patient(name=[{"given": ["Анна", None], "_given": [None, UNKNOWN]}]),
        ],
    )
    def test_they_stand_beside_a_value_or_in_its_place(self, resource):
        assert issues_of(resource) == []

    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ({"given": ["Анна", None]}, "given[1]"),
            ({"given": ["Анна", None], "_given": [UNKNOWN, None]}, "given[1]"),
            ({"given": ["Анна", None], "_given": [UNKNOWN]}, "given[1]"),
            ({"_given": [None, UNKNOWN]}, "given[0]"),
            ({"family": "Я", "_family": [UNKNOWN]}, "family"),
            ({"family": "Я", "_family": {}}, "family"),
            ({"family": "Я", "_family": {"value": "x"}}, "family"),
            ({"family": "Я", "_period": UNKNOWN}, ""),
        ],
    )
    def test_a_null_needs_its_extension(self, name, path):
        issues = issues_of(patient(name=[name]))
        assert {issue.path for issue in issues} == {f"Patient.name[0].{path}".rstrip(".")}


class TestReferences:
    @pytest.mark.parametrize(
        "subject",
        [
            {"reference": "Patient/1"},
            {"reference": "Patient/1/_history/2"},
            {"reference": "https://clinic.example/fhir/Group/1"},
            {"reference": "urn:uuid:11111111-1111-4111-8111-111111111111"},
            {"reference": "https://clinic.example/people/1"},
            {"reference": "Patient?identifier=a|b"},
            {"identifier": {"system": "urn:oid:1.2", "value": "1"}},
            {"type": "Patient", "identifier": {"value": "1"}},
            {"display": "Анна"},
        ],
    )
    def test_a_reference_leads_to_a_type_that_r4_names(self, subject):
        assert issues_of(observation(subject=subject)) == []

    @pytest.mark.parametrize(
        ("subject", "path"),
        [
            ({"reference": "Practitioner/1"}, ""),
            ({"reference": "https://clinic.example/fhir/Organization/1"}, ""),
            ({"reference": "Practitioner?identifier=1"}, ""),
            ({"type": "Practitioner", "identifier": {"value": "1"}}, ""),
            ({"type": "Group", "reference": "Patient/1"}, ".type"),
            ({"reference": "somebody"}, ".reference"),
            ({"reference": "Elefant/1"}, ".reference"),
            ({"reference": "#nobody"}, ".reference"),
            ({"reference": ""}, ".reference"),
        ],
    )
    def test_a_reference_elsewhere_is_an_issue(self, subject, path):
        issues = issues_of(observation(subject=subject))
        assert [issue.path for issue in issues] == [f"Observation.subject{path}"]

    def test_what_a_urn_stands_for_is_known_from_its_bundle(self):
        urn = "urn:uuid:11111111-1111-4111-8111-111111111111"
        resource = observation(subject={"reference": urn})
        assert told(resource, types={urn: "Patient"}) == []
        assert told(resource, types={urn: "Claim"}) == [("Observation.subject", "structure")]

    def test_a_reference_to_anything_may_lead_anywhere(self):
        assert issues_of(observation(focus=[{"reference": "Claim/1"}])) == []


class TestContained:
    DOCTOR = {"resourceType": "Practitioner", "id": "p", "name": [{"family": "Ким"}]}

    def test_what_is_contained_is_referred_to_and_checked(self):
        performer = [{"reference": "#p"}]
        assert issues_of(observation(contained=[self.DOCTOR], performer=performer)) == []
        wrong = self.DOCTOR | {"gender": "f"}
        assert told(observation(contained=[wrong], performer=performer)) == [
            ("Observation.contained[0].gender", "code-invalid")
        ]

    def test_what_is_contained_has_a_type_that_r4_allows(self):
        lab = {"resourceType": "Location", "id": "p", "name": "Лаборатория"}
        assert told(observation(contained=[lab], performer=[{"reference": "#p"}])) == [
            ("Observation.performer[0]", "structure")
        ]

    def test_the_contained_may_refer_to_one_another_and_to_the_whole(self):
        place = {"resourceType": "Organization", "id": "o", "name": "Поликлиника"}
        role = {
            "resourceType": "PractitionerRole",
            "id": "r",
            "practitioner": {"reference": "#p"},
            "organization": {"reference": "#o"},
        }
        contained = [self.DOCTOR, place, role]
        assert issues_of(observation(contained=contained, performer=[{"reference": "#r"}])) == []
        note = {
            "resourceType": "Provenance",
            "id": "v",
            "target": [{"reference": "#"}],
            "recorded": "2026-01-01T00:00:00Z",
            "agent": [{"who": {"display": "Ким"}}],
        }
        assert issues_of(observation(contained=[note])) == []

    @pytest.mark.parametrize("broken", ["x", {}, {"resourceType": "Elefant"}, None, {"id": 1}])
    def test_what_is_no_resource_is_not_contained(self, broken):
        assert told(observation(contained=[broken])) == [("Observation.contained[0]", "structure")]

    def test_a_bundle_of_bundles_is_checked_to_the_ground(self):
        inner = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {}}]}
        outer = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}]}
        assert told(outer) == [("Bundle.entry[0].resource.entry[0].resource", "structure")]

    def test_each_entry_of_a_bundle_contains_for_itself(self):
        has = observation(contained=[self.DOCTOR], performer=[{"reference": "#p"}])
        borrows = observation(performer=[{"reference": "#p"}])
        entries = [{"resource": has}, {"resource": borrows}]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        assert told(bundle) == [("Bundle.entry[1].resource.performer[0].reference", "invariant")]


class TestCodes:
    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"status": "done"}, "Observation.status"),
            ({"status": "Final"}, "Observation.status"),
            ({"valueQuantity": {"value": 1, "comparator": "=="}}, "Observation.value.comparator"),
            ({"text": {"status": "x", "div": "<div/></div>"}}, "Observation.text.status"),
        ],
    )
    def test_a_code_is_of_the_value_set_that_r4_requires(self, change, path):
        assert (path, "code-invalid") in told(observation(**change))

    def test_a_few_codes_are_named_and_many_are_not(self):
        assert words(patient(gender="f")) == [
            "none of the codes that R4 allows here: female, male, other, unknown"
        ]
        assert all(len(text) < 200 for text in words({"resourceType": "Task", "status": "x"}))

    CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"

    @pytest.mark.parametrize(
        ("concept", "right"),
        [
            ({"coding": [{"system": CLINICAL, "code": "active"}]}, True),
            ({"coding": [LOINC, {"system": CLINICAL, "code": "active"}]}, True),
            ({"extension": [{"url": "http://a.example", "valueCode": "unknown"}]}, True),
            ({"coding": [{"system": CLINICAL, "code": "acute"}]}, False),
            ({"coding": [{"code": "active"}]}, False),
            ({"text": "active"}, False),
        ],
    )
    def test_one_coding_of_a_required_concept_is_r4s(self, concept, right):
        condition = {
            "resourceType": "Condition",
            "subject": {"reference": "Patient/1"},
            "clinicalStatus": concept,
        }
        expected = [] if right else [("Condition.clinicalStatus", "code-invalid")]
        assert told(condition) == expected

    def test_a_value_set_without_an_end_takes_any_code(self):
        attachment = {"contentType": "application/x-of-tomorrow", "data": "0Jk="}
        assert issues_of(patient(photo=[attachment])) == []


class TestWords:
    def test_no_value_of_the_sender_is_quoted(self):
        secret = "Иванов-5551234"
        resource = observation(
            status=secret,
            issued=secret,
            subject={"reference": secret},
            valueQuantity={"value": secret},
            **{secret: secret},
        )
        issues = issues_of(resource)
        assert len(issues) == 5
        assert secret not in str(issues)

    def test_of_very_many_issues_the_first_are_told(self):
        resource = observation(note=[{"x": 1}] * 100_000, **{f"x{n}": 1 for n in range(1000)})
        assert len(issues_of(resource)) == LIMIT


def test_what_was_read_is_checked_without_another_look():
    text = json.dumps(observation(valueQuantity={"value": 0}), ensure_ascii=False)
    for number in ("1.10", "7.0", "1e3", "-0.5", "12"):
        read = read_resource(text.replace('"value": 0', f'"value": {number}'))
        assert issues_of(read.resource) == []


def test_types_are_compiled_rightly_for_many_at_once():
    """The first check of a type must not be seen half made by another thread."""
    resource = observation(contained=[TestContained.DOCTOR], performer=[{"reference": "#p"}])
    for _ in range(5):
        checker.cache_clear()
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(issues_of, [resource] * 8)) == [[]] * 8


SOME = observation(
    contained=[TestContained.DOCTOR],
    performer=[{"reference": "#p"}],
    _status=TestExtensionsOfPrimitives.UNKNOWN,
    component=[{"code": {"text": "x"}, "valuePeriod": {"start": "2026", "end": "2027"}}],
    referenceRange=[{"low": {"value": 1}, "high": {"value": 2}}],
)
RUBBISH = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["#", "#p", "Patient/1", "2026", "final", "Practitioner"])
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "code", "value", "reference"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(rubbish=RUBBISH, data=st.data())
def test_nothing_that_a_sender_writes_raises(rubbish, data):
    """Rubbish anywhere in a resource is an issue or is not, and never an error."""
    resource = copy.deepcopy(SOME)
    node = resource
    while True:
        keys = sorted(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], (dict, list)) or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = rubbish
    assert isinstance(issues_of(resource), list)
