"""Rows go into tables as they are, many tables' at once, or not at all."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from medkarta.foundation.copying import Copied
from medkarta.foundation.statements import copy, rows

pytestmark = pytest.mark.django_db(transaction=True)

NUMBERS = {"number": "int4", "what": "text", "whose": "uuid", "much": "numeric"}
WORDS = {"word": "text"}


@pytest.fixture(autouse=True)
def tables():
    made = "CREATE TEMP TABLE {} ({}) ON COMMIT PRESERVE ROWS"
    with connection.cursor() as cursor:
        for table, columns in (("numbers", NUMBERS), ("words", WORDS)):
            text = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            cursor.execute(made.format(table, text))
        cursor.execute("ALTER TABLE numbers ADD PRIMARY KEY (number)")
    yield
    connection.close()


def numbers(*which):
    return Copied("numbers", NUMBERS, [(one, "é\\N\t", None, Decimal("1.10")) for one in which])


def words(*which):
    return Copied("words", WORDS, [(one,) for one in which])


def test_each_table_gets_its_own_rows():
    own = (7, "", UUID(int=9), Decimal("-0.001"))
    with transaction.atomic():
        copy(connection, numbers(1, 2), words(), Copied("numbers", NUMBERS, [own]), words("a", "б"))
    found = rows(connection, "SELECT * FROM numbers ORDER BY number", [])
    assert found == [
        (1, "é\\N\t", None, Decimal("1.10")),
        (2, "é\\N\t", None, Decimal("1.10")),
        own,
    ]
    assert rows(connection, "SELECT word FROM words ORDER BY word", []) == [("a",), ("б",)]


def test_nothing_is_said_of_no_rows():
    copy(connection)
    copy(connection, words())
    assert rows(connection, "SELECT count(*) FROM words", []) == [(0,)]


def test_more_than_goes_out_at_once():
    long = "я" * 200_000
    copy(connection, words(*(f"{long}{one}" for one in range(20))), numbers(*range(3_000)))
    assert rows(connection, "SELECT sum(length(word)) FROM words", []) == [(4_000_030,)]
    assert rows(connection, "SELECT count(*) FROM numbers", []) == [(3_000,)]


def test_what_is_refused_leaves_nothing_and_the_connection_goes_on():
    for wrong, error in ((numbers(4, 4), IntegrityError), (words("\0"), DataError)):
        with pytest.raises(error), transaction.atomic():
            copy(connection, words("before"), wrong, words("after"))
    assert rows(connection, "SELECT count(*) FROM words", []) == [(0,)]
    copy(connection, words("later"))
    assert rows(connection, "SELECT word FROM words", []) == [("later",)]


def test_it_stands_and_falls_with_the_transaction_that_it_is_the_first_of():
    with transaction.atomic():
        copy(connection, words("gone"))
        rows(connection, "SELECT 1", [])
        transaction.set_rollback(True)
    assert rows(connection, "SELECT count(*) FROM words", []) == [(0,)]
