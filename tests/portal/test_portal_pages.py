"""The pages of a person whose record is open: what is on them, what is not, and what they cost."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from portal_addresses import hrefs

# Queries of each page, the session's and the gates' among them; the log's line is not Django's.
COSTS = {
    "/": 19,
    "/card": 22,
    "/card/labs": 11,
    "/card/vitals": 11,
    "/card/timeline": 12,
    "/card/timeline?section=visits&year=2024": 12,
    "/control": 11,
    "/control/apps": 5,
    "/control/log": 9,
    "/control/sessions": 7,
    "/control/sessions/others": 2,
    "/control/consents": 8,
    "/control/consents/withdraw": 6,
    "/profile": 8,
    "/profile?edit=1": 8,
    "/profile/documents": 9,
    "/profile/documents/new": 2,
    "/link": 11,
    "/link/consent": 10,
    "/link/request": 11,
    "/link/request/done": 17,
    "/help": 2,
    "/accounts/2fa/": 4,
    "/accounts/logout/": 2,
}
# The first page after a sign-in: is a look at one's data due, and that it was asked.
ONCE_A_SIGN_IN = 5
STATUSES = ("готов", "завершён", "действует", "завершено", "выполнено", "сделана", "есть сейчас")
OWN_HOST = re.compile(r"(?:src|href|action)=\"(?:https?:)?//")
OWN_STYLE = re.compile(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\bsrc=)")


def cost(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200, address
    return len(queries)


def test_a_page_costs_the_same_however_much_is_in_the_record(browse):
    client = browse("open")
    first = cost(client, "/")
    assert {address: cost(client, address) for address in COSTS} == COSTS
    assert first == COSTS["/"] + ONCE_A_SIGN_IN


def test_every_page_keeps_to_the_strict_policy_and_has_no_hole(browse):
    client = browse("open")
    analytes = hrefs(client.get("/card/labs"), "/card/labs/") + hrefs(
        client.get("/card/vitals"), "/card/labs/"
    )
    entries = hrefs(client.get("/card/timeline"), "/card/item/")
    assert len(analytes) > 10
    assert len(entries) == 40
    for address in [*COSTS, *analytes, *entries]:
        page = client.get(address)
        text = page.content.decode()
        assert page.status_code == 200, address
        assert page["Cache-Control"] == "no-store", address
        assert not OWN_HOST.search(text), address
        assert not OWN_STYLE.search(text), address
        words = re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)
        assert "None" not in words, address
        assert not re.search(r"<h[1-4][^>]*>\s*</h", words), address
        assert len(re.findall("<h1", text)) == 1, address


def test_every_row_says_source_date_and_status(browse):
    client = browse("open")
    text = client.get("/card/timeline").content.decode()
    days = text.split('<div class="day">')[1:]
    lines = 0
    for day in days:
        assert re.search(r"<h3>\s*\d{1,2}\s[а-я]+\s\d{4}", day)
        # Said once above the rows where all are of one clinic, else on each.
        above = "Демонстрационная" in day.partition('class="rows"')[0]
        for row in re.findall(r'<span class="row__body">(.*?)</a>', day, re.DOTALL):
            told = " ".join(re.sub(r"<[^>]+>", " ", row).split())
            assert above is not ("Демонстрационная" in told)
            assert any(told.endswith(status) for status in STATUSES), told
            lines += 1
    assert lines == 40


def test_a_clinical_name_is_in_no_title_that_a_browser_keeps(browse):
    client = browse("open")
    addresses = [
        hrefs(client.get("/card/labs"), "/card/labs/")[0],
        hrefs(client.get("/card/timeline"), "/card/item/")[0],
    ]
    titles = [
        " ".join(re.search("<title>(.*?)</title>", page, re.DOTALL)[1].split())
        for page in (client.get(address).content.decode() for address in addresses)
    ]
    assert titles == ["Показатель — Медкарта", "Запись — Медкарта"]


def test_the_timeline_is_walked_to_its_end_without_a_script(browse):
    client = browse("open")
    address, seen = "/card/timeline", []
    while address:
        page = client.get(address)
        seen += hrefs(page, "/card/item/")
        more = re.search(r'href="(\?before=[^"]+)"', page.content.decode())
        address = f"/card/timeline{more[1]}" if more else None
    assert len(seen) == len(set(seen)) > 200


def test_filters_that_are_no_filters_are_no_pages(browse):
    client = browse("open")
    for address in [
        "/card/timeline?section=everything",
        "/card/timeline?before=17",
        "/card/labs/nowhere/718-7",
        "/card/labs/x-%%/718-7",
        "/card/labs/loinc/no-such-code",
        "/card/item/Observation/17",
    ]:
        assert client.get(address).status_code == 404, address
    assert client.get("/card/timeline?year=20x6").status_code == 200
    assert client.get("/card/timeline?year=9999").status_code == 200


def test_an_analytes_page_has_the_line_the_course_and_every_value(browse):
    client = browse("open")
    page = client.get("/card/labs").content.decode()
    address = re.search(r'href="([^"]+)">\s*<span[^>]*>\s*<span[^>]*>\s*Гемоглобин\s', page)[1]
    text = client.get(address).content.decode()
    assert "Ваш результат" in text
    assert "у этой лаборатории обычно" in text
    dots = len(re.findall("data-point=", text))
    rows = len(re.findall(r'<th scope="row">', text))
    assert dots == rows > 4
