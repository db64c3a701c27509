"""A resource cut and laid out as the client asked."""

import json

import pytest

from medkarta.fhir.json_text import BadJsonError
from medkarta.fhir.representation import Summary, represented
from medkarta.fhir.structure.check import issues_of

SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
OBSERVATION = """{"resourceType":"Observation","id":"a","meta":{"versionId":"1"},
"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">x</div>"},
"contained":[{"resourceType":"Specimen","id":"s"}],
"extension":[{"url":"http://example.org/e","valueDecimal":1.0}],
"modifierExtension":[{"url":"http://example.org/not","valueBoolean":true}],
"status":"final","_status":{"id":"st"},
"code":{"extension":[{"url":"http://example.org/e","valueDecimal":1.0}],"text":"Hb"},
"effectiveDateTime":"2020","valueQuantity":{"value":1.10,"unit":"g/L"},
"method":{"text":"m"},"specimen":{"reference":"#s"},
"referenceRange":[{"text":"r"}],
"component":[{"code":{"text":"c"},"valueQuantity":{"value":2e1},"referenceRange":[{"text":"r"}]}]}"""


def cut(text, **wishes):
    return json.loads(represented(text, **wishes))


def test_nothing_asked_for_leaves_the_text_alone():
    assert represented(OBSERVATION) == OBSERVATION


def test_pretty_changes_white_space_only_and_no_digit():
    pretty = represented(OBSERVATION, pretty=True)
    assert '\n  "valueQuantity": {\n    "value": 1.10,' in pretty
    assert '"value": 2e1' in pretty
    assert json.loads(pretty) == json.loads(OBSERVATION)


def test_elements_keep_what_is_named_and_what_is_mandatory_and_are_marked():
    assert cut(OBSERVATION, elements=["value"]) == {
        "resourceType": "Observation",
        "id": "a",
        "meta": {"versionId": "1", "tag": [SUBSETTED]},
        "modifierExtension": [{"url": "http://example.org/not", "valueBoolean": True}],
        "status": "final",
        "_status": {"id": "st"},
        "code": json.loads(OBSERVATION)["code"],
        "valueQuantity": {"value": 1.1, "unit": "g/L"},
    }
    assert '"value":1.10,' in represented(OBSERVATION, elements=["value"])


def test_a_summary_keeps_its_elements_at_every_depth():
    summary = cut(OBSERVATION, summary=Summary.TRUE)
    assert summary["component"] == [{"code": {"text": "c"}, "valueQuantity": {"value": 20}}]
    assert summary["code"] == {"text": "Hb"}
    assert set(summary) == {
        *("resourceType", "id", "meta", "modifierExtension", "status", "_status", "code"),
        *("effectiveDateTime", "valueQuantity", "component"),
    }
    assert summary["meta"]["tag"] == [SUBSETTED]


def test_a_summary_leaves_no_element_empty():
    text = (
        '{"resourceType":"Observation","status":"final","code":{"text":"a"},'
        '"subject":{"extension":[{"url":"http://example.org/absent","valueCode":"unknown"}]}}'
    )
    assert represented(text, summary=Summary.TRUE) == text


def test_summary_text_keeps_the_narrative_and_what_is_mandatory():
    assert list(cut(OBSERVATION, summary=Summary.TEXT)) == [
        *("resourceType", "id", "meta", "text", "modifierExtension", "status", "_status", "code")
    ]


def test_summary_data_drops_the_narrative_only():
    whole = json.loads(OBSERVATION)
    data = cut(OBSERVATION, summary=Summary.DATA)
    assert data.pop("meta") == {"versionId": "1", "tag": [SUBSETTED]}
    assert data == {name: v for name, v in whole.items() if name not in {"text", "meta"}}


@pytest.mark.parametrize("summary", [Summary.TRUE, Summary.TEXT, Summary.DATA])
def test_what_is_cut_is_still_a_right_resource(summary):
    assert issues_of(cut(OBSERVATION, summary=summary)) == []


def test_contained_resources_stay_where_something_kept_refers_to_them():
    assert "contained" in cut(OBSERVATION, elements=["specimen"])
    assert "contained" not in cut(OBSERVATION, elements=["value"])


def test_a_resource_that_loses_nothing_is_not_marked():
    text = '{"resourceType":"Patient","id":"a","gender":"male"}'
    assert represented(text, elements=["gender"]) == text
    assert represented(text, summary=Summary.TRUE) == text


def test_the_mark_stands_once_beside_other_tags():
    once = represented(OBSERVATION, summary=Summary.DATA)
    other = once.replace('"tag":[', '"tag":[{"code":"x"},')
    assert cut(other, elements=["code"])["meta"]["tag"] == [{"code": "x"}, SUBSETTED]


def bundle(kind, *entries):
    return json.dumps({"resourceType": "Bundle", "type": kind, "total": 3, "entry": entries})


PATIENT = {"resourceType": "Patient", "id": "p", "gender": "male", "maritalStatus": {"text": "m"}}


def test_a_bundle_of_found_resources_is_cut_in_its_entries():
    outcome = {"resourceType": "OperationOutcome", "text": {}, "issue": []}
    found = bundle(
        "searchset",
        {"resource": PATIENT, "search": {"mode": "match"}},
        {"resource": PATIENT, "search": {"mode": "include"}},
        {"resource": outcome, "search": {"mode": "outcome"}},
        {"response": {"status": "204"}},
    )
    match, include, warned, _ = cut(found, elements=["gender"])["entry"]
    assert "maritalStatus" not in match["resource"]
    assert include["resource"] == PATIENT
    assert warned["resource"] == outcome
    assert "maritalStatus" not in cut(found, summary=Summary.TRUE)["entry"][1]["resource"]


def test_a_count_has_no_entries():
    assert cut(bundle("searchset", {"resource": PATIENT}), summary=Summary.COUNT) == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 3,
    }


def test_a_document_is_never_cut():
    document = bundle("document", {"resource": PATIENT})
    assert cut(document, summary=Summary.TRUE, elements=["type"]) == json.loads(document)


def test_what_is_no_resource_is_refused():
    with pytest.raises(BadJsonError):
        represented("[]", pretty=True)
