"""What FHIR searches find: https://hl7.org/fhir/R4/search.html."""

from uuid import UUID

import pytest
from record_bundles import entry, grant_of, observation, organization, patient, take_in
from record_searching import committed, connecting, ids, search
from record_two_people import LOINC, UCUM, condition, encounter, urn, value

from medkarta.foundation.ids import encode_uuid, logical_id
from medkarta.record.search import includes

pytestmark = pytest.mark.django_db

ME = "urn:uuid:22222222-2222-4222-8222-222222222222"
LOINC_OR_NOT = ["8480-6", f"{LOINC}|8480-6"]


def pressure(systolic, diastolic, **more):
    """Two components, as nearly all blood pressures come."""
    parts = zip(("8480-6", "8462-4"), (systolic, diastolic), strict=True)
    return observation(
        code={"coding": [{"system": LOINC, "code": "85354-9"}]},
        component=[
            {
                "code": {"coding": [{"system": LOINC, "code": code}]},
                "valueQuantity": value(number, "mm[Hg]"),
            }
            for code, number in parts
        ],
        **more,
    )


def coded(code, display=None, text=None, **more):
    coding = {"system": LOINC, "code": code} | ({"display": display} if display else {})
    return observation(code={"coding": [coding], **({"text": text} if text else {})}, **more)


def device(name, **more):
    return entry({"resourceType": "Device", "manufacturer": name, **more})


def lasting(code, period, **more):
    made = coded(code, effectivePeriod=period, **more)
    del made["resource"]["effectiveDateTime"]
    return made


def fill():
    """Names of resources → how they are told apart below: by a value of their own."""
    visit, doctor = urn(), urn()
    taken = take_in(
        organization(address=[{"city": "Тверь"}]),
        entry(
            {
                "resourceType": "Practitioner",
                "name": [{"family": "Ёлкин", "given": ["Пётр"]}],
                "identifier": [{"system": "npi", "value": "1"}],
            },
            full_url=doctor,
        ),
        *(device(name) for name in ("d1", "d3")),
        *(device(name, patient={"reference": ME}) for name in ("d2", "d4")),
        patient(
            name=[{"family": "Йодова-Ёлкина", "given": ["Анна"]}],
            identifier=[
                {
                    "system": "ours",
                    "value": "17",
                    "type": {
                        "coding": [{"system": "kinds", "code": "MR"}],
                        "text": "Номер карты",
                    },
                }
            ],
        ),
        encounter(ME, full_url=visit, doctor=doctor),
        condition(ME, encounter={"reference": visit}, onsetAge=value(40, "a")),
        coded("g1", "Глюкоза", effectiveDateTime="2024-01-01", valueQuantity=value(5.4)),
        coded("g2", None, "Глюкоза натощак", effectiveDateTime="2024-02", valueString="Есть"),
        coded("g3", effectiveDateTime="2024-03-01T10:00:00Z", valueQuantity=value(540, "mg/dL")),
        lasting("g4", {"start": "2023-12-30", "end": "2024-01-02"}, status="amended"),
        coded("g5", valueQuantity={**value(5), "comparator": "<"}, encounter={"reference": visit}),
        coded(
            "g6",
            effectiveDateTime="2020",
            component=[
                {"code": {"text": name}, "valueQuantity": value(number, unit)}
                for name, number, unit in (("t", 98.6, "[degF]"), ("sat", 97, "%"))
            ],
            performer=[{"reference": doctor, "identifier": {"system": "npi", "value": "1"}}],
        ),
        pressure(120, 80, effectiveDateTime="2019-01-01"),
        pressure(80, 50, effectiveDateTime="2019-01-02"),
    )
    assert taken.refused == []
    return taken.patient_ids[0]


@pytest.fixture(scope="module")
def me(request, django_db_blocker):
    request.getfixturevalue("django_db_setup")
    yield from committed(django_db_blocker, fill)


@pytest.fixture
async def database():
    async with await connecting() as connected:
        yield connected


async def codes(database, me, text):
    """The codes of the Observations found, in their order."""
    page = await search(database, grant_of(me), "Observation", text)
    return [code_of(one) for one in page.matches]


def code_of(text):
    from medkarta.record.stored import parse_body

    body = parse_body(text.body)
    return body["code"]["coding"][0]["code"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("code:text=глюк", {"g1", "g2"}),
        ("code:text=ГЛЮКОЗА натощак", {"g2"}),
        ("code:text=натощак", set()),
        ("code=g1,g2", {"g1", "g2"}),
        (f"code={LOINC}|g1", {"g1"}),
        ("code=http://else|g1", set()),
        ("code=|g1", set()),
        ("code=G1", set()),
        ("code=g1&code=g2", set()),
        ("code=g1&date=2024", {"g1"}),
        ("status=amended", {"g4"}),
        ("status=http://hl7.org/fhir/observation-status|amended", {"g4"}),
        ("status=http://hl7.org/fhir/observation-status|nonsense", set()),
        ("status=http://else|amended", set()),
        ("status:not=final", {"g4"}),
        ("status:not=final,amended", set()),
        ("code:not=g1,g2,g3,85354-9", {"g4", "g5", "g6"}),
        ("status:in=http://hl7.org/fhir/ValueSet/observation-status&code=g1", {"g1"}),
        ("status:not-in=http://hl7.org/fhir/ValueSet/observation-status", set()),
        ("performer:identifier=npi|1", {"g6"}),
        ("performer:identifier=1", {"g6"}),
        ("performer:identifier=npi|2", set()),
        ("performer:missing=false", {"g6"}),
        ("value-string=есть", {"g2"}),
        ("value-string:exact=есть", set()),
        ("value-string:exact=Есть", {"g2"}),
        ("value-string:contains=СТ", {"g2"}),
        ("value-string=_сть", set()),
        ("value-string=%25", set()),
        # Dates.
        ("date=2024-01-01", {"g1"}),
        ("date=2024", {"g1", "g2", "g3", "g5"}),
        ("date=ap2024-01-01", {"g1", "g4"}),
        ("date=lt2019-01-02", {"85354-9"}),
        ("date=sa2024-01-02&date=lt2024-03", {"g2"}),
        ("date=eb2024-01-01&date=ge2023", {"g4"} - {"g4"}),
        ("date=ge2024-03-01&date=le2024-03-01", {"g3"}),
        ("date=ne2024&code=g1,g4", {"g4"}),
        ("date=gt2024-03-01T10:00:00Z", {"g5"}),
        ("date=ge2024-03-01T13:00:00%2B03:00&date=lt2024-04", {"g3"}),
        # Quantities: a unit of the same kind is the same amount in other digits.
        ("value-quantity=5.4||g/L", {"g1", "g3"}),
        (f"value-quantity=5.4|{UCUM}|g/L", {"g1", "g3"}),
        (f"value-quantity=540|{UCUM}|mg/dL", {"g1", "g3"}),
        ("value-quantity=5.4", {"g1"}),
        ("value-quantity=5.40", {"g1"}),
        ("value-quantity=5", {"g1"}),
        ("value-quantity=ne5.4", {"g3", "g5"}),
        ("value-quantity=gt5.4", {"g3"}),
        ("value-quantity=ge5.4||g/L", {"g1", "g3"}),
        ("value-quantity=lt5.4", {"g5"}),
        ("value-quantity=lt3", {"g5"}),
        ("value-quantity=gt4.9||g/L", {"g1", "g3", "g5"}),
        ("value-quantity=gt5||g/L", {"g1", "g3"}),
        ("value-quantity=ap5||g/L", {"g1", "g3", "g5"}),
        ("value-quantity=5.4|http://else|g/L", set()),
        ("value-quantity=5.4||mmol/L", set()),
        (f"component-value-quantity=37|{UCUM}|Cel", {"g6"}),
        ("component-value-quantity=37.0||Cel", {"g6"}),
        ("component-value-quantity=310.15||K", {"g6"}),
        ("component-value-quantity=gt37||Cel", set()),
        ("component-value-quantity=ge37||Cel", {"g6"}),
        ("component-value-quantity=36||Cel", set()),
        ("component-value-quantity=0.97||1", {"g6"}),
    ],
)
async def test_values_are_compared_as_r4_says(database, me, text, found):
    assert set(await codes(database, me, f"{text}&_count=100")) == found


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("component-code-value-quantity=8480-6$lt90", 1),
        (f"component-code-value-quantity={LOINC}|8480-6$lt90||mm[Hg]", 1),
        ("component-code-value-quantity=8480-6$gt200", 0),
        ("component-code-value-quantity=8462-4$80", 1),
        ("component-code-value-quantity=http://else|8480-6$lt90", 0),
        ("combo-code-value-quantity=8480-6$lt90", 1),
        ("combo-code-value-quantity=g1$5.4", 1),
        ("combo-code-value-quantity=8480-6$lt90,g1$gt5", 2),
        ("code-value-quantity=g1$gt5", 1),
        ("code-value-quantity=g1$gt6", 0),
        ("code-value-string=g2$есть", 1),
    ],
)
async def test_parts_of_a_composite_stand_in_one_element(database, me, text, count):
    """80 is the diastolic pressure of the one and the systolic of the other."""
    assert len(await codes(database, me, text)) == count


@pytest.mark.parametrize(
    ("kind", "text", "count"),
    [
        ("Patient", "name=йодо", 1),
        ("Patient", "name=иодо", 0),
        ("Patient", "name:contains=елкин", 1),
        ("Patient", "family=ЙОДОВА-Ё&given=анна", 1),
        ("Patient", "identifier=ours|17", 1),
        ("Patient", "identifier=ours|", 1),
        ("Patient", "identifier:of-type=kinds|MR|17", 1),
        ("Patient", "identifier:of-type=kinds|MR|18", 0),
        ("Patient", "identifier:of-type=else|MR|17", 0),
        ("Patient", "identifier:text=номер", 1),
        ("Patient", "birthdate=1980-02-29", 1),
        ("Patient", "birthdate=lt1980", 0),
        ("Patient", "gender=http://hl7.org/fhir/administrative-gender|female", 1),
        ("Patient", "organization:Organization.address-city=тверь", 1),
        ("Patient", "_has:Observation:patient:code=g1", 1),
        ("Patient", "_has:Observation:patient:_has:List:item:code=x", 0),
        ("Condition", "onset-age=40", 1),
        ("Condition", "onset-age=gt39.9||a", 1),
        ("Condition", "encounter:Encounter.participant:Practitioner.name=елкин", 1),
        ("Condition", "encounter:Encounter.participant:Practitioner.name=иванов", 0),
        ("Encounter", "_has:Observation:encounter:code=g5", 1),
        ("Encounter", "_has:Condition:encounter:_has:List:item:code=x", 0),
        ("Encounter", "_has:Condition:encounter:code=I10&class=AMB", 1),
        ("Practitioner", "name=елкин", 1),
        ("Practitioner", "family:exact=Ёлкин", 1),
        ("Practitioner", "_has:Observation:performer:code=g6", 1),
        ("Practitioner", "_has:Observation:performer:code=g1", 0),
        ("Organization", "name:contains=№", 1),
        ("Organization", "_lastUpdated=gt2020&_lastUpdated=lt2100", 1),
        ("Observation", "_lastUpdated=2026-11-20", 8),
        ("Observation", "_lastUpdated=lt2026-11-20", 0),
        ("Observation", "encounter:missing=false", 1),
        ("Observation", "encounter:missing=true", 7),
        ("Observation", "_id:missing=true", 0),
        ("Observation", "_tag:missing=true", 8),
    ],
)
async def test_names_chains_and_columns(database, me, kind, text, count):
    assert len(await ids(database, grant_of(me), kind, text)) == count


async def test_resources_are_found_by_id_and_by_owner(database, me):
    grant, key = grant_of(me), logical_id(me, me)
    whole = await ids(database, grant, "Observation")
    assert await ids(database, grant, "Observation", f"_id={whole[0]},{whole[1]}") == whole[:2]
    for text in (f"patient={key}", f"subject=Patient/{key}", f"subject:Patient={key}"):
        assert await ids(database, grant, "Observation", text) == whole
    for text in (f"patient={whole[0]}", "patient=x", f"subject=Group/{key}", "_id=x,1-2"):
        assert await ids(database, grant, "Observation", text) == []
    (shared,) = await ids(database, None, "Organization")
    assert await ids(database, None, "Organization", f"_id={shared}") == [shared]
    assert await ids(database, grant, "Encounter", f"service-provider={shared}") == []
    assert len(shared) == len(encode_uuid(me))


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("code=g1,g2,g3,g5&_sort=date", ["g1", "g2", "g3", "g5"]),
        ("code=g1,g2,g3,g5", ["g5", "g3", "g2", "g1"]),
        ("code=g1,g2,g3,g5&_sort=code", ["g1", "g2", "g3", "g5"]),
        ("code=g1,g2,g3,g5&_sort=-code", ["g5", "g3", "g2", "g1"]),
        ("code=g1,g2,g3&_sort=value-quantity", ["g1", "g3", "g2"]),
        ("code=g1,g2,g3&_sort=-value-quantity", ["g3", "g1", "g2"]),
        ("code=g1,g2,g4,g6&_sort=-status,code", ["g1", "g2", "g6", "g4"]),
    ],
)
async def test_matches_come_in_order_and_what_has_no_value_comes_last(database, me, text, order):
    assert await codes(database, me, text) == order
    grant = grant_of(me)
    whole = await ids(database, grant, "Observation", text)
    assert await ids(database, grant, "Observation", f"{text}&_count=1") == whole
    assert await ids(database, grant, "Observation", f"{text}&_count=2") == whole


@pytest.mark.parametrize("text", ["", "_sort=manufacturer", "_sort=-manufacturer", "_sort=patient"])
async def test_what_may_be_a_patients_or_nobodys_is_one_list(database, me, text):
    grant = grant_of(me)
    whole = [one.id for one in (await search(database, grant, "Device", text)).matches]
    assert len(set(whole)) == 4
    assert len({key for key in whole if "-" in key}) == 2
    assert await ids(database, grant, "Device", f"{text}&_count=1") == whole
    assert len(await ids(database, None, "Device", text)) == 2
    assert len(await ids(database, grant, "Device", f"patient={logical_id(me, me)}")) == 2


async def test_a_total_is_told_when_asked_for_or_known(database, me):
    grant = grant_of(me)

    async def total(text):
        return (await search(database, grant, "Observation", text)).total

    assert await total("") == 8
    assert await total("_count=3") is None
    assert await total("_count=3&_total=none") is None
    assert await total("_count=3&_total=accurate") == 8
    assert await total("_count=3&_total=estimate&code=g1") == 1
    assert await total("_summary=count&code:not=g1") == 7
    assert await total("_count=0") == 8


async def test_includes_come_once_and_are_no_matches(database, me):
    grant = grant_of(me)

    async def included(kind, text):
        page = await search(database, grant, kind, text)
        return len(page.matches), sorted(one.resource_type for one in page.included)

    visit = "_include=Observation:encounter"
    assert await included("Observation", f"code=g5&{visit}") == (1, ["Encounter"])
    assert await included("Observation", f"code=g1&{visit}") == (1, [])
    assert await included("Observation", f"code=g5&{visit}:Encounter") == (1, ["Encounter"])
    assert await included("Observation", f"code=g5&{visit}:EpisodeOfCare") == (1, [])
    further = "_include:iterate=Encounter:participant"
    expected = (1, ["Encounter", "Practitioner"])
    assert await included("Observation", f"code=g5&{visit}&{further}") == expected
    assert await included("Observation", f"code=g6&{further}") == (1, [])
    assert await included("Observation", "code=g6&_include=*") == (1, ["Patient", "Practitioner"])
    back = "_revinclude=Observation:encounter&_revinclude=Condition:encounter"
    assert await included("Encounter", back) == (1, ["Condition", "Observation"])
    assert await included("Patient", "_revinclude=*") == (
        1,
        ["Condition", "Device", "Device", "Encounter", *["Observation"] * 8],
    )
    assert await included(
        "Encounter", "_include=Encounter:patient&_revinclude:iterate=Condition:patient"
    ) == (1, ["Condition", "Patient"])


async def test_includes_come_in_one_order_whatever_the_plan(database, me, monkeypatch):
    """What is nobody's first, then by the id: also where not all of it goes out."""
    text = "_include=*&_include:iterate=Encounter:participant&_revinclude=*"
    plans = ("enable_indexscan", "enable_bitmapscan", "enable_seqscan")
    orders = []
    for shut in (plans[:2], plans[2:]):
        for name in plans:
            await database.execute(f"SET {name} = {'off' if name in shut else 'on'}")
        page = await search(database, grant_of(me), "Encounter", text)
        orders.append([(one.patient_id or UUID(int=0), one.resource_id) for one in page.included])
    assert orders[0] == orders[1] == sorted(orders[0])
    assert {owner for owner, _ in orders[0]} == {UUID(int=0), me}
    monkeypatch.setattr(includes, "MOST_INCLUDED", 2)
    few = (await search(database, grant_of(me), "Encounter", text)).included
    assert [one.resource_id for one in few] == [one for _, one in orders[0][:3]]


async def test_what_a_page_may_bring_along_is_limited(database, me, monkeypatch):
    monkeypatch.setattr(includes, "MOST_INCLUDED", 5)
    monkeypatch.setattr("medkarta.record.search.page.MOST_INCLUDED", 5)
    page = await search(database, grant_of(me), "Patient", "_revinclude=*")
    assert (len(page.included), page.cut) == (5, True)


async def test_what_is_nobodys_comes_in_pages_too(database, me):
    whole = await ids(database, grant_of(me), "Practitioner", "_sort=family&_count=1")
    assert len(whole) == 1
    assert await ids(database, None, "Practitioner", "_count=1") == whole


async def test_a_page_of_long_texts_is_shorter_and_goes_on(database, me, monkeypatch):
    grant = grant_of(me)
    whole = await ids(database, grant, "Observation", "_sort=code")
    monkeypatch.setattr("medkarta.record.search.page.LARGEST", 1)
    page = await search(database, grant, "Observation", "_sort=code&_include=*&_total=accurate")
    assert (len(page.matches), page.included, page.cut) == (1, [], True)
    assert page.total == len(whole)
    assert await ids(database, grant, "Observation", "_sort=code") == whole
