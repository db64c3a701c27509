"""A real `medkarta run`, a real Chromium, and people who use both."""

import shutil
import sys

import pytest
from citizen import DESKTOP, Citizen
from playwright.sync_api import sync_playwright
from running_service import Service, temporary_home

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def service():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    service = Service(temporary_home())
    try:
        yield service.start(patience=120)
    finally:
        service.clear()
        shutil.rmtree(service.home.parent, ignore_errors=True)


# Not for the session: Playwright's loop would stand in the way of every other test's own.
@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.failed = report.failed
    return report


@pytest.fixture
def meet(service, browser, request, tmp_path):
    """Make a citizen with a browser of their own; what went wrong in it fails the test."""
    met = []

    def make(name=None, *, viewport=DESKTOP):
        context = browser.new_context(
            base_url=f"http://localhost:{service.port}", viewport=viewport, locale="ru-RU"
        )
        context.set_default_timeout(10_000)
        citizen = Citizen(service, context, name)
        met.append(citizen)
        return citizen

    yield make
    for number, citizen in enumerate(met):
        if getattr(request.node, "failed", False):
            citizen.page.screenshot(path=tmp_path / f"{number}.png", full_page=True)
            sys.stdout.write(f"{citizen.page.url}\n{citizen.reads()[:1500]}\n{tmp_path}\n")
        citizen.context.close()
    for citizen in met:
        citizen.watch.check()
