"""Canaries: what is secret leaves no trace in a table, in a log line or in what is printed."""

import base64
import re
import zlib

import citizens
import pytest
from browsers import shows_both_again
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from medkarta.notifications import queries as notifications

PASSWORD = "канарейка-в-шахте-73-щебечет"
NEW = "другая-канарейка-81-молчит-и-ждёт"
WEAK = "канарейка123456"
_PACKED = re.compile(rb"\.?eJ[\w-]{20,}")


@pytest.fixture(autouse=True)
def _no_counts_of_the_test_before(transactional_db):
    cache.clear()


def database():
    """Every table as a thief would read it, packed values unpacked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        texts = []
        for table in tables:
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            texts.append(cursor.fetchone()[0] or "")
    told = "\n".join(texts)
    packed = [unpacked(one) for one in _PACKED.findall(told.encode())]
    return told + "\n".join(packed)


def unpacked(text):
    raw = text.lstrip(b".")
    try:
        return zlib.decompress(base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))).decode()
    except (ValueError, zlib.error):
        return ""


def code_in(address):
    found = next(one.body for one in notifications.recent() if one.address == address)
    return re.search(r"\b\d{3}(-\d{3})+\b", found)[0]


def test_passwords_and_codes_leave_no_trace(capfd, caplog):
    citizen = citizens.with_account()
    email = citizen.email
    browser = Client()
    browser.post("/accounts/signup/", {"email": "n@example.test", "password1": WEAK})
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    browser.post("/accounts/password/reset/", {"email": email})
    code = code_in(email)
    waiting = database()
    browser.post("/accounts/password/reset/confirm/", {"code": code})
    fields = {"password1": PASSWORD, "password2": PASSWORD}
    browser.post("/accounts/password/reset/complete/", fields)
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    one_time = citizen.code(timezone.now())
    browser.post("/accounts/2fa/authenticate/", {"code": one_time})
    change = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    shows_both_again(browser)
    assert browser.post("/accounts/password/change/", change).status_code == 302
    said = capfd.readouterr()
    trace = database() + said.out + said.err + caplog.text
    for secret in (PASSWORD, NEW, WEAK):
        assert secret not in trace
    assert code not in waiting + trace
    assert code.replace("-", "") not in waiting + trace
    assert f"code={one_time}" not in said.out + said.err + caplog.text


def test_the_walk_would_find_a_canary():
    browser = Client()
    session = browser.session
    session["canary"] = PASSWORD * 9
    session.save()
    citizens.with_account()
    assert PASSWORD[:9] in database() or "\\u043a" in database()
