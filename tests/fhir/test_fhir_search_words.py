"""`_text` and `_content`: https://hl7.org/fhir/R4/search.html#content."""

import pytest

from medkarta.fhir.search.query import MOST_WORK, check_work, read_query
from medkarta.fhir.search.query_criteria import work_of
from medkarta.fhir.search.sought import BadSearchError


def phrases(text, name="_content"):
    return [one.phrases for one in read_query("Observation", f"{name}={text}").criteria[0].values]


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("a+b", [(("a",), ("b",))]),
        ("a+a%09b+", [(("a",), ("b",))]),
        ("a,b+c", [(("a",),), (("b",), ("c",))]),
        ('"a+b"+c', [(("a", "b"), ("c",))]),
        ('"a"b""', [(("a",), ("b",))]),
        ("a\\,b", [(("a,b",),)]),
        ("%D0%B8%CC%86", [(("й",),)]),
        ("a+%CC%86", [(("a",),)]),
    ],
)
@pytest.mark.parametrize("name", ["_text", "_content"])
def test_a_value_is_words_and_phrases(text, wished, name):
    assert phrases(text, name) == wished


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("_content=", "_content: a value is empty"),
        ("_text=a,", "_text: a value is empty"),
        ("_text=+", "_text: a value is empty"),
        ('_text=""', "_text: a value is empty"),
        ("_text=%CC%86", "_text: a value is empty"),
        ('_text="a', "_text: a quotation mark has no other behind it"),
        ("_text=1+2+3+4+5+6+7+8+9+10+11", "at most 10 words of 200 characters"),
        (f"_content={201 * 'a'}", "at most 10 words of 200 characters"),
        ("_text:exact=a", "_text takes no :exact"),
        ("_content:contains=a", "_content takes no :contains"),
        ("_content:not=a", "_content takes no :not"),
        ("_text:missing=true", "_text takes no :missing"),
        ("_content:missing=false", "_content takes no :missing"),
        ("_text:Patient=a", "R4 has no such modifier"),
        ("_content.name=a", "_content is no reference"),
        ("_sort=_text", "Observation cannot be sorted by this"),
        ("_sort=-_content", "Observation cannot be sorted by this"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(text, words):
    with pytest.raises(BadSearchError) as caught:
        read_query("Observation", text)
    assert words in str(caught.value)


def test_five_values_are_the_most_of_a_search():
    (five,) = read_query("Observation", "_content=a,b,c,d,e").criteria
    check_work([work_of(five)])
    assert work_of(five) == MOST_WORK
    with pytest.raises(BadSearchError):
        read_query("Observation", "_content=a,b,c,d&_text=e&subject:Patient._text=f")


def test_what_has_no_narrative_has_no_text():
    assert read_query("Binary", "_text=a&_content=b").unknown == ("_text",)
    assert read_query("Observation", "_text=a&_content=b").unknown == ()
