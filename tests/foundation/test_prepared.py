"""Statements on which every request waits, as a cursor would have answered them."""

import asyncio
import gc
import weakref
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from psycopg import AsyncConnection, errors

from medkarta.foundation.prepared import fetch

pytestmark = pytest.mark.django_db

_VALUES = [
    UUID(int=7),
    datetime(2026, 11, 27, 1, 2, 3, 4, tzinfo=UTC),
    Decimal("1.10"),
    "слово \\ \" ' 100%",
    5,
    ["a", 'b"c', "г"],
    [UUID(int=1), None],
    None,
]
_TYPES = ["uuid", "timestamptz", "numeric", "text", "int", "text[]", "uuid[]", "text"]
_ALL = f"SELECT {', '.join(f'%s::{one}' for one in _TYPES)} WHERE '100%%' LIKE '%%0%%'"


def within(act):
    """Run on a connection of one's own, as the API has them."""

    async def run():
        known = connection.settings_dict
        names = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user"}
        given = {ours: known[name] for name, ours in names.items()}
        async with await AsyncConnection.connect(
            **given, password=known["PASSWORD"], autocommit=True
        ) as one:
            return await act(one)

    return asyncio.run(run())


def test_values_come_back_as_they_went():
    async def twice(one):
        return [await fetch(one, _ALL, _VALUES) for _ in range(2)]

    assert within(twice) == [[tuple(_VALUES)]] * 2


def test_a_statement_that_answers_no_rows_answers_none():
    assert within(lambda one: fetch(one, "SET statement_timeout = '9s'", [])) == []


def test_a_value_larger_than_what_goes_out_at_once():
    async def long(one):
        ((length,),) = await fetch(one, "SELECT length(%s::text)", ["я" * 3_000_000])
        return length

    assert within(long) == 3_000_000


def test_what_the_server_says_is_raised_and_the_connection_goes_on():
    async def wrong(one):
        with pytest.raises(errors.DivisionByZero):
            await fetch(one, "SELECT 1 / %s::int", [0])
        with pytest.raises(errors.SyntaxError):
            await fetch(one, "SELEC 1", [])
        await fetch(one, "SET statement_timeout = 20", [])
        with pytest.raises(errors.QueryCanceled):
            await fetch(one, "SELECT pg_sleep(5)", [])
        return await fetch(one, "SELECT 1 / %s::int", [1])

    assert within(wrong) == [(1,)]


def test_who_goes_away_meanwhile_leaves_the_connection_whole():
    async def left(one):
        waiting = asyncio.create_task(fetch(one, "SELECT pg_sleep(20)", []))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return await fetch(one, "SELECT 'there'", [])

    assert within(left) == [("there",)]


def test_a_connection_that_is_lost_says_so():
    async def lost(one):
        with pytest.raises(errors.OperationalError):
            await fetch(one, "SELECT pg_terminate_backend(pg_backend_pid())", [])
        return one.closed

    assert within(lost)


def test_the_same_statement_is_prepared_once_and_not_more_than_so_many_are():
    async def many(one):
        for number in range(230):
            await fetch(one, f"SELECT {number}", [])
            await fetch(one, "SELECT %s::int", [number])
        return await fetch(
            one, "SELECT count(*), count(DISTINCT statement) FROM pg_prepared_statements", []
        )

    ((kept, different),) = within(many)
    assert kept == different == 200


def test_a_connection_that_is_gone_leaves_nothing_behind():
    async def asked(one):
        await fetch(one, "SELECT 1", [])
        return weakref.ref(one)

    left = within(asked)
    gc.collect()
    assert left() is None
