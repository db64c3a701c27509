"""The demo person's own record, on a desk and on a telephone."""

import re

from citizen import PHONE
from playwright.sync_api import expect

PAGES = [
    "/",
    "/card",
    "/card/labs",
    "/card/vitals",
    "/card/timeline",
    "/control",
    "/control/log",
    "/control/consents",
    "/control/consents/withdraw",
    "/profile",
    "/profile/documents",
    "/profile/documents/new",
    "/link",
    "/link/consent",
    "/link/request",
    "/help",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/logout/",
]
SECTIONS = [
    "diagnoses",
    "visits",
    "labs",
    "vitals",
    "exams",
    "orders",
    "prescriptions",
    "vaccinations",
    "hospital",
    "documents",
]


def test_every_page_is_accessible_on_a_desk_and_on_a_telephone(meet):
    citizen = meet("Анна Вымыслова").signs_in()
    for path in PAGES:
        assert citizen.opens(path) == 200
    citizen.page.set_viewport_size(PHONE)
    for path in PAGES:
        citizen.opens(path, axe=path in {"/", "/card", "/card/labs", "/control/log"})


def test_an_analyte_of_two_laboratories_keeps_each_ones_range(meet):
    citizen = meet("Анна Вымыслова").signs_in()
    citizen.opens("/card/labs")
    citizen.follows("Креатинин")
    rows = citizen.page.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text="131")).to_contain_text("53")
    expect(rows.filter(has_text="131")).to_contain_text("97")
    expect(rows.filter(has_text="66")).to_contain_text("44")
    citizen.sees("Демонстрационная больница № 0", "Демонстрационная поликлиника № 999")
    citizen.page.set_viewport_size(PHONE)
    citizen.looks()


def test_every_entry_of_the_timeline_says_its_source_date_and_status(meet):
    citizen = meet("Анна Вымыслова").signs_in()
    citizen.opens("/card/timeline")
    links = citizen.page.locator("main a[href^='/card/item/']")
    assert links.count() > 20
    for link in links.all():
        # The date, and the source where all of a day has one, stand once above the day's entries.
        day = link.evaluate(
            """link => {
              const date = /\\d{1,2}\\s[а-я]+\\s\\d{4}/;
              let part = link;
              while (!date.test(part.textContent)) part = part.parentElement;
              return part.textContent;
            }"""
        )
        assert "Демонстрационная" in day
        assert re.search("готов|заверш|сделан|действ|выписан|выполнен", link.inner_text())


def test_an_entry_of_every_section_opens(meet):
    citizen = meet("Анна Вымыслова").signs_in()
    for section in SECTIONS:
        assert citizen.opens(f"/card/timeline?section={section}", axe=False) == 200
        first = citizen.page.locator("main a[href^='/card/item/']").first
        assert citizen.opens(first.get_attribute("href")) == 200, section
        citizen.sees("Источник", "Статус", "Демонстрационная")


def test_each_look_is_one_line_and_the_log_looked_at_is_none(meet):
    citizen = meet("Анна Вымыслова").signs_in()
    citizen.opens("/card/vitals", axe=False)
    number, words = citizen.newest_line_of_the_log()
    assert "Вы" in words
    assert "Показатели" in words
    assert citizen.newest_line_of_the_log()[0] == number
    citizen.opens("/card/labs", axe=False)
    assert citizen.newest_line_of_the_log()[0] == number + 1


def test_signing_out_closes_everything_also_the_way_back(meet):
    citizen = meet("Анна Вымыслова").signs_in_anew()
    citizen.opens("/card", axe=False)
    citizen.opens("/accounts/logout/", axe=False)
    citizen.presses()
    citizen.page.go_back()
    citizen.page.go_back()
    assert "Гемоглобин" not in citizen.page.content()
    citizen.opens("/card", axe=False)
    assert citizen.path == "/accounts/login/"
