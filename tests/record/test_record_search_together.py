"""Searches that are asked at one moment: fewer statements, and each is as if it were alone."""

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from psycopg import DataError
from record_bundles import grant_of
from record_searching import MARKER, WRITTEN, Found, committed, connecting, search
from record_two_people import two_people

from medkarta.access.grants import Grant, Section
from medkarta.fhir.search.sought import BadSearchError, SoughtCodes
from medkarta.foundation.ids import ClinicId, logical_id
from medkarta.record.reading_searches import Searches
from medkarta.record.search import page as pages
from medkarta.record.search.frames import Frames
from medkarta.record.search.ordering import Place
from medkarta.record.search.sides import Reach
from medkarta.record.search.together import parted

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def people(request, django_db_blocker):
    request.getfixturevalue("django_db_setup")
    yield from committed(django_db_blocker, two_people)


class Pool:
    """One connection for all, and how often it was given."""

    def __init__(self, database):
        self._database, self._lock, self.given = database, asyncio.Lock(), 0
        self.out = self.most_out = 0

    @asynccontextmanager
    async def connection(self):
        self.given += 1
        self.out += 1
        self.most_out = max(self.most_out, self.out)
        async with self._lock:
            yield self._database
        self.out -= 1


@pytest.fixture
async def pool():
    async with await connecting() as connected:
        yield Pool(connected)


async def found(searches, grant, text, after=None):
    asked = replace(MARKER.read("Observation", text), after=after)
    page = Found(await searches.search(Reach.of(grant), asked))
    return {(one.patient_id, one.resource_id) for one in page.matches}, page.total


@pytest.mark.parametrize(
    "text", ["", "code:not=x", "date=ge2000&_count=3", "_sort=code", "subject:Patient.active=true"]
)
async def test_each_finds_its_own_in_a_statement_of_several(people, pool, text):
    grants = [grant_of(one) for one in people] * 3
    ended = replace(grants[0], expires_at=datetime(2001, 1, 1, tzinfo=UTC))
    searches = Searches(pool, WRITTEN)
    *answers, none = await asyncio.gather(*(found(searches, one, text) for one in [*grants, ended]))
    assert pool.given < len(grants)
    assert none == (set(), 0)
    async with pool.connection() as database:
        for grant, (matches, total) in zip(grants, answers, strict=True):
            alone = await search(database, grant, "Observation", text)
            assert matches == {(one.patient_id, one.resource_id) for one in alone.matches}
            assert total == alone.total
            assert {patient for patient, _ in matches} <= grant.patient_ids


async def test_what_is_wrong_with_one_is_no_fault_of_the_others(people, pool):
    searches, few = Searches(pool, WRITTEN), [grant_of(one) for one in people]
    bad, good = (Place((key,), UUID(int=0), UUID(int=0)) for key in ("no date", "2100-01-01"))
    answers = await asyncio.gather(
        *(found(searches, few[0], "", after) for after in (good, bad)),
        found(searches, few[1], "", good),
        return_exceptions=True,
    )
    assert isinstance(answers[1], DataError)
    assert answers[0][0]
    assert answers[2][0]


async def test_who_asks_for_very_much_or_goes_far_asks_alone(people, pool):
    searches = Searches(pool, WRITTEN)
    texts = ["_summary=count", "_include=Observation:subject", "_count=1000", "_content=a"]
    for text in texts:
        await asyncio.gather(*(found(searches, grant_of(one), text) for one in people))
    assert pool.given == len(texts) * len(people)
    await asyncio.gather(*(found(searches, grant_of(people[0]), texts[1]) for _ in range(6)))
    assert pool.most_out == 2  # however many may take long, connections are left for others


KINDS = [
    "",
    "patient={0}",
    "patient={0},{1}&code=a|b&_sort=-date",
    "subject=Patient/{1}&date=ge2000&status:not=x&_count=3",
    "patient={2}&value-quantity=gt1|http://unitsofmeasure.org|kg",
    "encounter={0}&patient={0}",
    "subject:Patient.family=x&code:missing=false",
    "subject:Patient._id={0}",
    "subject:Group.code=x",
    "has-member:Observation.patient={0}&_sort=code,-_id",
    "_id={0}&patient={0}",
    "performer={0}",
    "code-value-quantity=a$1",
    "code=http://loinc.org|718-7,|x,y|,b&code:not=718-7&category:text=Кровь&date=2020,lt2021-05",
    "date=ge2020-01-01&date=lt2021&date=ne2019&date=ap2020&date=sa2018&_lastUpdated=gt2026-11-27T10:00:00Z",
    "identifier=urn:oid:1.2.643.2.4.3.1.2|Ёж&encounter:identifier=u|1&value-string=ЁЛКА,Ж&value-string:exact=Ё",
    "value-string:contains=Сахарный  Диабет&_profile=http://x.ru/П&_source:below=urn:x&_source:above=urn:y",
    "encounter=Encounter/{0},Encounter/{1},x,http://clinic.ru/Encounter/9&subject:Patient.family=Ёлкин,Иванов",
    "device.identifier=u|7&encounter.date=gt2020-01-01&performer:Organization.name:contains=ЛПУ",
    f"code={'ы' * 300}&combo-code=1,2,3,4,5,6,7,8,9,10&date=2001,2002,2003,2004,2005,2006",
]


@pytest.mark.parametrize("text", KINDS)
@pytest.mark.parametrize("resource_type", ["Observation", "Device", "Encounter"])
def test_a_statement_that_is_kept_is_filled_to_what_would_be_made(resource_type, text):
    frames, ways = Frames(WRITTEN), [(1, Section), (2, Section), (3, [Section.LABS]), (5, Section)]
    for many, sections in ways * 2:
        owners = [uuid4() for _ in range(5)]
        grant = grant_of(*owners[:many], sections=frozenset(sections))
        names = [logical_id(one, one) for one in owners]
        try:
            asked = MARKER.read(resource_type, text.format(*names))
        except BadSearchError:
            return
        for clinic_id in (None, ClinicId(owners[0]), ClinicId(owners[1])):
            whose = replace(grant, expires_at=datetime.now(UTC))
            reach = Reach(whose, whose.types, clinic_id)
            made = parted(pages.written_page(reach, asked.query, None, WRITTEN), asked.query)
            assert frames.searched(reach, asked) == made


def test_searches_that_differ_in_values_have_one_statement_and_leave_none_in_memory():
    frames, text = Frames(WRITTEN), "encounter=Encounter/{0}&identifier=u|{1}&_lastUpdated=gt{2}"
    for number in range(10, 30):
        patient_id = uuid4()
        asked = text.format(logical_id(patient_id, uuid4()), f"СНИЛС-{number}", 2000 + number)
        reach = Reach.of(grant_of(patient_id))
        frames.searched(reach, MARKER.read("Observation", f"{asked}&value-string=Тайна-{number}"))
    ((key, frame),) = frames._kept.items()
    assert not re.search("СНИЛС|тайна|Тайна|20[12][0-9]", repr((key, frame)))


@pytest.mark.parametrize(("codes", "kept"), [(100, 1), (1_000, 0)])
def test_a_statement_with_very_many_codes_is_not_kept(codes, kept):
    """A short address of a value set stands for all of them, and each search would be another."""
    frames, grant = Frames(WRITTEN), grant_of(uuid4())
    asked = MARKER.read("Observation", "code=x")
    (criterion,) = asked.query.criteria
    listed = SoughtCodes(tuple(("urn:system", f"{number:020}") for number in range(codes)))
    query = replace(asked.query, criteria=(replace(criterion, values=(listed,)),))
    frames.searched(Reach.of(grant), replace(asked, query=query))
    assert len(frames._kept) == kept


def test_every_limit_there_is_keeps_statements_apart():
    """A new limit of a Grant or a Reach has to be put into the key of `Frames`, and then here."""
    keyed = {"sections", "types", "organisations", "period"}
    filled = {"patient_ids", "expires_at"}
    not_kept, limits_nothing = {"narrowed"}, {"reader", "person_id", "purpose", "log_number"}
    assert {one.name for one in fields(Grant)} == keyed | filled | not_kept | limits_nothing
    assert {one.name for one in fields(Reach)} == {"grant", "types", "clinic_id"}


class AtOnce:
    """Connections of which two hear what was found at the very same moment."""

    def __init__(self):
        self._heard = asyncio.Event()
        self._asked = 0

    @asynccontextmanager
    async def connection(self):
        async with await connecting() as one:
            wait = one.wait

            async def wait_for_the_other(asked):
                found = await wait(asked)
                self._asked += 1
                heard = self._heard
                if self._asked % 2 == 0:
                    self._heard = asyncio.Event()
                    heard.set()
                await heard.wait()
                return found

            one.wait = wait_for_the_other
            yield one


async def test_who_asks_when_all_have_just_been_answered_is_answered_too(people):
    searches, grant = Searches(AtOnce(), WRITTEN), grant_of(people[0])

    async def ask_again_and_again(text):
        for _ in range(3):
            await found(searches, grant, text)

    both = asyncio.gather(*map(ask_again_and_again, ["status=final", "code=x&status=final"]))
    await asyncio.wait_for(both, timeout=10)
