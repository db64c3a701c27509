"""An imported American record on Russian pages: no hole, nothing unnamed."""

from pathlib import Path

import pytest
from citizen import PHONE
from playwright.sync_api import expect

SYNTHEA = Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"
pytestmark = [
    pytest.mark.skipif(not SYNTHEA.is_dir(), reason="the Synthea bundles are not here"),
]


@pytest.fixture(scope="module")
def imported(service):
    """The name of somebody imported while the service runs."""
    files = [
        *SYNTHEA.glob("hospital*"),
        *SYNTHEA.glob("practitioner*"),
        *SYNTHEA.glob("Mary_Lind*"),
    ]
    done = service.call("import", *map(str, files), "--sign-ins")
    assert done.returncode == 0, done.stdout + done.stderr
    return "Mary"


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_every_kind_of_page_of_an_imported_person_is_whole(meet, imported, viewport):
    citizen = meet(imported, **({"viewport": viewport} if viewport else {})).signs_in()
    for path in ("/", "/card", "/card/labs", "/card/vitals", "/card/timeline"):
        assert citizen.opens(path) == 200
        citizen.watch.check_language()
    then_no_title_is_a_code(citizen)


def test_every_analyte_of_an_imported_person_has_its_page(meet, imported):
    citizen = meet(imported).signs_in()
    citizen.opens("/card/labs", axe=False)
    links = citizen.page.locator("main a[href^='/card/labs/']")
    paths = list(dict.fromkeys(link.get_attribute("href") for link in links.all()))
    assert len(paths) > 10
    for place, path in enumerate(paths):
        assert citizen.opens(path, axe=place < 3) == 200
        citizen.watch.check_language()
        expect(citizen.page.get_by_role("table")).not_to_have_count(0)


def test_every_section_of_the_timeline_and_its_first_entry_open(meet, imported):
    citizen = meet(imported).signs_in()
    citizen.opens("/card", axe=False)
    tiles = citizen.page.locator("main a[href*='section=']")
    paths = [tile.get_attribute("href") for tile in tiles.all()]
    assert paths
    for path in paths:
        assert citizen.opens(path, axe=False) == 200
        citizen.watch.check_language()
        first = citizen.page.locator("main a[href^='/card/item/']").first
        if first.count():
            assert citizen.opens(first.get_attribute("href"), axe=False) == 200
            citizen.watch.check_language()


def then_no_title_is_a_code(citizen):
    for title in citizen.page.locator("main h1, main h2, main h3, main .row__title").all():
        words = title.inner_text().strip()
        year = len(words) == 4
        assert year or not words.replace("-", "").replace(".", "").isdigit(), words
        assert words != "Без названия"
