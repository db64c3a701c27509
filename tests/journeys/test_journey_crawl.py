"""Every kind of page that links lead to is whole: for a full, imported, child's, empty record."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

SYNTHEA = Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea"
STARTS = ("/", "/card", "/card/timeline", "/control")
DEEPEST = 3
NARROW = {"width": 320, "height": 640}
HALVED = {"width": 640, "height": 450}  # a 1280 px window at 200 %
DESK = {"width": 1280, "height": 900}
# Alike for everybody: whoever comes there first looks at them for all.
ALIKE = ("/accounts/", "/help", "/link/consent", "/profile/documents/new")
SEEN_ALIKE = set()
# Not pages, or pages that end the session.
LEFT_OUT = ("/accounts/logout", "/card/original/", "/static/", "/demo", "/backoffice")

# What stands on the page as a name and is a code: LOINC, ICD, SNOMED, UUID, a FHIR reference.
CODES = re.compile(
    r"\d{1,5}-\d|[A-Z]\d{2}(\.\d+)?|\d{5,}|(urn:|https?:).*|[0-9a-f-]{32,36}|[A-Za-z]+/[\w.-]+"
)
TITLES = "main h1, main h2, main h3, main h4, main .row__title, main .tile__title, main dt"
BIG_TEXT = "document.documentElement.style.fontSize = {size!r}"
SIDEWAYS = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide <= 0) return "";
  const out = [...document.querySelectorAll("body *")].filter(
    e => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility());
  const inner = out.filter(e => !out.some(o => o !== e && e.contains(o)));
  return `${wide} px: ` + inner.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(" | ");
}"""


@pytest.fixture(scope="module")
def showcase(service):
    """The people with a record worth a walk, beside the cast."""
    done = service.call("prepare-demo", MEDKARTA_DEMO_PEOPLE="12", MEDKARTA_DEMO="yes")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def imported(service):
    if not SYNTHEA.is_dir():
        pytest.skip("the Synthea bundles are not here")
    files = [
        file for name in ("hospital*", "practit*", "Mary_Lind*") for file in SYNTHEA.glob(name)
    ]
    done = service.call("import", *map(str, files), "--sign-ins")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_that_links_lead_to_is_whole_for_a_full_record(meet):
    walk(meet("Анна Вымыслова").signs_in(), at_least=35)


@pytest.mark.usefixtures("imported")
def test_every_page_that_links_lead_to_is_whole_for_an_imported_record(meet):
    walk(meet("Mary").signs_in(), at_least=25)


@pytest.mark.usefixtures("showcase")
def test_every_page_that_links_lead_to_is_whole_for_a_childs_record(meet):
    walk(meet("Алиса Примеркина").signs_in(), at_least=30)


@pytest.mark.usefixtures("showcase")
def test_every_page_that_links_lead_to_is_whole_for_an_empty_record(meet):
    walk(meet("Роман Чистолистов").signs_in(), at_least=20)


def walk(citizen, *, at_least):
    """Breadth first, one page of each kind; all that is wrong is told at once."""
    wrong, kinds = [], set()
    waiting = [(path, 0) for path in STARTS]
    while waiting:
        path, depth = waiting.pop(0)
        kind = kind_of(path)
        if kind in kinds | SEEN_ALIKE:
            continue
        (SEEN_ALIKE if path.startswith(ALIKE) else kinds).add(kind)
        wrong += [f"{path}: {one}" for one in troubles(citizen, path)]
        if depth < DEEPEST and not path.endswith("/pdf"):
            waiting += [(link, depth + 1) for link in links(citizen)]
    assert not wrong, "\n".join(wrong)
    assert len(kinds) >= at_least, sorted(kinds)


def links(citizen):
    hrefs = citizen.page.locator("a[href]").evaluate_all("all => all.map(a => a.href)")
    own = f"http://localhost:{citizen.service.port}"
    paths = (href.removeprefix(own).partition("#")[0] for href in hrefs if href.startswith(own))
    return [path for path in paths if path and not path.startswith(LEFT_OUT)]


def kind_of(path):
    """What is alike in addresses: an entry's type, a value's kind, which filters are set."""
    parts = urlsplit(path)
    steps = parts.path.split("/")
    if parts.path.startswith("/card/item/"):
        steps = steps[:4]
    elif parts.path.startswith("/card/labs/"):
        steps = [*steps[:3], "analyte"]
    # A list that goes on, a year, a filter: one of each.
    return "/".join(steps), tuple(sorted({name for name, _ in parse_qsl(parts.query)}))


def troubles(citizen, path):
    """Everything that is wrong with one page, at three sizes."""
    if path.endswith("/pdf"):  # saved, not shown
        answer = citizen.context.request.get(path)
        whole = answer.status == 200 and answer.body().startswith(b"%PDF")
        return [] if whole else [f"answers {answer.status} and no PDF"]
    found = []
    citizen.page.set_viewport_size(DESK)
    answer = citizen.page.goto(path)
    if answer.status != 200:
        found.append(f"answers {answer.status}")
    try:
        citizen.looks()
    except AssertionError as wrong:
        found.append(str(wrong).partition("\nassert")[0])
        citizen.watch.wrong.clear()
    for title in citizen.page.locator(TITLES).all_inner_texts():
        words = title.strip()
        if words == "Без названия" or (CODES.fullmatch(words) and not is_year(words)):
            found.append(f"a code for a title: {words}")
    return found + sideways(citizen)


def is_year(words):
    return len(words) == 4 and words.isdecimal()


def sideways(citizen):
    found = []
    citizen.page.set_viewport_size(NARROW)
    if wide := citizen.page.evaluate(SIDEWAYS):
        found.append(f"at 320 px sideways by {wide}")
    citizen.page.set_viewport_size(HALVED)
    citizen.page.evaluate(BIG_TEXT.format(size="200%"))
    if wide := citizen.page.evaluate(SIDEWAYS):
        found.append(f"with text twice as large sideways by {wide}")
    citizen.page.evaluate(BIG_TEXT.format(size=""))
    return found
