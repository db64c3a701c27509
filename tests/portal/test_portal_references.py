"""What an entry points at, out of its references."""

import pytest
from portal_resources import stored

from medkarta.portal.presenters.references import targets


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("Encounter/a-b", ["a-b"]),
        ("Encounter/a-b/_history/2", ["a-b"]),
        ("Patient/a-a", []),
        ("Patient/a-a/_history/1", []),
        ("https://elsewhere.example/Encounter/1", []),
        ("urn:uuid:1", []),
        ("#contained", []),
    ],
)
def test_a_reference_to_a_version_points_at_the_entry(reference, found):
    assert targets(stored({"encounter": {"reference": reference}})) == found
