"""The real service with TLS and two workers: flags of its cookies, and sessions that never mix."""

import http.client
import ipaddress
import json
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from citizens import PASSWORD, SECRET
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from running_service import Service, temporary_home

from medkarta.accounts import totp

SESSIONS, REQUESTS, THREADS = 40, 1200, 16
CANARY = re.compile(r"canary\d+@example\.test")
# Accounts with sessions of two factors, made where the service keeps them. The first signs in with
# its password; the others' are hashed with little work, as nobody ever asks for them.
MAKE = f"""
import django, json, sys, time
django.setup()
from django.contrib.auth.hashers import Argon2PasswordHasher as Hasher
from medkarta.accounts.actions import NewAccount, open_account
from medkarta.accounts.models import Account
from medkarta.accounts.session_store import SessionStore
cookies = {{}}
for number in range({SESSIONS}):
    email = f"canary{{number}}@example.test"
    account_id = open_account(
        new=NewAccount(email=email, password={PASSWORD!r}, totp_secret={SECRET!r})
    )
    account = Account.objects.get(pk=account_id)
    store = SessionStore()
    store.update({{
        "_auth_user_id": str(account_id),
        "_auth_user_backend": "allauth.account.auth_backends.AuthenticationBackend",
        "_auth_user_hash": account.get_session_auth_hash(),
        "account_authentication_methods": [
            {{"method": "password", "at": time.time()}},
            {{"method": "mfa", "type": "totp", "at": time.time()}},
        ],
        "account_authentication_methods_user": str(account_id),
    }})
    store.save()
    Hasher.time_cost, Hasher.memory_cost, Hasher.parallelism = 1, 8, 1
    cookies[email] = store.session_key
json.dump(cookies, sys.stdout)
"""


def certificate(folder):
    """Signed by itself, for this machine and this hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "certificate.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, private


class Secure(Service):
    """`medkarta run` behind its own certificate."""

    def connect(self):
        trusted = ssl.create_default_context(cafile=self.environment["TLS_CERTIFICATE"])
        return http.client.HTTPSConnection("localhost", self.port, context=trusted, timeout=30)


@pytest.fixture(scope="module")
def service():
    home = temporary_home()
    home.parent.chmod(0o755)
    pem, key = certificate(home.parent)
    tls = {"TLS_CERTIFICATE": str(pem), "TLS_KEY": str(key)}
    service = Secure(home, WEB_WORKERS="2", MEDKARTA_DEMO="no", **tls)
    try:
        yield service.start(patience=120)
    finally:
        service.clear()
        shutil.rmtree(home.parent, ignore_errors=True)


@pytest.fixture(scope="module")
def cookies(service):
    done = subprocess.run(
        [sys.executable, "-P", "-c", MAKE],
        env={**service.environment, "DJANGO_SETTINGS_MODULE": "medkarta.config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ask(connection, method, path, jar, body=None):
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    if body is not None:
        headers |= {
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"https://localhost:{connection.port}{path}",
        }
        body = urlencode(body)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    set_now = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    for one in set_now:
        for name, morsel in SimpleCookie(one).items():
            jar[name] = morsel.value
    return answer.status, text, set_now


def token(page):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


def test_every_cookie_is_for_this_host_over_tls_and_the_server_alone(service, cookies):
    """B026, through a whole sign-in, the language switch and the sign-out."""
    assert cookies
    with closing(service.connect()) as connection:
        given = cookies_of_a_whole_visit(connection)
    names = set()
    for one in given:
        name, _, rest = one.partition("=")
        flags = {part.strip().lower().partition("=")[0] for part in rest.split(";")[1:]}
        names.add(name)
        assert {"secure", "httponly", "samesite", "path"} <= flags, one
        assert "domain" not in flags, one
        assert "path=/" in one.lower(), one
        assert len(one) < 4096, name
    assert names == {
        f"__Host-medkarta_{word}" for word in ("session", "csrf", "device", "language")
    }


def cookies_of_a_whole_visit(connection):
    jar, given = {}, []

    def go(method, path, body=None):
        if body is not None:
            body = {**body, "csrfmiddlewaretoken": token(page)}
        status, text, set_now = ask(connection, method, path, jar, body)
        assert status in {200, 302}, (path, status, text)
        given.extend(set_now)
        return text

    page = go("GET", "/accounts/login/")
    go("POST", "/accounts/login/", {"login": "canary0@example.test", "password": PASSWORD})
    page = go("GET", "/accounts/2fa/authenticate/")
    go("POST", "/accounts/2fa/authenticate/", {"code": present_code()})
    assert "это вы сейчас" in go("GET", "/control/sessions")
    page = go("GET", "/accounts/logout/")
    go("POST", "/language", {"language": "en", "next": "/"})
    go("POST", "/accounts/logout/", {})
    return given


def present_code():
    return totp.code_at(SECRET, int(time.time()) // totp.PERIOD)


def test_sessions_do_not_mix_under_load(service, cookies):
    """B031: each answer holds its own person's address and nobody else's."""
    people = list(cookies.items())

    def hammer(thread):
        found = Counter()
        with closing(service.connect()) as connection:
            for number in range(REQUESTS // THREADS):
                email, key = people[(thread * 7 + number * 11) % len(people)]
                path = ("/profile", "/accounts/2fa/", "/control/sessions")[number % 3]
                jar = {"__Host-medkarta_session": key}
                status, text, _ = ask(connection, "GET", path, jar)
                held = set(CANARY.findall(text))
                right = status == 200 and held == ({email} if path == "/profile" else set())
                found[f"{status} right" if right else f"{status} {path} {email} {held}"] += 1
        return found

    with ThreadPoolExecutor(THREADS) as threads:
        found = sum(threads.map(hammer, range(THREADS)), Counter())
    assert found == {"200 right": REQUESTS}
