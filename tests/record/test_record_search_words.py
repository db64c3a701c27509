"""`_text` and `_content`: https://hl7.org/fhir/R4/search.html#content."""

import base64
import json
import unicodedata
from urllib.parse import quote

import pytest
from record_bundles import (
    NOW,
    PATIENT,
    bundle,
    entry,
    grant_of,
    observation,
    organization,
    patient,
)
from record_searching import committed, connecting, search
from record_two_people import OTHER, OTHER_CLINIC

from medkarta.access.grants import Section
from medkarta.record.actions.imports import import_bundle
from medkarta.record.search.sides import ForbiddenSearchError
from medkarta.record.stored import parse_body

pytestmark = pytest.mark.django_db

XHTML = "http://www.w3.org/1999/xhtml"
NARRATIVES = {
    "bronchitis": '<p title="скрыто">Острый\n <b>бронхит</b>,<!-- it\'s --> лёгкое течение</p>',
    "pneumonia": "<table><tr><td>Пневмония</td><td>жар &amp; кашель</td></tr></table>",
    "signs": "<p>50% (муж) a_b .* c:\\temp [x] «№5»</p>",
    "decomposed": unicodedata.normalize("NFD", "<p>Ёж, Йод, за́мок, Äpfel</p>"),
}
DATA = base64.b64encode(b"bytes of a scan").decode()


def noted(name, **more):
    return observation(code={"text": name}, **more)


def narrated(name):
    div = f'<div xmlns="{XHTML}">{NARRATIVES[name]}</div>'
    return noted(name, text={"status": "generated", "div": div})


def fill():
    """Two people: of one all is written as it is, of the other with escapes alone."""
    scan = {"contentType": "application/pdf", "data": DATA}
    entries = [
        organization(),
        patient(),
        *map(narrated, NARRATIVES),
        noted(
            "note",
            note=[
                {"text": 'Сказал: "болит\tголова"'},
                {"text": "Ночью спит"},
                {"text": "Днём бодр"},
            ],
        ),
        entry({"resourceType": "Binary", "securityContext": {"reference": PATIENT}, **scan}),
        entry(
            {
                "resourceType": "DocumentReference",
                "status": "current",
                "subject": {"reference": PATIENT},
                "content": [{"attachment": {"title": "Снимок", **scan}}],
            }
        ),
    ]
    other = [
        organization(full_url=OTHER_CLINIC),
        patient(full_url=OTHER, clinic=OTHER_CLINIC),
        noted("other", of=OTHER, note=[{"text": "Отёк и бронхит"}]),
    ]
    texts = (json.dumps(bundle(*entries), ensure_ascii=False), json.dumps(bundle(*other)))
    taken = [import_bundle(text=text.encode(), now=NOW) for text in texts]
    assert [one.refused for one in taken] == [[], []]
    return [one.patient_ids[0] for one in taken]


@pytest.fixture(scope="module")
def people(request, django_db_blocker):
    request.getfixturevalue("django_db_setup")
    yield from committed(django_db_blocker, fill)


@pytest.fixture
async def database():
    async with await connecting() as connected:
        yield connected


async def found(database, grant, name, value, kind="Observation"):
    page = await search(database, grant, kind, f"{name}={quote(value)}&_total=accurate")
    assert page.total == len(page.matches)
    return [parse_body(one.body) for one in page.matches]


async def names(database, grant, name, value):
    return {one["code"]["text"] for one in await found(database, grant, name, value)}


@pytest.mark.parametrize(
    ("value", "wished"),
    [
        ("бронхит", {"bronchitis"}),
        ("БРОНХ", {"bronchitis"}),
        ("легкое", {"bronchitis"}),
        ("течение острый", {"bronchitis"}),
        ('"острый бронхит"', {"bronchitis"}),
        ('"бронхит острый"', set()),
        ('"острый брон" течение', {"bronchitis"}),
        ("бронхит пневмония", set()),
        ("бронхит,пневмония", {"bronchitis", "pneumonia"}),
        ("ронхит", set()),
        ("кашель", {"pneumonia"}),
        ("скрыто", set()),
        ("title", set()),
        ("table", set()),
        ("it's", set()),
        ("amp", set()),
        ("Observation", set()),
        ("голова", set()),
        ("(муж)", {"signs"}),
        ("a_b", {"signs"}),
        ("№5", {"signs"}),
        ("50%", {"signs"}),
        ("c:\\\\temp", {"signs"}),
        ("[x]", {"signs"}),
        (".*", {"signs"}),
        ("a.b", set()),
        ("бронхи_", set()),
        ("бронх%", set()),
        ("(бронхит|пневмония)", set()),
        ("[б]ронхит", set()),
        ("ежи\\,", set()),
        ("***=бронхит", set()),
        ("(?i)бронхит", set()),
        ("еж", {"decomposed"}),
        ("йод", {"decomposed"}),
        ("иод", set()),
        ("apfel", {"decomposed"}),
        ("замок", {"decomposed"}),
        ("бро\u0301нхит", {"bronchitis"}),
        ("мок", set()),
        (" ".join(["аеиоуы" * 3] * 10), set()),
        ("о" * 200, set()),
    ],
)
async def test_words_of_the_narrative_are_found_at_their_beginnings(
    people, database, value, wished
):
    assert await names(database, grant_of(people[0]), "_text", value) == wished
    if "Observation" not in value and value not in ("голова", "title"):
        assert await names(database, grant_of(people[0]), "_content", value) == wished


async def test_content_is_all_strings_and_no_name_of_a_member(people, database):
    mine = grant_of(people[0])
    assert await names(database, mine, "_content", "голова") == {"note"}
    assert await names(database, mine, "_content", '"сказал: болит голова" спит') == set()
    assert await names(database, mine, "_content", "болит спит") == {"note"}
    assert await names(database, mine, "_content", "спит днем") == {"note"}
    assert await names(database, mine, "_content", '"спит днем"') == set()
    assert await names(database, mine, "_content", "laboratory note") == {"note"}
    assert await names(database, mine, "_content", "effectiveDateTime") == set()
    assert await names(database, mine, "_content", "title") == set()


@pytest.mark.parametrize("kind", ["Binary", "DocumentReference"])
async def test_bytes_are_no_words(people, database, kind):
    mine = grant_of(people[0])
    assert len(await found(database, mine, "_content", "application/pdf", kind)) == 1
    assert await found(database, mine, "_content", DATA[:8], kind) == []


async def test_what_is_written_with_escapes_is_found(people, database):
    both = grant_of(*people)
    assert await names(database, both, "_content", "ОТЕК") == {"other"}
    assert await names(database, both, "_content", "бронхит") == {"other", "bronchitis"}


async def test_what_the_grant_does_not_open_has_no_words(people, database):
    other = people[1]
    assert await names(database, grant_of(people[0]), "_content", "отёк") == set()
    hidden = grant_of(other, sections=frozenset(Section) - {Section.LABS})
    assert await names(database, hidden, "_content", "отёк") == set()
    narrow = grant_of(other, types=frozenset({"Patient"}))
    with pytest.raises(ForbiddenSearchError):
        await found(database, narrow, "_has:Observation:patient:_content", "x", "Patient")


@pytest.mark.parametrize(
    ("kind", "name", "value", "count"),
    [
        ("Observation", "subject:Patient._content", "female", 5),
        ("Observation", "patient._content", "male", 0),
        ("Observation", "subject._text", "female", 0),
        ("Patient", "_has:Observation:patient:_text", "бронхит", 1),
        ("Patient", "_has:Observation:patient:_content", "отёк", 0),
        ("Organization", "_content", "поликлиника", 2),
    ],
)
async def test_they_are_asked_through_references_and_of_what_is_shared(
    people, database, kind, name, value, count
):
    assert len(await found(database, grant_of(people[0]), name, value, kind)) == count
