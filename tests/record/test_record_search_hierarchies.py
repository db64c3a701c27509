"""`:above`, `:below`, `:in` and `:not-in`: https://hl7.org/fhir/R4/search.html#modifiers."""

import pytest
from record_bundles import grant_of, observation, organization, patient, take_in
from record_searching import committed, connecting, search
from record_two_people import LOINC

from medkarta.fhir.search.sought import BadSearchError
from medkarta.record.stored import parse_body

pytestmark = pytest.mark.django_db

ICD_10 = "http://hl7.org/fhir/sid/icd-10"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
VALUE_SETS = "http://hl7.org/fhir/ValueSet"
CODES = (
    *((ICD_10, code) for code in ("E11.9", "E11", "E10-E14", "IV")),
    (INTERPRETATION, "HH"),
    (None, "HH"),  # of no system, and so none of anybody's hierarchy
)


def coded(system, code):
    coding = {"code": code} | ({"system": system} if system else {})
    status = "final" if system else "amended"
    return observation(method={"coding": [coding]}, status=status)


def fill():
    taken = take_in(organization(), patient(), *(coded(*one) for one in CODES))
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # ICD-10 by the spelling.
        (f"method:below={ICD_10}|E11", ["E11", "E11.9"]),
        (f"method:below={ICD_10}|e11.9", ["E11.9"]),
        (f"method:below={ICD_10}|E12", []),
        (f"method:below={ICD_10}|E10-E14", ["E10-E14", "E11", "E11.9"]),
        (f"method:below={ICD_10}|E10", []),
        (f"method:below={ICD_10}|E15-E16", []),
        (f"method:below={ICD_10}|IV", ["E10-E14", "E11", "E11.9", "IV"]),
        (f"method:below={ICD_10}|V", []),
        (f"method:above={ICD_10}|E11.91", ["E10-E14", "E11", "E11.9", "IV"]),
        (f"method:above={ICD_10}|E13.2", ["E10-E14", "IV"]),
        (f"method:above={ICD_10}|E15", ["IV"]),
        (f"method:above={ICD_10}|E10-E14", ["E10-E14", "IV"]),
        (f"method:above={ICD_10}|IV", ["IV"]),
        ("method:below=urn:oid:1.2.643.5.1.13.13.11.1005|E11", []),
        # R4's own systems by their trees.
        (f"method:below={INTERPRETATION}|A", ["HH"]),
        (f"method:above={INTERPRETATION}|A", []),
        (f"method:above={INTERPRETATION}|HH,{ICD_10}|IV", ["HH", "IV"]),
        ("status:below=final&method=E11", ["E11"]),
        ("status:below=amended", ["HH"]),
        ("status:below=http://hl7.org/fhir/observation-status|amended", ["HH"]),
        ("status:above=corrected", ["HH"]),
        (f"method:in={VALUE_SETS}/observation-interpretation", ["HH"]),
        (f"method:not-in={VALUE_SETS}/observation-interpretation&status=amended", ["HH"]),
    ],
)
async def test_codes_are_found_by_what_they_are_a_kind_of(database, me, text, found):
    page = await search(database, grant_of(me), "Observation", text)
    codes = [parse_body(one.body)["method"]["coding"][0]["code"] for one in page.matches]
    assert sorted(codes) == found


@pytest.mark.parametrize(
    "text",
    [
        f"method:below={ICD_10}|E1",
        f"method:below={INTERPRETATION}|nonsense",
        f"method:below={INTERPRETATION}|",
        f"method:below={LOINC}|1",
        "method:below=E11",
        f"method:in={VALUE_SETS}/observation-codes",
    ],
)
async def test_what_is_not_known_here_is_refused(database, me, text):
    with pytest.raises(BadSearchError, match="known here"):
        await search(database, grant_of(me), "Observation", text)
