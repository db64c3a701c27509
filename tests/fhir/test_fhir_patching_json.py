"""JSON Patch of resources."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medkarta.fhir.json_text import BadJsonError
from medkarta.fhir.patching.bounds import (
    MAX_OPERATIONS,
    BadPatchError,
    PatchError,
    PatchTestError,
    UnfitPatchError,
)
from medkarta.fhir.patching.json_patch import json_patched

PATIENT = (
    '{"resourceType":"Patient","id":"p","meta":{"versionId":"1","lastUpdated":"2020-01-01T00:00:00Z"},'
    '"active":true,"name":[{"family":"А","given":["B","C"]}],'
    '"extension":[{"url":"u","valueDecimal":1.10}]}'
)


def patched(*operations, text=PATIENT):
    return json_patched(text, json.dumps(operations))


def op(name, path, **members):
    return {"op": name, "path": path, **members}


def from_(name, source, path):
    return {"op": name, "from": source, "path": path}


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        (op("add", "/gender", value="male"), "1.10}]}", '1.10}],"gender":"male"}'),
        (op("add", "/active", value=False), '"active":true', '"active":false'),
        (op("add", "/name/0/given/1", value="X"), '["B","C"]', '["B","X","C"]'),
        (op("add", "/name/0/given/2", value="X"), '["B","C"]', '["B","C","X"]'),
        (op("add", "/name/0/given/-", value="X"), '["B","C"]', '["B","C","X"]'),
        (op("remove", "/active"), '"active":true,', ""),
        (op("remove", "/name/0/given/0"), '["B","C"]', '["C"]'),
        (op("replace", "/name/0/family", value="Я"), '"А"', '"Я"'),
        (op("replace", "/name/0/given/1", value="X"), '["B","C"]', '["B","X"]'),
        (from_("move", "/name/0/given/1", "/name/0/given/0"), '["B","C"]', '["C","B"]'),
        (from_("move", "/active", "/active"), "", ""),
        (from_("copy", "/name/0/given/0", "/name/0/given/2"), '"B","C"', '"B","C","B"'),
        (op("test", "/name/0", value={"given": ["B", "C"], "family": "А"}), "", ""),
        (op("test", "/extension/0/valueDecimal", value=1.1), "", ""),
        (op("test", "", value=json.loads(PATIENT)), "", ""),
    ],
)
def test_an_operation_changes_what_it_names_and_no_digit_elsewhere(operation, before, after):
    assert patched(operation) == PATIENT.replace(before, after, 1)


def test_operations_are_applied_one_after_the_other_with_the_digits_they_bring():
    patch = (
        '[{"op":"replace","path":"/extension/0/valueDecimal","value":2.500},'
        '{"op":"copy","from":"/extension/0","path":"/extension/-"},'
        '{"op":"replace","path":"/extension/0/valueDecimal","value":1e1}]'
    )
    assert '[{"url":"u","valueDecimal":1e1},{"url":"u","valueDecimal":2.500}]' in json_patched(
        PATIENT, patch
    )


def test_escaped_names_are_read():
    text = '{"resourceType":"Basic","a/b":1,"c~d":2,"~1":3}'
    changed = patched(op("remove", "/a~1b"), op("remove", "/c~0d"), op("remove", "/~01"), text=text)
    assert changed == '{"resourceType":"Basic"}'


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (op("remove", "/gender"), "nothing is there"),
        (op("replace", "/gender", value="male"), "nothing is there"),
        (op("add", "/contact/0", value={}), "nothing is there"),
        (op("add", "/name/2", value={}), "the index is behind the end of the list"),
        (op("remove", "/name/1"), "the index is behind the end of the list"),
        (op("remove", "/name/-"), "the path leads into a list without an index"),
        (op("remove", "/name/00"), "the path leads into a list without an index"),
        (op("remove", "/name/²"), "the path leads into a list without an index"),
        (op("remove", "/name/-1"), "the path leads into a list without an index"),
        (op("remove", "/active/0"), "nothing is there: the path leads into a single value"),
        (op("add", "/active/0", value=1), "the path leads into a single value"),
        (op("remove", ""), "a patch does not remove the whole resource"),
        (from_("move", "/name", "/name/0/given"), "nothing can be moved into itself"),
        (from_("move", "/gender", "/gender"), "nothing is there"),
        (from_("copy", "/gender", "/active"), "nothing is there"),
    ],
)
def test_what_does_not_fit_the_resource_is_refused(operation, words):
    with pytest.raises(UnfitPatchError) as caught:
        patched(op("test", "/active", value=True), operation)
    assert (caught.value.operation, caught.value.message) == (1, words)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/active", False),
        ("/active", "true"),
        ("/active", 1),
        ("/name/0/given", ["C", "B"]),
        ("/name/0/given", ["B"]),
        ("/name/0", {"family": "А"}),
        ("/extension/0/valueDecimal", "1.10"),
        ("/extension/0/valueDecimal", 1.2),
    ],
)
def test_a_test_that_fails_says_so_with_its_place(path, value):
    with pytest.raises(PatchTestError, match="operation 0: the test failed") as caught:
        patched(op("test", path, value=value), op("remove", "/active"))
    assert caught.value.place.startswith("Patient.")


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ({"op": "remove", "path": "/active"}, "a JSON Patch is a list of operations"),
        (["remove"], "an operation is an object"),
        ([{"op": "delete", "path": "/active"}], "op is one of add, remove, replace, move, copy"),
        ([{"op": ["add"], "path": "/active"}], "op is one of"),
        ([{"op": "remove"}], "not a JSON Pointer"),
        ([{"op": "remove", "path": "active"}], "not a JSON Pointer"),
        ([{"op": "remove", "path": "/a~2"}], "not a JSON Pointer"),
        ([{"op": "remove", "path": "/a~"}], "not a JSON Pointer"),
        ([{"op": "remove", "path": 1}], "not a JSON Pointer"),
        ([{"op": "remove", "path": "/a" * 101}], "a JSON Pointer is too deep"),
        ([{"op": "add", "path": "/active"}], "the operation has no value"),
        ([{"op": "move", "path": "/active"}], "not a JSON Pointer"),
        ([{"op": "remove", "path": "/a"}] * (MAX_OPERATIONS + 1), "more than 1000 operations"),
    ],
)
def test_what_is_no_json_patch_is_refused(patch, words):
    with pytest.raises(BadPatchError) as caught:
        json_patched(PATIENT, json.dumps(patch))
    assert caught.value.message.startswith(words)


def test_a_patch_with_a_member_twice_is_refused():
    with pytest.raises(BadJsonError):
        json_patched(PATIENT, '[{"op":"remove","path":"/active","path":"/name"}]')


@pytest.mark.parametrize(
    "operations",
    [
        [op("replace", "/id", value="q")],
        [op("remove", "/id")],
        [from_("copy", "/name/0/family", "/id")],
        [op("replace", "/resourceType", value="Basic")],
        [op("replace", "/meta/versionId", value="2")],
        [op("replace", "/meta/lastUpdated", value="2021-01-01T00:00:00Z")],
        [op("replace", "/meta", value={"tag": []})],
        [op("replace", "", value={"resourceType": "Patient"})],
        [op("replace", "", value=[])],
        [from_("move", "/meta", "/name/0/meta")],
    ],
)
def test_what_the_server_gives_is_never_changed(operations):
    with pytest.raises(UnfitPatchError, match="is given by the server") as caught:
        patched(*operations)
    assert caught.value.place in {
        *("Patient.id", "Patient.resourceType"),
        *("Patient.meta.versionId", "Patient.meta.lastUpdated"),
    }


def test_an_id_that_is_taken_out_and_put_back_is_no_change():
    back = patched(op("remove", "/id"), op("add", "/id", value="p"))
    assert json.loads(back) == json.loads(PATIENT)


BOMBS = {
    "copies of copies": [
        op("add", "/x", value=["a" * 1000]),
        *[from_("copy", "/x", "/x/-")] * 999,
    ],
    "copies of the whole": [from_("copy", "", "/x")] * 1000,
    "a large value copied": [
        op("add", "/x", value="a" * 1_000_000),
        *[from_("copy", "/x", f"/y{i}") for i in range(999)],
    ],
    "chains moved into one another": [
        *[op("add", f"/{i}", value=json.loads('{"a":' * 80 + "1" + "}" * 80)) for i in range(500)],
        *[from_("move", f"/{i}", f"/{i + 1}" + "/a" * 79) for i in range(499)],
    ],
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_patch_that_would_grow_without_end_is_refused_soon(name):
    patch = json.dumps(BOMBS[name])
    begun = time.process_time()
    with pytest.raises(UnfitPatchError):
        json_patched(PATIENT, patch)
    assert time.process_time() - begun < 3  # it would take minutes


@given(
    paths=st.lists(
        st.sampled_from(["", "/name", "/name/0", "/name/0/given/-", "/active", "/id", "/name/0/x"]),
        min_size=2,
        max_size=8,
    ),
    names=st.lists(st.sampled_from(["add", "remove", "replace", "move", "copy"]), min_size=8),
)
@settings(max_examples=100)
def test_any_patch_gives_the_same_resource_or_is_refused(paths, names):
    operations = [
        {"op": name, "path": path, "from": paths[0], "value": {"y": 1}}
        for name, path in zip(names, paths, strict=False)
    ]
    try:
        after = json.loads(patched(*operations))
    except PatchError:
        return
    assert (after["id"], after["meta"]["versionId"]) == ("p", "1")
