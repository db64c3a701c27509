"""What the Grant does not open is not found, not counted, and changes no answer."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from record_bundles import NOW, asks, grant_of
from record_searching import MARKER, committed, connecting, ids, search
from record_two_people import CANARY, LOINC, two_people

from medkarta.access.grants import Period, Section
from medkarta.fhir.definitions import resource_types
from medkarta.fhir.search.parameters import parameters_of, searchable_by
from medkarta.fhir.search.sought import BadSearchError
from medkarta.foundation.ids import logical_id
from medkarta.foundation.sealing import Sealer
from medkarta.record.search import page as pages
from medkarta.record.search.cursors import BadCursorError, Marker
from medkarta.record.search.sides import ForbiddenSearchError, Reach

pytestmark = pytest.mark.django_db

MINE = 8  # resources of mine


@pytest.fixture(scope="module")
def people(request, django_db_blocker):
    request.getfixturevalue("django_db_setup")
    yield from committed(django_db_blocker, two_people)


@pytest.fixture
async def database():
    async with await connecting() as connected:
        yield connected


@pytest.fixture
def mine(people):
    return grant_of(people[0])


OWNED = (
    *("Condition", "Encounter", "List", "Observation", "Patient"),
    *("DiagnosticReport", "Group", "Provenance", "Task", "Communication", "Device"),
)
REFERENCES = sorted(
    f"{kind}:{param.code}"
    for kind in OWNED
    for param in parameters_of(kind).values()
    if param.kind == "reference"
)


async def everything_said(database, grant, resource_type, text):
    """Bodies of all that a search hands out, and whose they are."""
    page = await search(database, grant, resource_type, text)
    found = [*page.matches, *page.included]
    return "".join(one.body for one in found), {one.patient_id for one in found} - {None}


@pytest.mark.parametrize(
    "includes",
    [
        "&".join(f"_include={one}" for one in REFERENCES[start : start + 10])
        for start in range(0, len(REFERENCES), 10)
    ]
    + [
        "_include=*&_revinclude=*",
        "_include:iterate=*&_revinclude:iterate=*",
        "_include:iterate=Observation:*&_include:iterate=Encounter:*&_revinclude:iterate=List:*",
    ],
)
async def test_includes_bring_nothing_of_another(people, mine, database, includes):
    """B061, B063: by whatever reference, and however far."""
    for kind in ("Observation", "Encounter", "List", "Patient", "Condition"):
        said, whose = await everything_said(database, mine, kind, includes)
        assert whose == {people[0]}, kind
        assert CANARY not in said


async def test_the_other_is_there_to_be_found(people, database):
    """Without this the tests above and below would prove nothing."""
    both = grant_of(*people)
    said, whose = await everything_said(database, both, "Observation", "_include=*&_revinclude=*")
    assert whose == set(people)
    assert CANARY in said


@pytest.mark.parametrize("kind", ["Practitioner", "Organization"])
async def test_what_refers_to_nobodys_resources_is_mine_alone(people, mine, database, kind):
    """B062: a doctor is everybody's, who was seen is not."""
    said, whose = await everything_said(database, mine, kind, "_revinclude=*")
    assert whose == {people[0]}
    assert CANARY not in said
    said, whose = await everything_said(database, None, kind, "_revinclude=*&_include=*")
    assert whose == set()


async def test_each_type_is_searched_within_the_grant(people, mine, database):
    """B066 too: who is named in another's resource does not own it."""
    whole = []
    for kind in sorted(resource_types()):
        page = await search(database, mine, kind, "_count=1000")
        assert {one.patient_id for one in page.matches} <= {people[0], None}, kind
        whole += [one for one in page.matches if one.patient_id]
    assert len(whole) == MINE
    me = logical_id(people[0], people[0])
    for param in ("focus", "performer"):
        assert await ids(database, mine, "Observation", f"{param}=Patient/{me}") == []
    assert await ids(database, mine, "Condition", f"asserter=Patient/{me}") == []


async def test_what_includes_bring_has_its_own_scope_and_consent(people, database):
    """B064."""
    text = "_include=Observation:encounter&_include=Observation:performer&_revinclude=List:item"
    narrow = grant_of(people[0], types=frozenset({"Observation"}))
    assert (await search(database, narrow, "Observation", text)).included == []
    labs_alone = grant_of(people[0], sections=frozenset({Section.LABS}))
    page = await search(database, labs_alone, "Observation", text)
    assert (len(page.matches), page.included) == (3, [])


async def test_a_hidden_resource_does_not_lead_on(people, database):
    """B063: the visit is hidden, and so is the doctor that only it names."""
    text = "_include=Observation:encounter&_include:iterate=Encounter:participant"
    opened = await search(database, grant_of(people[0]), "Observation", text)
    assert {one.resource_type for one in opened.included} == {"Encounter", "Practitioner"}
    hidden = grant_of(people[0], sections=frozenset({Section.LABS}))
    assert (await search(database, hidden, "Observation", text)).included == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("Encounter", ""),
        ("Observation", "encounter:Encounter.class=AMB"),
        ("Observation", "encounter.class=AMB"),
        ("Observation", "encounter:Encounter.participant:Practitioner.name=x"),
        ("Observation", "performer:Practitioner.name=x"),
        ("Observation", "_has:List:item:code=x"),
        ("Observation", "_list=x"),
        ("Patient", "_has:Encounter:patient:_has:Observation:encounter:code=x"),
    ],
)
async def test_a_leg_through_a_type_that_is_not_opened_is_refused(people, database, kind, text):
    """B065."""
    grant = grant_of(people[0], types=frozenset({"Observation", "Patient"}))
    with pytest.raises(ForbiddenSearchError):
        await search(database, grant, kind, text)


async def test_chains_go_through_what_is_opened_alone(people, mine, database):
    """B065: what is the other's is no leg, and neither is a section that is hidden."""
    assert len(await ids(database, mine, "Observation", "encounter:Encounter.class=AMB")) == 2
    assert await ids(database, mine, "Observation", "focus:Patient.birthdate=1980-02-29") == []
    visits_hidden = grant_of(people[0], sections=frozenset({Section.LABS, Section.VITALS}))
    assert await ids(database, visits_hidden, "Observation", "encounter:Encounter.class=AMB") == []


@pytest.mark.parametrize("bound", range(0, 1200, 150))
async def test_has_answers_the_same_whatever_another_has(people, mine, database, bound):
    """B071: no binary search of the other's value of 999."""
    text = f"_has:Observation:patient:value-quantity=gt{bound}"
    assert len(await ids(database, mine, "Patient", text)) == (bound < 150)
    doctors = f"_has:Observation:performer:value-quantity=gt{bound}"
    assert await ids(database, mine, "Practitioner", doctors) == []
    hidden = grant_of(people[0], sections=frozenset({Section.PERSON}))
    assert await ids(database, hidden, "Patient", text) == []


async def test_without_a_grant_there_is_no_patients_resource(people, database):
    for kind in sorted(resource_types()):
        page = await search(database, None, kind, "_total=accurate&_include=*&_revinclude=*")
        assert {one.patient_id for one in [*page.matches, *page.included]} <= {None}, kind
    seen = "_has:Encounter:practitioner:class=AMB"
    assert await ids(database, None, "Practitioner", seen) == []
    assert (
        await ids(database, None, "Organization", "_has:Patient:organization:gender=female") == []
    )


async def test_nobodys_resources_are_searched_by_what_is_opened(people, mine, database):
    seen = "_has:Encounter:practitioner:class=AMB"
    assert len(await ids(database, mine, "Practitioner", seen)) == 1
    empty = grant_of()
    assert await ids(database, empty, "Practitioner", seen) == []
    assert len(await ids(database, empty, "Practitioner", "name=елк")) == 1


PREDICATES = [
    "_total=accurate",
    "_summary=count",
    "_count=0",
    "code:missing=false&_summary=count",
    "focus:missing=true&_summary=count",
    "status:not=amended&_summary=count",
    "_lastUpdated=ge2000&_summary=count",
    "_tag:missing=true&_summary=count",
    "_security:missing=true&_summary=count",
    "_source:missing=true&_summary=count",
]


@pytest.mark.parametrize("text", PREDICATES)
async def test_counts_are_of_what_is_opened(people, mine, database, text):
    """B072."""
    both = grant_of(*people)
    hidden = {"focus:missing": 3, "status:not": 3}
    expected = next((n for name, n in hidden.items() if text.startswith(name)), 4)
    assert (await search(database, mine, "Observation", text)).total == expected
    assert (await search(database, both, "Observation", text)).total > expected
    visits = grant_of(people[0], sections=frozenset({Section.VISITS}))
    assert (await search(database, visits, "Observation", text)).total == 0


async def test_the_order_depends_on_what_is_opened_alone(people, mine, database):
    """B072: in any order, pages hold what is mine once."""
    whole = set(await ids(database, mine, "Observation"))
    assert len(whole) == 4
    for param in parameters_of("Observation").values():
        if param.kind == "composite":
            continue
        for sign in ("", "-"):
            paged = await ids(database, mine, "Observation", f"_sort={sign}{param.code}&_count=1")
            assert (set(paged), len(paged)) == (whole, 4), (sign, param.code)


LIMITS = {
    "patients": {"patient_ids": frozenset()},
    "sections": {"sections": frozenset()},
    "types": {"types": frozenset()},
    "organisations": {"organisations": frozenset()},
    "another's": {"organisations": frozenset({uuid4()})},
    "period": {"period": Period(start=NOW, end=NOW)},
    "expiry": {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
    "narrowed to nothing": {"narrowed": {"Observation": ()}},
    "narrowed to another": {"narrowed": {"Observation": (asks("Observation", "code=x"),)}},
}


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
async def test_what_is_empty_or_over_opens_nothing(people, database, limits):
    grant = grant_of(people[0], **limits)
    for text in ("", "code=718-7", "_total=accurate&_include=*", "status:not=x", "_summary=count"):
        try:
            page = await search(database, grant, "Observation", text)
        except ForbiddenSearchError:
            assert "types" in limits
            continue
        assert (page.matches, page.included, page.total) == ([], [], 0)


async def test_a_narrowed_type_shows_what_has_one_of_its_tokens(people, database):
    """As `patient/Observation.rs?category=vital-signs`."""
    vitals = asks("Observation", "category=vital-signs")
    other = asks("Observation", "code=http://else|718-7")
    grant = grant_of(people[0], narrowed={"Observation": (other, vitals)})
    page = await search(database, grant, "Observation", "_include=Observation:encounter")
    assert [len(page.matches), len(page.included)] == [1, 1]
    assert (await search(database, grant, "Observation", "code=718-7")).total == 0
    # Of another type all is open, but for what goes through the narrowed one.
    assert (
        len(await ids(database, grant, "Encounter", "_has:Observation:encounter:code=8480-6")) == 1
    )
    assert await ids(database, grant, "Encounter", "_has:Observation:encounter:code=718-7") == []
    brought = await search(database, grant, "Encounter", "_revinclude=Observation:encounter")
    assert len(brought.included) == 1
    both = grant_of(
        people[0],
        narrowed={"Observation": (asks("Observation", f"code={LOINC}|718-7"),)},
    )
    assert len(await ids(database, both, "Observation")) == 3
    for system, count in ((LOINC, 4), ("http://else", 0)):
        any_code = {"Observation": (asks("Observation", f"code={system}|"),)}
        assert (
            len(await ids(database, grant_of(people[0], narrowed=any_code), "Observation")) == count
        )


@pytest.mark.parametrize(
    ("queries", "count"),
    [
        (("category=vital-signs,laboratory",), 4),
        (("code=718-7,8480-6&category=vital-signs",), 1),
        (("code=718-7&category=vital-signs",), 0),
        (("code=718-7&category=laboratory", "category=vital-signs&status=final,amended"), 4),
        (("date=ge2023",), 3),
        (("date=ge2023&date=lt2024",), 1),
        (("date=2022,2023-01-02&code=718-7", "date=gt2030"), 2),
    ],
)
async def test_a_query_opens_what_a_search_by_it_finds(people, database, queries, count):
    """All of its parameters hold, each by any of its values; of several queries any."""
    narrowed = {"Observation": tuple(asks("Observation", text) for text in queries)}
    for whose in (people[:1], people):
        whole = grant_of(*whose)
        found = [set(await ids(database, whole, "Observation", text)) for text in queries]
        opened = await ids(database, grant_of(*whose, narrowed=narrowed), "Observation")
        assert set(opened) == set().union(*found)
        assert len(opened) == count or whose == people


async def test_another_patient_named_is_nobody(people, mine, database):
    other = logical_id(people[1], people[1])
    for text in (f"patient={other}", f"subject=Patient/{other}", f"_id={other}"):
        assert await ids(database, mine, "Observation", text) == []
    assert await ids(database, mine, "Patient", f"_id={other}") == []


@pytest.fixture
async def cursor(mine, database):
    """The cursor of the second page."""
    text = "_sort=-date&_count=1&code:not=Хранимое"
    page = await search(database, mine, "Observation", text)
    return MARKER.write(MARKER.read("Observation", text).query, page.next, reader="one")


async def test_a_cursor_names_its_reader_and_says_nothing(mine, database, cursor):
    """B076."""
    again = await search(database, mine, "Observation", f"_cursor={cursor}")
    assert len(again.matches) == 1
    assert "2024" not in cursor
    assert CANARY not in cursor
    assert MARKER.read("Observation", f"_cursor={cursor}").reader == "one"
    other = Marker(sealer=Sealer(["another secret"]))
    for marker, kind, text in (
        (other, "Observation", cursor),
        (MARKER, "Condition", cursor),
        (MARKER, "Observation", cursor[:-4]),
        (MARKER, "Observation", cursor[4:]),
        (MARKER, "Observation", cursor + "AAAA"),
        (MARKER, "Observation", cursor + "=AAAA"),
        (MARKER, "Observation", ""),
        (MARKER, "Observation", "s1.x.y"),
        (MARKER, "Observation", "x' OR 1=1 --"),
        (MARKER, "Observation", "A" * 100_000),
    ):
        with pytest.raises((BadCursorError, BadSearchError)):
            marker.read(kind, f"_cursor={text}")


async def test_no_bit_of_a_cursor_can_be_turned(cursor):
    """B076."""
    for place in range(len(cursor) - 1):  # the last one holds bits that mean nothing
        turned = "A" if cursor[place] != "A" else "B"
        with pytest.raises(BadCursorError):
            MARKER.read("Observation", f"_cursor={cursor[:place]}{turned}{cursor[place + 1 :]}")


async def test_each_page_is_asked_under_the_grant_of_the_moment(people, mine, database, cursor):
    """B076: a scope that changed between pages holds for the next."""
    nothing = grant_of(people[0], sections=frozenset({Section.VISITS}))
    assert (await search(database, nothing, "Observation", f"_cursor={cursor}")).matches == []
    other = grant_of(people[1])
    found = await search(database, other, "Observation", f"_cursor={cursor}")
    assert {one.patient_id for one in found.matches} <= {people[1]}


async def test_the_dearest_search_is_answered(people, database):
    """B152: with as many values as are let through, under a Grant of many entries."""
    grant = grant_of(*people, *(uuid4() for _ in range(30)))
    dear = "&".join(f"value-quantity=ap{number}||g/L" for number in range(25))
    chained = "&".join(f"encounter.{n}" for n in ("class=a,b", "status=c", "type=d"))
    page = await search(
        database, grant, "Observation", f"{dear}&{chained}&_include=*&_total=accurate"
    )
    assert (page.matches, page.total) == ([], 0)
    assert len(await ids(database, grant, "Observation", "_count=2&_sort=-date")) > 4


EVIL = "x'; DROP TABLE resource; --"


@pytest.mark.parametrize(
    "text",
    [
        *(f"{param.code}={EVIL}" for param in searchable_by("Observation").values()),
        f"code={EVIL}|{EVIL}",
        f"code:text={EVIL}",
        f"value-quantity=5|{EVIL}|{EVIL}",
        f"subject:identifier={EVIL}|{EVIL}",
        f"encounter:Encounter.reason-code={EVIL}",
        f"_has:List:item:title={EVIL}",
        f"code-value-quantity={EVIL}$5||{EVIL}",
        f"{EVIL}=1",
        f"_list={EVIL}",
        "_sort=code&_count=3",
    ],
)
def test_nothing_that_a_client_writes_becomes_sql(people, text):
    """B121: text is made of literals alone."""
    try:
        asked = MARKER.read("Observation", text)
    except ValueError:
        return
    made = pages.page(Reach.of(grant_of(*people)), asked.query, asked.after)
    assert "DROP" not in made.text
    assert made.text.count("%s") == len(made.values)
    assert not any(sign in made.text for sign in ('"', ";", "--"))
