"""What is not written, and how that is said: conditions, headers, places."""

import pytest
from bearers import system_token

pytestmark = pytest.mark.django_db
JSON_PATCH = "application/json-patch+json"


@pytest.fixture
def x(world):
    return system_token(world.x)


def note(held, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "note"},
        "subject": {"reference": f"Patient/{held.patient}"},
        **more,
    }


class TestConditions:
    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_forms_without_a_condition_say_what_to_name(self, machine, x, method):
        body = {"resourceType": "Observation"} if method != "DELETE" else b""
        heard = machine.call(method, "Observation?_format=json", x, body)
        assert heard.status == 400
        assert heard.words.startswith("Name the resource, Observation/<id>, or a condition")

    def test_what_is_of_the_answer_is_no_condition(self, world, machine, x):
        sent = note(world.boris_at_x, identifier=[{"system": "urn:s", "value": "7"}])
        path = "Observation?_format=json&identifier=urn:s|7&_pretty=true"
        assert machine.call("PUT", path, x, sent).status == 201
        assert machine.call("PUT", path, x, sent).status == 200

    def test_a_patch_that_meets_nothing_says_so(self, world, machine, x):
        path = f"Observation?patient={world.boris_at_x.patient}&identifier=urn:s|none"
        heard = machine.call("PATCH", path, x, b"[]", content_type=JSON_PATCH)
        assert (heard.status, heard.words) == (404, "nothing meets the condition")

    def test_a_resource_that_does_not_meet_its_condition_is_not_made_again_and_again(
        self, world, machine, x
    ):
        sent = note(world.boris_at_x, identifier=[{"system": "urn:s", "value": "8"}])
        for method, path, headers in (
            ("PUT", "Observation?identifier=urn:s|9", {}),
            ("POST", "Observation", {"if_none_exist": "identifier=urn:s|9"}),
        ):
            heard = machine.call(method, path, x, sent, **headers)
            assert (heard.status, "does not meet" in heard.words) == (422, True)

    @pytest.mark.parametrize("name", ["if_none_exist", "idempotency_key"])
    def test_an_empty_header_is_no_missing_one(self, world, machine, x, name):
        heard = machine.call("POST", "Observation", x, note(world.boris_at_x), **{name: ""})
        assert (heard.status, "is empty" in heard.words) == (400, True)


class TestPlaces:
    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"performer": [{"display": "a"}, {"reference": "Practitioner/no"}]}, "performer[1]"),
            ({"encounter": {"reference": "Encounter?identifier=urn:s|none"}}, "encounter"),
            ({"encounter": {"reference": "Encounter?date=2020"}}, "encounter"),
            ({"subject": {"reference": "Patient/nobody"}}, "subject"),
        ],
    )
    def test_a_reference_that_leads_nowhere_is_told_with_its_place(
        self, world, machine, x, change, place
    ):
        sent = {**note(world.boris_at_x), **change}
        (alone,) = machine.call("POST", "Observation", x, sent).json["issue"]
        assert alone["expression"] == [f"Observation.{place}.reference"]
        entry = {"resource": sent, "request": {"method": "POST", "url": "Observation"}}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
        (inside,) = machine.call("POST", "", x, bundle).json["issue"]
        assert inside["expression"] == [f"Bundle.entry[0].resource.{place}.reference"]

    def test_whose_it_is_has_a_place_too(self, world, machine, x):
        sent = note(world.boris_at_x)
        del sent["subject"]
        (issue,) = machine.call("POST", "Observation", x, sent).json["issue"]
        assert issue["expression"] == ["Observation.subject"]


class TestIds:
    """https://hl7.org/fhir/R4/datatypes.html#id."""

    @pytest.mark.parametrize("name", ["a_b", "x" * 70, "%D0%B0", "a b"])
    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_what_no_id_can_be_is_told_what_one_is(self, machine, x, method, name):
        sent = {"resourceType": "Patient"} if method == "PUT" else b""
        heard = machine.call(method, f"Patient/{name}", x, sent)
        assert (heard.status, heard.json["issue"][0]["code"]) == (400, "value")
        assert "letters (A-Z, a-z), digits, - and ., 64 characters at most" in heard.words
        assert name not in heard.words

    def test_in_a_bundle_is_told_so_too(self, machine, x):
        request = {"method": "PUT", "url": "Patient/a_b"}
        entry = {"resource": {"resourceType": "Patient"}, "request": request}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
        heard = machine.call("POST", "", x, bundle)
        assert (heard.status, "64 characters at most" in heard.words) == (400, True)
