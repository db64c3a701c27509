"""The forms of primitive values."""

from decimal import Decimal

import pytest

from medkarta.fhir.definitions import elements_of, table
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir.structure.issues import Context
from medkarta.fhir.structure.primitives import PRIMITIVES

XHTML = "http://www.w3.org/1999/xhtml"


def div(inner):
    return f'<div xmlns="{XHTML}">{inner}</div>'


RIGHT = {
    "base64Binary": ["0Jk=", "AAAA", "QQ==\n", "0J\r\nk="],
    "boolean": [True, False],
    "canonical": ["http://a.example/x|1.0", "#a"],
    "code": ["final", "entered-in-error", "a b"],
    "date": ["2026", "2026-02", "2026-02-28", "2024-02-29", "2026-12-31", "0001-01-01"],
    "dateTime": [
        "2026",
        "2026-02",
        "2026-02-28",
        "2026-02-28T23:59:59Z",
        "2026-02-28T00:00:00.123456789+03:00",
        "2026-12-31T23:59:60Z",
        "2026-01-01T00:00:00-14:00",
    ],
    "decimal": [0, -1, Decimal("1.10"), Decimal("1E+3"), 1.5],
    "id": ["1", "a-B.9", "x" * 64],
    "instant": ["2026-02-28T23:59:59Z", "2026-02-28T23:59:59.5+03:00"],
    "integer": [0, -1, 2**31 - 1, -(2**31)],
    "markdown": ["*Анна*", "a\n\tb", "\u00a0", "10\u00a0мг"],
    "oid": ["urn:oid:1.2.643.5.1.13.13.11.1005", "urn:oid:2.0"],
    "positiveInt": [1, 2**31 - 1],
    "string": ["x", "Анна Мария", "10\u00a0мг", "a\r\nb", "👩🏽", "e\u0301", "\u200f"],
    "time": ["00:00:00", "23:59:60.5"],
    "unsignedInt": [0, 2**31 - 1],
    "uri": ["urn:oid:1.2", "http://a.example/ж", "x"],
    "url": ["http://a.example/x?y#z", "mailto:a@b"],
    "uuid": ["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"],
    "xhtml": [
        f'<div xmlns="{XHTML}" xml:lang="ru">x<br/>&#160;&lt;&amp;&quot;&apos;&gt;</div>',
        f" <div xmlns='{XHTML}'>x\ny</div>\n",
        f"<div xmlns='{XHTML}'><!-- &nbsp; --><p style='color: red'>x</p></div>",
        *(f'<div xmlns="{XHTML}"><a href="{to}">x</a></div>' for to in ("https://a/?a:b", "#a")),
        f'<div xmlns="{XHTML}"><img src="data:image/png;base64,AAAA" alt=""/></div>',
    ],
}
WRONG = {
    "base64Binary": ["0Jk", "0J=k", "Ж===", "", "a-_=", 1],
    "boolean": [1, 0, "true", None],
    "canonical": ["", "a b", 1],
    "code": ["", " final", "final ", "a  b", "a\nb\n", 1, True],
    "date": [
        *("26", "2026-1", "2026-02-29", "2026-13", "2026-00-01", "2026-04-31", "0000"),
        *(
            "2026-02-28T10:00:00Z",
            "28.02.2026",
            "2026-02-28 ",
            "2026-02-28\n",
            "２０２６",
            2026,
            "",
        ),
    ],
    "dateTime": [
        *("2026-02-28T10:00:00", "2026-02-28T10:00Z", "2026-02-28 10:00:00Z", "2026T10:00:00Z"),
        *("2026-02-30T10:00:00Z", "2026-02-28T24:00:00Z", "2026-02-28T10:00:00+15:00", ""),
    ],
    "decimal": ["1", True, None, [1]],
    "id": ["", "a_b", "x" * 65, "а", "a/b", "a\n", 1],
    "instant": ["2026", "2026-02-28", "2026-02-28T10:00:00", "2023-02-29T10:00:00Z"],
    "integer": [Decimal("1.0"), 1.0, "1", True, 2**31, -(2**31) - 1],
    "markdown": ["", "\x00", 1],
    "oid": ["1.2.643", "urn:oid:3.1", "urn:oid:1.02", "urn:oid:1"],
    "positiveInt": [0, -1, 2**31, "1", True],
    "string": ["", "\x00", "a\x0bb", "\x1b[31m", 1, None, [], {}],
    "time": ["24:00:00", "10:00", "10:00:00Z", ""],
    "unsignedInt": [-1, 2**31, False],
    "uri": ["", "a b", "a\u0020", 1],
    "url": ["", "http://a b"],
    "uuid": [
        "c757873d-ec9a-4326-a141-556f43239520",
        "urn:uuid:C757873D-EC9A-4326-A141-556F43239520",
    ],
    "xhtml": [
        *("", "x", 1, "<p>x</p>", "<div/><div/>", "<div>x</div>", '<div xmlns="urn:x">x</div>'),
        *(f"<division xmlns='{XHTML}'>x</division>", f"<h:div xmlns:h='{XHTML}'>x</h:div>"),
        '<!DOCTYPE div [<!ENTITY a "b">]>' + div("&a;"),
        f'<div xmlns="{XHTML}" onclick="x">y</div>',
        *map(div, ("<b>", "&foo;x", "&nbsp;x", "&copy;", "x<?php ?>", "<script>x</script>")),
        *map(div, ("x<iframe/>", "x<form/>", '<img src="x" onerror="y"/>')),
        *map(div, ("x<svg xmlns='http://www.w3.org/2000/svg'/>", "x<p xmlns=''/>")),
        *map(div, ('<a href="javascript:x">y</a>', '<a href=" java&#10;Script:x">y</a>')),
        div('<a href="data:text/html,x">y</a>'),
        *map(div, ("", " \n\t", "<p> </p><br/>", "<!-- x -->", '<img alt="x"/>', "&#32;")),
        div(f"x{'<b/>' * 100_000}"),
    ],
}
NOWHERE = Context({}, {})


def cases(table):
    return [(kind, value) for kind, values in table.items() for value in values]


@pytest.mark.parametrize(("kind", "value"), cases(RIGHT))
def test_the_right_form_passes(kind, value):
    assert not PRIMITIVES[kind](value, NOWHERE)


@pytest.mark.parametrize(("kind", "value"), cases(WRONG))
def test_the_wrong_form_does_not(kind, value):
    assert PRIMITIVES[kind](value, NOWHERE)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (div("a&nbsp;b"), "an entity that XML does not name"),
        (div("&nbsp;"), "txt-1"),
        (div(" "), "neither text nor a picture in the narrative (txt-2)"),
        ("<div>x</div>", f"a div of the namespace {XHTML}"),
    ],
)
def test_what_a_narrative_lacks_is_said_with_its_place(value, words):
    text = {"status": "generated", "div": value}
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "c"}}
    (issue,) = issues_of(observation | {"text": text})
    assert (issue.path, words in issue.words) == ("Observation.text.div", True)


def test_every_type_that_r4_names_is_known_to_us():
    named = {
        kind
        for type_name in table("elements")
        for element in elements_of(type_name).values()
        for kind in element.types
    }
    assert {kind for kind in named if kind not in table("elements")} <= PRIMITIVES.keys()
    assert RIGHT.keys() == WRONG.keys() == PRIMITIVES.keys()
