"""The forms in which an answer goes out: XML, pretty, summaries, chosen elements."""

import json

import pytest
from bearers import app_token

from medkarta.fhir.xml.reading import json_of

pytestmark = pytest.mark.django_db
SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}


@pytest.fixture
def anna(world):
    return app_token(world.anna)


class TestXml:
    @pytest.mark.parametrize(
        ("query", "accept"),
        [
            ("?_format=xml", "*/*"),
            ("?_format=application/fhir+xml", ""),
            ("", "application/fhir+xml"),
            ("", "application/fhir+json;q=0.5, application/fhir+xml; q=0.9"),
            ("", "application/fhir+xml; fhirVersion=4.0"),
            ("?_format=application/fhir+xml;fhirVersion=4.0", ""),
            ("", "application/fhir+json; fhirVersion=5.0, application/fhir+xml; q=0.1"),
        ],
    )
    def test_is_written_where_it_is_wished_its_digits_kept(
        self, world, machine, anna, query, accept
    ):
        path = f"Observation/{world.anna_at_x.observation}{query}"
        heard = machine.get(path, anna, accept=accept)
        assert heard.headers["content-type"].startswith("application/fhir+xml")
        assert b'<value value="140.0"/>' in heard.body

    def test_carries_errors_too(self, machine, anna):
        heard = machine.get("Observation/1?_format=xml", anna)
        assert heard.status == 404
        assert b"<OperationOutcome" in heard.body

    def test_of_anothers_says_as_little(self, world, machine, anna):
        """B081: one decision in every form."""
        for form in ("?_format=xml", "?_pretty=true", "?_summary=true", "?_elements=note"):
            heard = machine.get(f"Observation/{world.boris_at_x.observation}{form}", anna)
            assert heard.status == 404
            assert world.boris_at_x.canary.encode() not in heard.body

    def test_what_we_do_not_speak_is_refused(self, world, machine, anna):
        path = f"Observation/{world.anna_at_x.observation}"
        assert machine.get(f"{path}?_format=ttl", anna).status == 406
        assert machine.get(path, anna, accept="text/turtle").status == 406


@pytest.fixture(scope="module")
def broken(world):
    """The id of a Procedure that XML cannot hold as it is; beside it stands a whole one."""
    made = []
    for div in ("<div><p>whole</p></div>", "<div><p>broken</div>"):
        procedure = {
            "resourceType": "Procedure",
            "text": {"status": "generated", "div": div},
            "contained": [{"resourceType": "Basic", "id": "b", "code": {"text": "kept"}}],
            "status": "completed",
            "subject": {"reference": f"Patient/{world.boris_at_x.patient}"},
        }
        made.append(world.boris_at_x.put(procedure))
    return made[1]


class TestABrokenNarrative:
    """Stored before narratives were checked: https://hl7.org/fhir/R4/narrative.html."""

    @pytest.fixture
    def boris(self, world):
        return app_token(world.boris)

    @pytest.mark.parametrize("where", ["Procedure?_count=50", "Procedure/_history", "batch"])
    def test_takes_no_page_from_its_reader(self, machine, boris, broken, where):
        xml = {"accept": "application/fhir+xml"}
        if where == "batch":
            asked = [{"request": {"method": "GET", "url": "Procedure?_count=50"}}]
            batch = {"resourceType": "Bundle", "type": "batch", "entry": asked}
            heard = machine.call("POST", "", boris, batch, **xml)
        else:
            heard = machine.get(where, boris, **xml)
        assert heard.status == 200, heard.body
        assert heard.body.count(b"whole</p>") == heard.body.count(b"<div") == 1
        assert heard.body.count(b"SUBSETTED") == 1
        (left,) = of(page(heard), broken)
        assert (SUBSETTED in left["meta"]["tag"], "text" in left) == (True, False)
        assert left["contained"][0]["code"] == {"text": "kept"}

    def test_goes_out_as_it_is_where_the_answer_is_very_large(self, machine, boris, monkeypatch):
        monkeypatch.setattr("medkarta.fhir_api.rendering._LARGEST", 100)
        heard = machine.get("Procedure?_count=50&_format=xml", boris)
        assert (heard.status, heard.json["type"]) == (200, "searchset")

    def test_is_told_in_a_searchset_with_its_place(self, machine, boris, broken):
        heard = machine.get("Procedure?_count=50&_format=xml", boris)
        *entries, told = page(heard)["entry"]
        assert told["search"] == {"mode": "outcome"}
        number = [one["resource"]["id"] for one in entries].index(broken)
        (issue,) = told["resource"]["issue"]
        assert issue["severity"] == "warning"
        assert issue["expression"] == [f"Bundle.entry[{number}].resource"]

    def test_is_there_in_json_and_alone_says_so(self, machine, boris, broken):
        heard = machine.get(f"Procedure?_id={broken}", boris)
        (entry,) = heard.json["entry"]
        assert entry["resource"]["text"]["div"] == "<div><p>broken</div>"
        assert "tag" not in entry["resource"].get("meta", {})
        heard = machine.get(f"Procedure/{broken}?_format=xml", boris)
        assert (heard.status, b"application/fhir+json" in heard.body) == (406, True)


def page(heard):
    return json.loads(json_of(heard.body))


def of(bundle, name):
    """The resources of this id, those within Bundles too."""
    found = []
    for entry in bundle["entry"]:
        resource = entry.get("resource", {})
        inner = of(resource, name) if resource.get("resourceType") == "Bundle" else [resource]
        found += [one for one in inner if one.get("id") == name]
    return found


class TestTheVersionOfFhir:
    """https://hl7.org/fhir/R4/versioning.html#mt-version."""

    @pytest.mark.parametrize(
        "said", ["fhirVersion=3.0", "FHIRVERSION=5.0", 'q=0.5; fhirVersion="4.3"', "fhirVersion=4"]
    )
    def test_that_is_another_one_is_neither_given_nor_taken(self, world, machine, anna, said):
        path = f"Observation/{world.anna_at_x.observation}"
        heard = machine.get(path, anna, accept=f"application/fhir+json; {said}")
        assert (heard.status, "fhirVersion 4.0" in heard.words) == (406, True)
        kind = f"application/fhir+json; charset=utf-8; {said}"
        heard = machine.call("POST", "Observation/$validate", anna, b"{}", content_type=kind)
        assert (heard.status, "fhirVersion 4.0" in heard.words) == (415, True)

    def test_that_is_ours_is_given_and_taken(self, world, machine, anna):
        kind = 'application/fhir+json; charset="UTF-8"; fhirVersion=4.0'
        path = f"Observation/{world.anna_at_x.observation}"
        resource = machine.get(path, anna, accept=kind).body
        heard = machine.call("POST", "Observation/$validate", anna, resource, content_type=kind)
        assert heard.status == 200


class TestParts:
    def test_chosen_elements_come_with_what_is_mandatory_and_a_mark(self, world, machine, anna):
        found = machine.get(f"Observation/{world.anna_at_x.observation}?_elements=value", anna).json
        assert {"valueQuantity", "status", "code", "id"} <= found.keys()
        assert "note" not in found
        assert SUBSETTED in found["meta"]["tag"]

    def test_a_search_keeps_its_form_from_page_to_page(self, machine, anna):
        first = machine.get("Observation?_elements=value&_count=1", anna)
        (link,) = (one["url"] for one in first.json["link"] if one["relation"] == "next")
        second = machine.get(link.partition("/fhir/")[2], anna)
        for heard in (first, second):
            (entry,) = heard.json["entry"]
            assert "note" not in entry["resource"]

    def test_a_count_has_no_entries(self, machine, anna):
        heard = machine.get("Observation?_summary=count", anna)
        assert heard.json["total"] == 2
        assert "entry" not in heard.json

    def test_pretty_is_for_eyes(self, world, machine, anna):
        heard = machine.get(f"Observation/{world.anna_at_x.observation}?_pretty=true", anna)
        assert b'\n  "resourceType"' in heard.body or b"{\n" in heard.body
        assert b"140.0" in heard.body

    def test_nonsense_is_refused(self, world, machine, anna):
        heard = machine.get(f"Observation/{world.anna_at_x.observation}?_summary=perhaps", anna)
        assert heard.status == 400
