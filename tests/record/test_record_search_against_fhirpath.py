"""Each search parameter of real records, beside a plain evaluator on fhirpathpy.

The evaluator knows nothing of our extractors and tables: it selects elements by R4's expression and
compares them as R4's search page tells.
"""

import functools
import json
import re
import unicodedata
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import quote

import fhirpathpy
import pytest
from fhirpathpy.models import models
from record_bundles import NOW, grant_of, needs_synthea, synthea_files
from record_searching import committed, connecting, ids

from medkarta.fhir.search.parameters import parameters_of
from medkarta.record.actions.imports import import_bundle

pytestmark = [needs_synthea, pytest.mark.django_db]

PEOPLE = ("Gustavo", "Brett")
SAMPLES = 3  # values of each parameter that are sought
FOREVER = datetime.max.replace(tzinfo=UTC)
IN_COLUMNS = ("_id", "_lastUpdated")


@pytest.fixture(scope="module")
def people(request, django_db_blocker):
    """Their patient ids, and all stored resources by type: [(parsed, floats as text)]."""
    request.getfixturevalue("django_db_setup")
    yield from committed(django_db_blocker, take_in)


def take_in():
    files = [
        path
        for path in synthea_files()
        if path.name.startswith(("hospital", "practitioner", *PEOPLE))
    ]
    reports = [import_bundle(text=path.read_bytes(), now=NOW) for path in files]
    return [patient for report in reports for patient in report.patient_ids], stored()


def stored():
    from record_bundles import rows

    found = defaultdict(list)
    for table in ("resource", "shared_resource"):
        for kind, body in rows(f"SELECT resource_type, body FROM {table}"):
            found[kind].append(json.loads(body, parse_float=Decimal))
    return found


@functools.cache
def selector(expression):
    """Say it for fhirpathpy: no `resolve()`, `as` for one element only (R4 means `ofType`)."""
    expression = expression.removeprefix("Resource.")
    expression = re.sub(r"resolve\(\) is (\w+)", r"reference.startsWith('\1/')", expression)
    expression = re.sub(r"\(([\w.]+) as (\w+)\)", r"\1.ofType(\2)", expression)
    expression = re.sub(r"\.as\((\w+)\)", r".ofType(\1)", expression)
    return fhirpathpy.compile(expression, model=models["r4"])


def elements(resource, param):
    plain = json.loads(json.dumps(resource, default=str))
    return selector(param.expression)(plain)


# What an element is, as values to compare; and the text by which the first of them is sought.


def tokens(element):
    if isinstance(element, bool):
        return {("", str(element).lower())}
    if isinstance(element, str):
        return {("", element)}
    if "coding" in element or "text" in element:
        return {token for coding in element.get("coding", ()) for token in tokens(coding)}
    code = element.get("code") or element.get("value")
    return {(element.get("system", ""), code)} if code else set()


def leaves(element):
    if isinstance(element, str):
        return {fold(element)}
    parts = ("family", "given", "prefix", "suffix", "text", "line", "city", "district", "state")
    named = (element.get(part, ()) for part in (*parts, "country", "postalCode"))
    flat = [one for each in named for one in ([each] if isinstance(each, str) else each)]
    return {fold(one) for one in flat}


def fold(text):
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def stretch(element):
    """Seconds from and to: a Period's outer ends, or a date's by its precision."""
    if isinstance(element, dict):
        end = moments(element["end"])[1] if "end" in element else FOREVER
        return {(moments(element["start"])[0], end)}
    return {moments(element)}


def moments(text):
    if "T" in text:
        low = datetime.fromisoformat(text)
        width = timedelta(milliseconds=1) if "." in text else timedelta(seconds=1)
        return low, low + width
    low = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return low, low + timedelta(days=1)


def amounts(element):
    if isinstance(element, str):
        return {(Decimal(element), "", "")}
    unit = element.get("code") or element.get("unit") or element.get("currency") or ""
    system = "urn:iso:std:iso:4217" if "currency" in element else element.get("system", "")
    return {(Decimal(str(element["value"])), system, unit)}


def references(element):
    if isinstance(element, str):
        return {element}
    outside = not element.get("reference", "#").startswith("#")
    return {element["reference"]} if outside else set()


def escaped(text):
    return re.sub(r"([\\,$|])", r"\\\1", text)


def day_of(value):
    return value[0].astimezone(UTC).strftime("%Y-%m-%d")


def on_day(value, day):
    low = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return low <= value[0] and value[1] <= low + timedelta(days=1)


def after_day(value, day):
    return value[1] > datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)


def half(number):
    return Decimal("0.5").scaleb(number.as_tuple().exponent)


# kind → values of an element, and ways to seek one: (text, whether a value is what is sought)
KINDS = {
    "token": (
        tokens,
        [
            lambda v: (f"={escaped(v[1])}", lambda one: one[1] == v[1]),
            lambda v: (f"={escaped(v[0])}|{escaped(v[1])}", lambda one: one == v),
        ],
    ),
    "string": (
        leaves,
        [
            lambda v: (f"={escaped(v[:4].upper())}", lambda one: one.startswith(v[:4].rstrip())),
            lambda v: (f":contains={escaped(v[2:5])}", lambda one: v[2:5].strip() in one),
        ],
    ),
    "date": (
        stretch,
        [
            lambda v: (f"={day_of(v)}", lambda one: on_day(one, day_of(v))),
            lambda v: (f"=gt{day_of(v)}", lambda one: after_day(one, day_of(v))),
            lambda v: (f"=le{day_of(v)}", lambda one: on_day(one, day_of(v)) or early(one, v)),
        ],
    ),
    "quantity": (
        amounts,
        [
            lambda v: (
                f"={v[0]}|{v[1]}|{escaped(v[2])}",
                lambda one: -half(v[0]) <= one[0] - v[0] < half(v[0]) and one[1:] == v[1:],
            ),
            lambda v: (f"=gt{v[0]}", lambda one: one[0] > v[0]),
            lambda v: (f"=le{v[0]}", lambda one: one[0] <= v[0]),
        ],
    ),
    "reference": (references, [lambda v: (f"={escaped(v)}", lambda one: one == v)]),
    "uri": (
        lambda element: {element},
        [
            lambda v: (f"={escaped(v)}", lambda one: one == v),
            lambda v: (f":below={escaped(v[:12])}", lambda one: one.startswith(v[:12])),
        ],
    ),
}
KINDS["number"] = KINDS["quantity"]


def early(value, other):
    return value[0] < datetime.fromisoformat(day_of(other)).replace(tzinfo=UTC)


def values_of(resources, param):
    """Id → values that the evaluator sees."""
    read, _ = KINDS[param.kind]
    return {
        one["id"]: {value for element in elements(one, param) for value in read(element)}
        for one in resources
    }


def wished(values):
    """A few values of different resources, with blanks and short words left out."""
    found = sorted({value for each in values.values() for value in each}, key=str)
    usable = [one for one in found if not isinstance(one, str) or len(one.strip()) > 5]
    step = max(len(usable) // SAMPLES, 1)
    return usable[::step][:SAMPLES]


async def test_each_parameter_finds_what_the_evaluator_finds(people):
    patients, by_type = people
    grant = grant_of(*patients)
    searched = set()
    async with await connecting() as database:
        for kind, resources in sorted(by_type.items()):
            for param in parameters_of(kind).values():
                if param.kind == "composite" or param.code in IN_COLUMNS:
                    continue
                values = values_of(resources, param)
                if any(values.values()):
                    text = f"{param.code}:missing=true&_count=1000"
                    found = await ids(database, grant, kind, text)
                    assert set(found) == {key for key, some in values.items() if not some}, text
                for value in wished(values):
                    for way in KINDS[param.kind][1]:
                        text, holds = way(value)
                        found = await ids(
                            database,
                            grant,
                            kind,
                            f"{param.code}{quote(text, safe='=:')}&_count=500",
                        )
                        expected = {key for key, some in values.items() if any(map(holds, some))}
                        assert (set(found), len(found)) == (expected, len(expected)), (
                            kind,
                            param.code,
                            text,
                        )
                        searched.add((kind, param.code))
    assert len(searched) > 120


class Narrative(HTMLParser):
    def __init__(self, div):
        super().__init__()
        self.said = []
        self.feed(div)

    def handle_data(self, data):
        self.said.append(data)


def strings(value):
    if isinstance(value, dict):
        for name, each in value.items():
            yield from () if name == "data" else strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield " ".join(Narrative(value).said) if value.startswith("<div") else value


def begins(text, word):
    """Whether a word stands at the beginning of one."""
    places = (found.start() for found in re.finditer(re.escape(word), text))
    return any(place == 0 or not text[place - 1].isalnum() for place in places)


async def test_words_are_found_where_the_evaluator_finds_them(people):
    patients, by_type = people
    grant = grant_of(*patients)
    met = 0
    async with await connecting() as database:
        for kind, resources in sorted(by_type.items()):
            said = {one["id"]: [fold(text) for text in strings(one)] for one in resources}
            words = sorted({word for few in said.values() for text in few for word in text.split()})
            usable = [one for one in words if len(one) < 100 and '"' not in one]
            for word in usable[:: max(len(usable) // 4, 1)]:
                for sought in {word, word[: len(word) // 2 + 1], word[1:] or word}:
                    text = f"_content={quote(escaped(sought))}&_count=1000"
                    found = await ids(database, grant, kind, text)
                    few = {
                        key
                        for key, some in said.items()
                        if any(begins(one, sought) for one in some)
                    }
                    assert (set(found), len(found)) == (few, len(few)), (kind, sought)
                    met += len(few) < len(said)
    assert met > 50
