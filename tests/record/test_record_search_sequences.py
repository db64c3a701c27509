"""Composites of three parts: https://hl7.org/fhir/R4/molecularsequence.html#search."""

import pytest
from record_bundles import entry, grant_of, organization, patient, take_in
from record_searching import committed, connecting, ids
from test_record_search import ME

from medkarta.fhir.search.index import index_values
from medkarta.fhir.search.query import read_query
from medkarta.fhir.search.sought import BadSearchError

pytestmark = pytest.mark.django_db

SEQUENCE = {
    "resourceType": "MolecularSequence",
    "coordinateSystem": 0,
    "patient": {"reference": ME},
    "referenceSeq": {
        "chromosome": {"coding": [{"code": "X"}]},
        "referenceSeqId": {"coding": [{"system": "ncbi", "code": "NC_1"}]},
        "windowStart": 0,
        "windowEnd": 500,
        "strand": "watson",
    },
    "variant": [{"start": 100, "end": 110}, {"start": 300, "end": 310}, {"start": 200}],
}


@pytest.fixture(scope="module")
def me(request, django_db_blocker):
    request.getfixturevalue("django_db_setup")
    yield from committed(
        django_db_blocker,
        lambda: take_in(organization(), patient(), entry(SEQUENCE)).patient_ids[0],
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("chromosome-variant-coordinate=X$100$110", 1),
        ("chromosome-variant-coordinate=X$gt250$lt320", 1),
        ("chromosome-variant-coordinate=X$100$310", 0),
        ("chromosome-variant-coordinate=X$lt150$gt200", 0),
        ("chromosome-variant-coordinate=X$200$lt1000", 0),
        ("chromosome-variant-coordinate=Y$100$110", 0),
        ("chromosome-variant-coordinate=Y$100$110,X$300$310", 1),
        ("referenceseqid-variant-coordinate=ncbi|NC_1$100$110", 1),
        ("referenceseqid-variant-coordinate=else|NC_1$100$110", 0),
        ("chromosome-window-coordinate=X$le0$ge500", 1),
        ("chromosome-window-coordinate=X$0$400", 0),
    ],
)
async def test_start_and_end_are_those_of_one_variant(me, text, count):
    async with await connecting() as database:
        assert len(await ids(database, grant_of(me), "MolecularSequence", text)) == count


def test_what_is_malformed_has_no_stretch():
    odd = {**SEQUENCE, "variant": [{"start": "1", "end": []}, None, 7]}
    assert not [one for one in index_values(odd) if "$" in one.param]


@pytest.mark.parametrize("kind", ["component", "combo"])
def test_the_code_of_a_pair_must_be_named(kind):
    with pytest.raises(BadSearchError):
        read_query("Observation", f"{kind}-code-value-quantity=http://loinc.org|$5")
