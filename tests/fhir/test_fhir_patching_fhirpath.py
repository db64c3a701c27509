"""FHIRPath Patch of resources."""

import json
import time

import pytest

from medkarta.fhir.json_text import BadJsonError
from medkarta.fhir.patching.bounds import BadPatchError, UnfitPatchError
from medkarta.fhir.patching.fhirpath_patch import fhirpath_patched
from medkarta.fhir.structure.check import issues_of

PATIENT = """{"resourceType":"Patient","id":"p","meta":{"versionId":"1"},
"identifier":[{"system":"s1","value":"1"},{"system":"s2","value":"2"},{"system":"s3","value":"3"}],
"name":[{"use":"official","family":"А","given":["B","C"],"_given":[null,{"id":"x"}]},{"text":"D"}],
"birthDate":"1970-01-01","_birthDate":{"extension":[{"url":"t","valueDecimal":1.10}]},
"deceasedBoolean":false,"contact":[{"name":{"text":"E"},"gender":"male"}]}"""


def part(name, value=None, kind="String", **more):
    return {"name": name} | ({} if value is None else {f"value{kind}": value}) | more


def operation(kind, path, *parts):
    parts = [part("type", kind, "Code"), part("path", path), *parts]
    return {"name": "operation", "part": parts}


def number(name, value):
    return part(name, value, "Integer")


def patched_text(*operations, of=PATIENT):
    parameters = {"resourceType": "Parameters", "parameter": list(operations)}
    return fhirpath_patched(of, json.dumps(parameters))


def patched(*operations, of=PATIENT):
    return json.loads(patched_text(*operations, of=of))


def changed(**members):
    whole = json.loads(PATIENT) | members
    return {name: value for name, value in whole.items() if value is not None}


def systems(resource):
    return "".join(one["system"][1] for one in resource["identifier"])


def test_no_operation_changes_nothing():
    assert patched_text() == PATIENT.replace("\n", "")


def test_a_single_element_is_added_replaced_and_deleted():
    male = part("value", "male", "Code")
    assert patched(operation("add", "Patient", part("name", "gender"), male)) == changed(
        gender="male"
    )
    one = operation("replace", "Patient.contact[0].gender", part("value", "female", "Code"))
    assert patched(one)["contact"] == [{"name": {"text": "E"}, "gender": "female"}]
    assert patched(operation("delete", "Patient.contact[0].gender"))["contact"] == [
        {"name": {"text": "E"}}
    ]


def test_what_is_not_there_is_deleted_already():
    assert patched(operation("delete", "Patient.gender")) == changed()


def test_a_deletion_takes_what_it_leaves_empty_along():
    gone = operation("delete", "Patient.contact[0].name.text")
    assert patched(gone)["contact"] == [{"gender": "male"}]
    assert "contact" not in patched(gone, operation("delete", "Patient.contact.gender"))


def test_a_primitive_goes_with_its_extensions_and_stays_with_them():
    assert patched(operation("delete", "Patient.birthDate")) == changed(
        birthDate=None, _birthDate=None
    )
    extension = patched(operation("delete", "Patient.birthDate.extension.where(url = 't')"))
    assert extension == changed(_birthDate=None)
    text = patched_text(operation("delete", "Patient.name[0].given[0]"))
    assert '"given":["C"],"_given":[{"id":"x"}]' in text
    assert '"valueDecimal":1.10' in text
    moved = operation(
        "move", "Patient.name[0].given", number("source", 1), number("destination", 0)
    )
    assert '"given":["C","B"],"_given":[{"id":"x"},null]' in patched_text(moved)


def test_an_extension_is_added_to_a_primitive():
    # R4 has no valueExtension in Parameters: it is made of parts.
    value = part("value", part=[part("url", "n", "Uri"), part("value", True, "Boolean")])
    after = patched(operation("add", "Patient.name[0].family", part("name", "extension"), value))
    assert after["name"][0]["_family"] == {"extension": [{"url": "n", "valueBoolean": True}]}


def test_a_choice_has_one_name_and_changes_its_type():
    dead = operation("replace", "Patient.deceased", part("value", "2020", "DateTime"))
    assert patched(dead) == changed(deceasedBoolean=None, deceasedDateTime="2020")


def test_a_date_may_come_for_a_time_where_there_is_no_choice():
    end = part("value", "2020-01-01", "Date")
    one = operation(
        "add",
        "Patient.identifier[0]",
        part("name", "period"),
        part("value", {"start": "2019"}, "Period"),
    )
    two = operation("add", "Patient.identifier[0].period", part("name", "end"), end)
    assert patched(one, two)["identifier"][0]["period"] == {"start": "2019", "end": "2020-01-01"}


def test_an_anonymous_element_is_made_of_parts():
    value = part(
        "value",
        part=[
            part("name", {"text": "F"}, "HumanName"),
            part("relationship", {"text": "r"}, "CodeableConcept"),
            part("relationship", {"text": "q"}, "CodeableConcept"),
        ],
    )
    after = patched(operation("add", "Patient", part("name", "contact"), value))
    assert after["contact"][1] == {
        "name": {"text": "F"},
        "relationship": [{"text": "r"}, {"text": "q"}],
    }
    assert issues_of(after) == []


@pytest.mark.parametrize(("index", "after"), [(0, "9123"), (1, "1923"), (3, "1239")])
def test_an_item_is_inserted_at_an_index(index, after):
    value = part("value", {"system": "s9"}, "Identifier")
    one = operation("insert", "Patient.identifier", number("index", index), value)
    assert systems(patched(one)) == after


def test_an_item_is_inserted_into_a_list_that_is_not_there_yet():
    value = part("value", {"system": "phone"}, "ContactPoint")
    assert patched(operation("insert", "telecom", number("index", 0), value)) == changed(
        telecom=[{"system": "phone"}]
    )


@pytest.mark.parametrize(
    ("source", "destination", "after"), [(2, 0, "312"), (0, 2, "231"), (1, 0, "213"), (1, 1, "123")]
)
def test_an_item_is_moved_within_its_list(source, destination, after):
    moved = operation(
        "move", "Patient.identifier", number("source", source), number("destination", destination)
    )
    assert systems(patched(moved)) == after


@pytest.mark.parametrize(
    "path",
    [
        "Patient.identifier[1]",
        "identifier[1]",
        "Patient.identifier.where(system = 's2')",
        "Patient.identifier.where(value='2' and system != 's1')",
        "Patient.identifier.where(system != 's1')[0]",
        "Patient.identifier.where(system != 's1').first()",
        "Patient.identifier.where(system != 's3').last()",
        "Patient.identifier.where(system.exists() and value = '2')",
        "Patient.identifier.where(system.where(extension.exists()).exists() and value='2')[0]",
    ],
)
def test_an_item_is_found_by_index_and_by_value(path):
    patient = json.loads(PATIENT)
    patient["identifier"][1]["_system"] = {"extension": [{"url": "x", "valueBoolean": True}]}
    assert systems(patched(operation("delete", path), of=json.dumps(patient))) == "13"


@pytest.mark.parametrize("choice", ["ofType(boolean)", "as(boolean)"])
def test_a_choice_is_found_by_its_type(choice):
    gone = patched(operation("delete", f"Patient.deceased.{choice}"))
    other = patched(
        operation("delete", f"Patient.deceased.{choice.replace('boolean', 'dateTime')}")
    )
    assert ("deceasedBoolean" in gone, "deceasedBoolean" in other) == (False, True)


def test_an_extension_is_found_by_its_url():
    for path in ("Patient.birthDate.extension('t')", "Patient.birthDate.extension.where(url='t')"):
        assert "_birthDate" not in patched(operation("delete", path))
    assert "_birthDate" in patched(operation("delete", "Patient.birthDate.extension('other')"))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (operation("delete", "Patient.identifier"), "the path leads to 3 elements, and one"),
        (operation("delete", "Patient"), "a patch does not replace the whole resource"),
        (operation("delete", "Patient.nom"), "the path has a step that R4 does not know there"),
        (operation("delete", "Observation.status"), "the path has a step that R4 does not know"),
        (
            operation("replace", "Patient.gender", part("value", "male", "Code")),
            "the path leads to 0 elements",
        ),
        (
            operation("add", "Patient", part("name", "birthDate"), part("value", "2020", "Date")),
            "an element that stands once is there already",
        ),
        (
            operation("add", "Patient", part("name", "deceased"), part("value", True, "Boolean")),
            "an element that stands once is there already",
        ),
        (
            operation("replace", "Patient.deceased", part("value", "x")),
            "a string cannot stand there",
        ),
        (
            operation("add", "Patient", part("name", "contact"), part("value", "x")),
            "a string cannot stand there",
        ),
        (
            operation("add", "Patient", part("name", "nom"), part("value", "x")),
            "R4 has no such element there",
        ),
        (
            operation("insert", "Patient.birthDate", number("index", 0), part("value", "x")),
            "there is no list of R4",
        ),
        (
            operation("insert", "Patient.identifier", number("index", 4), part("value", "x")),
            "the index is behind the end of the list",
        ),
        (
            operation("move", "Patient.name", number("source", 2), number("destination", 0)),
            "the index is behind the end of the list",
        ),
        (operation("delete", "Patient.id"), "id is given by the server"),
        (operation("delete", "Patient.meta"), "meta.versionId is given by the server"),
        (
            operation("replace", "Patient.meta.versionId", part("value", "2", "Id")),
            "meta.versionId is given by the server",
        ),
    ],
)
def test_what_does_not_fit_the_resource_is_refused(one, words):
    with pytest.raises(UnfitPatchError) as caught:
        patched(one)
    assert caught.value.message.startswith(words)


@pytest.mark.parametrize(
    "path",
    [
        "Patient.identifier.tail()",
        "extension(url)",
        "Patient.identifier.where(system.startsWith('s'))",
        "Patient.identifier.where(system = value)",
        "Patient.identifier.where(true)",
        "Patient.identifier | Patient.name",
        "Patient.identifier[x]",
        "Patient.deceased is boolean",
        "Patient.identifier.where(system.where(a = 'b') = 'c')",
        "",
        "Patient..name",
        "'a'",
        "Patient.`name`",
    ],
)
def test_other_paths_are_refused_in_words(path):
    with pytest.raises(BadPatchError, match="not made of members, \\[index\\], first"):
        patched(operation("delete", path))


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ({"name": "other"}, "every parameter is named operation"),
        (operation("test", "Patient"), "the type is one of add, insert, delete, replace, move"),
        (operation("add", "Patient", part("path", "a")), "the parts are"),
        (operation("add", "Patient", part("x", "a")), "the parts are"),
        (operation("add", "Patient"), "the operation has no name"),
        (operation("add", "Patient", part("name", "gender")), "the operation has no value"),
        (
            operation("add", "Patient", part("name", "contact"), part("value")),
            "the value is empty",
        ),
        (operation("move", "Patient.name"), "the operation has no source"),
        (operation("move", "Patient.name", number("source", -1)), "source is not a whole number"),
        (operation("move", "Patient.name", part("source", "1")), "source is not a whole number"),
        (operation("move", "Patient.name[0]", number("source", 0)), "the path of a list ends"),
        (operation("delete", "Patient" + ".a" * 600), "the path is too long"),
        (operation("delete", "Patient" + ".a" * 100), "the path has too many steps"),
        (operation("delete", "(" * 900), "the path is too long"),
    ],
)
def test_what_is_no_fhirpath_patch_is_refused(parameter, words):
    with pytest.raises(BadPatchError) as caught:
        patched(parameter)
    assert caught.value.message.startswith(words)


@pytest.mark.parametrize(
    "text", ['{"resourceType":"Patient"}', '{"resourceType":"Parameters","x":1}']
)
def test_another_document_is_refused(text):
    with pytest.raises(BadPatchError):
        fhirpath_patched(PATIENT, text)


def test_what_is_no_json_is_refused():
    with pytest.raises(BadJsonError):
        fhirpath_patched(PATIENT, "<Parameters/>")


def test_more_operations_than_are_taken_are_refused():
    with pytest.raises(BadPatchError, match="more than 1000 operations"):
        patched(*[operation("delete", "Patient.gender")] * 1001)


def test_an_error_tells_its_operation_and_place_and_no_value():
    with pytest.raises(UnfitPatchError) as caught:
        patched(operation("delete", "gender"), operation("delete", "Patient.identifier"))
    assert (caught.value.operation, caught.value.place) == (1, "Patient.identifier")
    with pytest.raises(UnfitPatchError) as caught:
        patched(operation("delete", "Patient.identifier.where(system != '112-233')"))
    assert caught.value.place is None


def test_paths_over_a_large_resource_are_bounded():
    items = ",".join(['{"url":"a","valueBoolean":true}'] * 20_000)
    text = f'{{"resourceType":"Basic","extension":[{items}]}}'
    one = operation("delete", "Basic.extension.where(url = 'b')")
    parameters = json.dumps({"resourceType": "Parameters", "parameter": [one] * 1000})
    begun = time.process_time()
    with pytest.raises(UnfitPatchError, match="through too many elements"):
        fhirpath_patched(text, parameters)
    assert time.process_time() - begun < 3


def test_nesting_is_bounded():
    value = part("value", part=[part("url", "n", "Uri")])
    add = [
        operation("add", "Patient" + ".extension" * depth, part("name", "extension"), value)
        for depth in range(65)
    ]
    assert patched(*add[:40])["extension"][0]["extension"]
    with pytest.raises(UnfitPatchError, match="nested too deeply"):
        patched(*add[:60])
    with pytest.raises(BadPatchError, match="too many steps"):
        patched(*add)
