"""Bodies, queries, headers, addresses that are sent to break something: refused in words, soon."""

import gzip
import json
import time
from urllib.parse import quote

import pytest
from bearers import app_token, system_token

from medkarta.fhir.search.parameters import searchable_by
from medkarta.fhir_api.requests import LARGEST_BUNDLE, LARGEST_RESOURCE

pytestmark = pytest.mark.django_db
SOON = 3.0  # seconds, on a busy machine; each takes a small part of it
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture
def note(world):
    """The text of an Observation with a hole for one more member."""
    start = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "note"},
        "subject": {"reference": f"Patient/{world.boris_at_x.patient}"},
    }
    return json.dumps(start)[:-1] + ",%s}"


def refused(heard, *statuses):
    """In words, with nothing of our inside."""
    assert heard.status in statuses, (heard.status, heard.body[:300])
    assert heard.json["resourceType"] == "OperationOutcome"
    for inside in ("Traceback", "psycopg", "syntax error", "SELECT", "medkarta.", "index_"):
        assert inside not in heard.words
    return heard


DEEP = 5_000
MEMBERS = {
    "deep lists": '"component":' + "[" * DEEP + "]" * DEEP,
    "deep objects": '"extension":' + '[{"url":"u","extension":' * DEEP + "[]" + "}]" * DEEP,
    "a key twice": '"status":"amended"',
    "a type twice": '"resourceType":"Patient"',
    "1e999": '"valueQuantity":{"value":1e999}',
    "NaN": '"valueQuantity":{"value":NaN}',
    "Infinity": '"valueQuantity":{"value":-Infinity}',
    "a million digits": '"valueQuantity":{"value":1' + "0" * 1_000_000 + "}",
    "a leading zero": '"valueQuantity":{"value":01}',
    "a lone surrogate": '"note":[{"text":"\\ud800"}]',
    "NUL": '"note":[{"text":"a\\u0000b"}]',
    "__proto__": '"__proto__":{"admin":true}',
    "a comma too many": '"note":[{"text":"a"},]',
    "a comment": '"note":[] /* nothing */',
    "text after it": '"note":[{"text":"a"}]}{"x":1',
    "a null": '"note":null',
    "an empty list": '"note":[]',
    "a regular expression": '"valueString":' + json.dumps("a" * 2_000_000 + "!"),
}
TAKEN = {"a regular expression"}  # long words are words


@pytest.mark.parametrize("member", MEMBERS)
def test_what_no_parser_should_read_is_refused(machine, x, note, member):
    """B116: alone, and as an entry of a bundle."""
    began = time.monotonic()
    text = note.replace("%s", MEMBERS[member], 1)
    heard = machine.call("POST", "Observation", x, text)
    if member in TAKEN:
        assert heard.status == 201
    else:
        refused(heard, 400, 413, 422)
    bundle = '{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"POST",'
    heard = machine.call("POST", "", x, bundle + f'"url":"Observation"}},"resource":{text}}}]}}')
    if heard.status == 200 and member not in TAKEN:
        (entry,) = heard.json["entry"]
        assert entry["response"]["status"][0] == "4"
    assert time.monotonic() - began < SOON


ENTITY = b"""<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>
<Observation xmlns="http://hl7.org/fhir"><id value="&b;"/></Observation>"""
BODIES = {
    "nothing": (b"", {}),
    "a mark of byte order": ("\ufeff{}".encode(), {}),
    "UTF-16": ('{"resourceType":"Observation"}'.encode("utf-16"), {}),
    "bytes that are no UTF-8": (b'{"resourceType":"Observation","id":"\xff"}', {}),
    "a list": (b"[]", {}),
    "a word": (b'"Observation"', {}),
    "packed": (gzip.compress(b"{}" * 1_000_000), {"content_encoding": "gzip"}),
    "a form": (b"a=1", {"content_type": FORM}),
    "parts": (b"--x\r\n\r\n--x--", {"content_type": "multipart/form-data; boundary=x"}),
    "another charset": (b"{}", {"content_type": "application/fhir+json; charset=koi8-r"}),
    "XML with an entity": (ENTITY, {"content_type": "application/fhir+xml"}),
    "too large": (b" " * (LARGEST_RESOURCE + 1), {}),
}


@pytest.mark.parametrize("body", BODIES)
def test_what_is_no_resource_is_refused(machine, x, body):
    """B116, B147."""
    sent, headers = BODIES[body]
    given = {"content_type": "application/fhir+json", **headers}
    refused(machine.call("POST", "Observation", x, sent, **given), 400, 413, 415)
    refused(machine.call("PUT", "Observation/1", x, sent, **given), 400, 413, 415)
    if body != "too large":
        refused(machine.call("POST", "", x, sent, **given), 400, 415)


@pytest.mark.parametrize(
    ("path", "largest"), [("Observation", LARGEST_RESOURCE), ("", LARGEST_BUNDLE)]
)
def test_a_body_without_end_is_left_unread(machine, x, path, largest):
    """B147: its size is told, or is not; it is refused before it is here."""
    refused(machine.call("POST", path, x, b"", content_length="100000000000"), 413)
    chunk = b" " * 1_000_000
    heard, taken = machine.flood("POST", path, x, chunk)
    refused(heard, 413)
    assert taken <= largest // len(chunk) + 1


def test_a_form_of_a_hundred_thousand_fields_is_refused(machine, anna):
    """B147."""
    fields = b"&".join(b"a%d=1" % n for n in range(100_000))
    refused(machine.call("POST", "Observation/_search", anna, fields, content_type=FORM), 413, 414)
    refused(machine.get("Observation?" + "&".join(["code=1"] * 3_000), anna), 414)


def test_a_thousand_headers_are_heard_in_no_time(machine, world, anna):
    """B151: of the same name, and ranges."""
    path = f"Observation/{world.anna_at_x.observation}"
    began = time.monotonic()
    ranges = "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(1_000))
    heard = machine.get(path, anna, range=ranges, if_none_match=",".join(['"x"'] * 10_000))
    assert (heard.status, "content-range" in heard.headers) == (200, False)
    heard = machine.get(path, anna, prefer=",".join(["handling=strict"] * 10_000))
    assert heard.status == 200
    many = {f"x_{n}": "1" for n in range(10_000)}
    assert machine.get(path, anna, **many).status == 200
    assert time.monotonic() - began < SOON


EVIL = (
    "' OR '1'='1",
    "x'; DROP TABLE resource; --",
    "%' UNION SELECT body FROM resource --",
    "$1 %s %(x)s {0}",
    "\\",
    "\0",
    "(a+)+$",
    "%_%_%_%",
    "|'|",
    "9" * 400,
    "0001-01-01",
    "9999-12-31T23:59:60Z",
    "-1e-400||'",
)


@pytest.mark.parametrize("kind", ["Observation", "Patient", "Organization"])
def test_no_value_of_a_parameter_is_more_than_a_value(machine, world, anna, kind):
    """B121, B127."""
    names = [*searchable_by(kind), "_sort", "_count", "_include", "_has:Observation:patient:code"]
    names += [
        "_elements",
        "_summary",
        "_total",
        "a__b__regex",
        "code__contains",
        "_cursor",
        "_list",
    ]
    asked = [f"{kind}?{name}={quote(evil)}" for name in names for evil in EVIL]
    asked += [f"{kind}?{quote(evil)}=1" for evil in EVIL]
    began = time.monotonic()
    for start in range(0, len(asked), 100):
        some = asked[start : start + 100]
        for path, heard in zip(
            some, machine.together(*(("GET", one, anna) for one in some)), strict=True
        ):
            assert heard.status in (200, 400, 403), path
            assert world.boris_at_x.canary.encode() not in heard.body
            if heard.status != 200:
                refused(heard, 400, 403)
    assert time.monotonic() - began < 10 * SOON


DEAR = {
    "a long word": "code:text=" + "a" * 7_000,
    "many words": "code:text=" + "%20".join(["аб"] * 500),
    "many signs": "subject:Patient.name:contains=" + "%25_" * 1_000,
    "many values": "code=" + ",".join(map(str, range(1_500))),
    "many criteria": "&".join(f"value-quantity=ap{n}" for n in range(400)),
    "a long chain": "subject:Patient.link:Patient.link:Patient.link:Patient.link:Patient.name=a",
    "a deep _has": "_has:Observation:has-member:" * 10 + "code=1",
    "many includes": "&".join(
        ["_include=*"] + [f"_include=Observation:{n}" for n in ("subject", "encounter")] * 25
    ),
    "many sorts": "_sort=" + ",".join(["date", "code", "status"] * 10),
    "everything at once": "_include:iterate=*&_revinclude:iterate=*&_total=accurate&_count=1000",
}


@pytest.mark.parametrize("dear", DEAR)
def test_what_costs_much_is_answered_soon_or_refused(machine, anna, dear):
    """B127, B152."""
    began = time.monotonic()
    heard = machine.get("Observation?" + DEAR[dear], anna)
    if heard.status != 200:
        refused(heard, 400, 414)
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize("dear", ["a long chain", "a deep _has", "many sorts", "many values"])
def test_what_is_beyond_the_bounds_is_refused(machine, anna, dear):
    """B152."""
    refused(machine.get("Observation?" + DEAR[dear], anna), 400)


@pytest.mark.parametrize("count", ["-1", "a", "1.5", "1e3", "+", "0x10", "%00", "١"])
def test_a_count_is_a_number(machine, anna, count):
    """B148."""
    for path in (
        "Observation?_count=",
        "Observation/_history?_count=",
        "Patient/$everything?_count=",
    ):
        refused(machine.get(path + count, anna), 400)


def test_a_count_is_capped_and_pages_have_no_offset(machine, anna):
    """B148."""
    for count in (10**6, 10**17):
        assert machine.get(f"Observation?_count={count}", anna).status == 200
    assert "entry" not in machine.get("Observation?_count=0", anna).json
    for name in ("_offset", "_page", "_getpagesoffset", "_skip"):
        heard = machine.get(f"Observation?{name}=1000000000", anna, prefer="handling=strict")
        refused(heard, 400)


def test_another_is_answered_while_many_ask_what_costs_much(machine, world, anna):
    """B149."""
    boris = app_token(world.boris)
    dear = [
        "Observation?_include:iterate=*&_revinclude:iterate=*&_total=accurate&_count=1000",
        "Observation/_history?_count=1000",
        "Patient/$everything",
        "Observation?_lastUpdated=ge1900&_total=accurate&_sort=-date,code,status",
    ]
    calls = [("GET", path, anna) for path in dear * 50]
    calls.append(("GET", f"Observation/{world.boris_at_x.observation}", boris))
    answers, took = machine.timed(*calls)
    assert {one.status for one in answers} == {200}
    assert took[-1] < max(took) / 2 or max(took) < SOON


@pytest.mark.parametrize(
    "path",
    [
        "Observation/%2e%2e/%2e%2e/etc/passwd",
        "Observation/../Patient",
        "Observation/\0",
        "Observation/" + "a" * 10_000,
        "Observation/1/_history/1/_history/1",
        "Observation/1/_history/-1",
        "Observation/1/_history/99999999999999999999",
        "Observation/1/_history/١",
        "observation/1",
        "Observation;x=1/1",
        "Observation/$everything",
        "$export/x",
    ],
)
def test_no_address_leads_elsewhere(machine, anna, path):
    refused(machine.get(path, anna), 400, 403, 404)


def test_of_two_bearers_one_counts(machine, world, anna):
    """And neither the address nor a cookie is one."""
    path = f"Observation/{world.anna_at_x.observation}"
    boris = app_token(world.boris)
    heard = machine.get(path, boris, cookie=f"sessionid={anna}", x_authorization=f"Bearer {anna}")
    assert heard.status == 404
    for name in ("access_token", "token", "_authorization"):
        assert machine.get(f"{path}?{name}={anna}").status == 401
    assert machine.get(path, None, authorization=f"bearer  {anna} ").status == 200
    assert machine.get(path, None, authorization=f"Bearer {boris}, Bearer {anna}").status == 401
