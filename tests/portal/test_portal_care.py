"""Исследования, Назначения, Рецепты, Прививки: what is on the pages, and what they cost."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from portal_addresses import hrefs

# The most queries of each page, the session's, the gates' and the log's own among them.
COSTS = {
    "/card/exams": 21,
    "/card/exams?kind=images": 19,
    "/card/orders": 24,
    "/card/prescriptions": 22,
    "/card/vaccinations": 20,
}


def words(client, address):
    page = client.get(address)
    assert page.status_code == 200, address
    text = re.sub(r"<pre.*?</pre>", "", page.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\xa0", " ").split())


def test_no_list_costs_more_for_what_is_in_it(browse):
    client = browse("open")
    client.get("/control")  # the first page after a sign-in costs more (test_portal_pages)
    for address, most in COSTS.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= most, address


def test_no_list_and_no_entry_on_it_has_a_hole(browse):
    client = browse("open")
    for address in COSTS:
        assert "None" not in words(client, address)
        for href in hrefs(client.get(address), "/card/item/"):
            assert "None" not in words(client, href), href


def test_an_order_says_what_to_do_and_goes_with_its_steps(browse):
    client = browse("open")
    assert "Маммография пора записаться" in words(client, "/card/orders")
    (href, *_) = hrefs(client.get("/card/orders"), "/card/item/ServiceRequest/")
    page = words(client, href)
    steps = ["Назначено", "Вы записаны", "Сделано", "Результат готов", "Результат прочитан"]
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)


def test_an_order_is_read_once_its_result_has_been_opened(browse):
    client = browse("open")
    text = words(client, "/card/orders")
    assert "результат прочитан" not in text
    (report, *_) = hrefs(client.get("/card/timeline?section=exams"), "/card/item/DiagnosticReport/")
    client.get("/card/exams")
    assert "результат прочитан" in words(client, "/card/orders")
    assert client.get(report).status_code == 200


def test_prescriptions_that_hold_stand_before_those_that_are_over(browse):
    text = words(browse("open"), "/card/prescriptions")
    assert text.index("Лозартан") < text.index("Раньше") < text.index("Левофлоксацин")
    assert "действует до 15 ноября 2027" in text
    assert "По 1 таблетке утром, постоянно" in text


def test_vaccinations_are_told_by_infection_with_what_is_next(browse):
    text = words(browse("open"), "/card/vaccinations")
    assert "Дифтерия, столбняк ревакцинация · с 15 июня 2033" in text
    assert text.index("Сделанные прививки") < text.index("серия 00A0623")
    assert "не сделана" not in text


def test_an_examination_shows_its_conclusion_and_the_filter_is_a_link(browse):
    client = browse("open")
    assert "Инфильтрация рассосалась" in words(client, "/card/exams")
    assert "по направлению от 21 февраля 2024" in words(client, "/card/exams")
    assert "Инфильтрация" not in words(client, "/card/exams?kind=procedures")
    assert client.get("/card/exams?kind=everything").status_code == 404
    assert client.get("/card/exams?before=17").status_code == 404


def test_the_first_page_says_what_is_to_be_done(browse):
    text = words(browse("open"), "/")
    assert "Что нужно сделать Запишитесь" in text
    assert "Последнее в карте" in text


def test_the_look_at_a_list_names_its_page_in_the_log(browse):
    client = browse("open")
    for address in COSTS:
        client.get(address)
    text = words(client, "/control/log")
    for page in ("Исследования и процедуры", "Назначения", "Рецепты", "Прививки"):
        assert f"открытие карты: {page}" in text


def test_no_list_opens_while_a_gate_is_closed(browse):
    client = browse("no-consent")
    for address in COSTS:
        assert client.get(address).status_code == 403, address
