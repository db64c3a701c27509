"""«Новое в карте»: what came since the person looked, as the log knows when that was."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

pytestmark = pytest.mark.django_db


def shift(table, column, by, where="true"):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {column} - %s WHERE {where}", [by])


def home_of(client):
    return client.get("/").content.decode().replace("\xa0", " ")


def test_whoever_comes_back_is_told_how_much_came_since(browse):
    client = browse("open")
    assert "Последнее в карте" in home_of(client)
    shift("audit_entry", "at", timedelta(days=2))
    shift("resource", "recorded_at", timedelta(days=3))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE resource SET recorded_at = %s WHERE (patient_id, resource_id) IN (SELECT"
            " patient_id, resource_id FROM resource JOIN patient_link"
            " ON entry_id = patient_id WHERE section = 'visits' LIMIT 3)",
            [timezone.now() - timedelta(hours=1)],
        )
    page = home_of(client)
    assert "Новое в карте" in page
    assert "пришли 3 записи" in page


def test_where_nothing_came_the_newest_is_shown_and_said_to_be_known(browse):
    client = browse("open")
    home_of(client)
    shift("audit_entry", "at", timedelta(days=2))
    shift("resource", "recorded_at", timedelta(days=3))
    page = home_of(client)
    assert "Последнее в карте" in page
    assert "С тех пор новых записей не пришло" in page
