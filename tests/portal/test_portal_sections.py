"""Диагнозы, приёмы, госпитализации, документы and Карта of a person whose record is open."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from portal_addresses import hrefs

from medkarta.accounts.models import Account
from medkarta.audit import queries as audit
from medkarta.patients.models import Link, Person

COSTS = {
    "/card/diagnoses": 18,
    "/card/visits": 17,
    "/card/visits?year=2024": 17,
    "/card/hospital": 17,
    "/card/documents": 17,
}


def words(page):
    """What a reader sees, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def first(client, page, kind):
    """The first entry of a type on a page."""
    return client.get(hrefs(client.get(page), f"/card/item/{kind}/")[0])


def test_a_list_costs_what_it_costs_with_any_filter(browse):
    client = browse("open")
    client.get("/control")  # the first page after a sign-in costs more (test_portal_pages)
    costs = {}
    for address in COSTS:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        costs[address] = len(queries)
    assert costs == COSTS


def test_each_page_is_in_the_log_by_its_name(browse, people):
    client = browse("open")
    for page in ("diagnoses", "visits", "hospital", "documents"):
        client.get(f"/card/{page}")
    text = words(client.get("/control/log"))
    for label in ("Диагнозы", "Приёмы", "Госпитализации", "Документы"):
        assert re.search(rf"открытие карты: {label} ·", text), label


def test_no_page_opens_before_the_gates_do(browse):
    client = browse("no-consent")
    for address in [*COSTS, "/card", "/card/original/nothing"]:
        assert client.get(address).status_code == 403, address


def test_diagnoses_are_parted_into_what_is_and_what_was(browse):
    text = words(browse("open").get("/card/diagnoses"))
    present, _, past = text.partition("В прошлом")
    assert "Гипотиреоз" in present
    assert "с 21 февраля 2022" in present
    assert "E03.9, МКБ-10" in present
    assert "Пенициллины опасная Крапивница" in present
    assert "Повышенный сахар крови" in past
    assert "Повышенный сахар крови" not in present


def test_a_diagnosis_leads_to_its_visit_and_the_visit_back_and_to_its_order(browse):
    client = browse("open")
    diagnosis = hrefs(client.get("/card/diagnoses"), "/card/item/Condition/")[0]
    visit = hrefs(client.get(diagnosis), "/card/item/Encounter/")[0]
    back = client.get(visit)
    assert diagnosis in hrefs(back, "/card/item/Condition/")
    assert hrefs(back, "/card/item/ServiceRequest/")


def test_a_visit_says_when_who_where_why_and_what_came_of_it(browse):
    text = words(browse("open").get("/card/visits"))
    assert re.search(
        r"2023 Демонстрационная поликлиника .*4.декабря.2023, 15:00 Приём врача-кардиолога"
        r" первичный Повышение давления Диагноз: Гипертоническая болезнь 1 назначение"
        r" Сказкина М\. Ю\., кардиолог · завершён",
        text,
    )


def test_a_stay_is_told_from_admission_to_discharge_with_what_came_after(browse):
    client = browse("open")
    text = words(first(client, "/card/hospital", "Encounter"))
    told = [
        "9 дней",
        "14:30 Поступление",
        "Рентгенография лёгких",
        "Анализ крови, четвёртый день",
        "12:00 Выписка Выписана с улучшением",
        "Эпикриз в стационаре выписной",
        "Рекомендовано: наблюдение терапевта",
        "Рентгенография лёгких через 4 недели после выписки",
    ]
    places = [text.index(one) for one in told]
    assert places == sorted(places)


def test_a_document_is_shown_as_text_and_handed_out_as_it_came(browse, people):
    client = browse("open")
    page = first(client, "/card/documents", "DocumentReference")
    assert "Находилась на лечении с 12.02.2024" in words(page)
    before = _lines(people)
    answer = client.get(hrefs(page, "/card/original/")[0])
    assert answer.status_code == 200
    assert answer.content.decode().startswith("Эпикриз выписной")
    assert answer["Content-Disposition"] == 'attachment; filename="document-2024-02-21.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "text/plain"
    newest, *_others = _lines(people)
    assert len(_lines(people)) == len(before) + 1
    assert newest.said.detail == "original"
    assert newest.said.sections == ("documents",)


def test_no_file_is_handed_out_of_what_is_no_document_or_nobodys(browse):
    client = browse("open")
    visit = hrefs(client.get("/card/visits"), "/card/item/Encounter/")[0].rpartition("/")[2]
    for logical_id in (visit, "nothing", "a-b"):
        assert client.get(f"/card/original/{logical_id}").status_code == 404


def test_the_card_sums_up_what_matters_now(browse):
    text = words(browse("open").get("/card"))
    for told in (
        "Диагнозы сейчас",
        "Гипертоническая болезнь",
        "Пенициллины опасная",
        "Аторвастатин, таблетки 20 мг По 1 таблетке вечером",
        "126/78",
        "Маммография пора записаться",
    ):
        assert told in text, told
    summary = text.partition("Разделы")[0]
    assert "Повышенный сахар крови" not in summary


def test_a_chart_that_was_found_and_not_linked_is_named(browse, people):
    account = Account.objects.get(email=people["open"].email)
    person = Person.objects.get(account_id=account.pk)
    newest = Link.objects.filter(person=person).order_by("pk").first()
    newest.unlinked_at = newest.linked_at
    newest.save()
    text = words(browse("open").get("/card/visits"))
    assert "Показано не всё, что о вас нашлось" in text


def test_a_year_without_anything_is_an_empty_page_with_a_reason(browse):
    text = words(browse("open").get("/card/visits?year=1999"))
    assert "Здесь пока пусто" in text
    assert "Приёмов пока нет. Они появятся" in text


def _lines(people):
    account = Account.objects.get(email=people["open"].email)
    person = Person.objects.get(account_id=account.pk)
    return audit.entries(person_id=person.pk, before=None, limit=200)
