"""Trees in which numbers stay as they were written."""

import pytest

from medkarta.fhir.json_text import BadJsonError
from medkarta.fhir.trees import Number, TooDeepError, read_resource_tree, read_tree, write_tree


def test_numbers_keep_every_digit_and_their_form():
    text = '{"a":1.10,"b":[1e3,1E+3,-0,0.0000001,12345678901234567890],"c":"1.10"}'
    tree = read_tree(text)
    assert write_tree(tree) == text
    assert (type(tree["a"]), type(tree["c"])) == (Number, str)


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":2}', "NaN", "1e999", "1" * 65, '"\\ud800"', "[" * 200, "1 2", "\ufeff1"]
)
def test_a_tree_is_read_as_strictly_as_a_resource(text):
    with pytest.raises(BadJsonError):
        read_tree(text)


@pytest.mark.parametrize("text", ["[]", "{}", '{"resourceType":"patient"}'])
def test_what_is_no_resource_is_refused(text):
    with pytest.raises(BadJsonError):
        read_resource_tree(text)


def test_what_is_nested_without_end_is_not_written():
    tree = []
    for _ in range(100_000):
        tree = [tree]
    with pytest.raises(TooDeepError):
        write_tree(tree)
