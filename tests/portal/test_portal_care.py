"""Исследования, Назначения, Рецепты, Прививки: what is on the pages, and what they cost."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from portal_addresses import hrefs

PAGES = ("/card/exams", "/card/orders", "/card/prescriptions", "/card/vaccinations")


def words(client, address):
    page = client.get(address)
    assert page.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).replace("\xa0", " ").split())


def test_the_pages_open(browse):
    client = browse("open")
    for address in PAGES:
        text = words(client, address)
        assert "None" not in text
        for href in hrefs(client.get(address), "/card/item/")[:12]:
            assert "None" not in words(client, href)
