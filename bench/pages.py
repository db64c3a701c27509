"""How long the citizen's pages take, over HTTP, with a signed-in session, on a real `medkarta run`.

    python bench/pages.py [FOLDER]     FOLDER: FHIR bundles that are imported first.
                                       Without it, shared/data/synthea beside the checkout.

Two people are measured: the one with nearest to 500 resources and the one with the most. Beside
each page stands its bound from the same run: its own SELECT statements, one after another, by bare
psycopg. The two are asked by turns, and compared page by page.
"""

import json
import os
import re
import shutil
import statistics
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
BUNDLES = TESTS.parents[1] / "shared" / "data" / "synthea"
sys.path[:0] = [str(TESTS), str(TESTS / "journeys")]

import psycopg  # noqa: E402
from authenticator import Authenticator  # noqa: E402
from figures import Figure  # noqa: E402
from running_service import Service, temporary_home  # noqa: E402

ROUNDS = 40
WARM_UP = 5
FEW = 500
LONGEST = 50.0
SLOWER_AT_MOST = 1.3
PAGES = {
    "Главная": "/",
    "Карта": "/card",
    "Анализы": "/card/labs",
    "Лента": "/card/timeline",
    "Диагнозы": "/card/diagnoses",
    "Кто смотрел": "/control/log",
}


@dataclass(frozen=True)
class Person:
    """A line of demo-people.json, and how much their record holds."""

    entry: dict[str, str]
    resources: int


class Session:
    """A browser without a screen."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> bytes:
        with self.opener.open(self.origin + path, timeout=30) as answer:
            return answer.read()

    def post(self, path: str, **fields: str) -> str:
        page = self.get(path).decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        body = urllib.parse.urlencode(
            {**fields, "csrfmiddlewaretoken": token.group(1) if token else ""}
        ).encode()
        asked = urllib.request.Request(  # noqa: S310  # our own address
            self.origin + path, data=body, headers={"Origin": self.origin}
        )
        with self.opener.open(asked, timeout=30) as answer:
            return answer.geturl()

    def sign_in(self, person: Person) -> None:
        entry = person.entry
        self.post("/accounts/login/", login=entry["email"], password=entry["password"])
        code = Authenticator(entry["totp_secret"]).code()
        self.post("/accounts/2fa/authenticate/", code=code)


class Statements:
    """The SELECT statements of a page, seen in this process on the service's own database."""

    def __init__(self, person: Person) -> None:
        from django.test import Client

        from medkarta.accounts.models import Account

        account = Account.objects.get(email=person.entry["email"])
        self.client = Client()
        self.client.force_login(
            account, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        session = self.client.session
        now = time.time()
        session["account_authentication_methods"] = [
            {"method": "password", "at": now},
            {"method": "mfa", "type": "totp", "at": now},
        ]
        session["account_authentication_methods_user"] = str(account.pk)
        session.save()

    def of(self, path: str) -> list[str]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            answer = self.client.get(path, HTTP_HOST="localhost")
        if answer.status_code != 200:  # noqa: PLR2004
            raise SystemExit(f"{path} answered {answer.status_code} to the bench")
        selects = [query["sql"] for query in seen.captured_queries]
        return [sql for sql in selects if sql.lstrip().upper().startswith(("SELECT", "WITH"))]


def times_of(acts: Sequence[Callable[[], object]], rounds: int = ROUNDS) -> list[list[float]]:
    """Milliseconds of each; by turns, so that whatever else the machine does slows them alike."""
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(WARM_UP + rounds):
        for act, mine in zip(acts, taken, strict=True):
            began = time.perf_counter()
            act()
            mine.append((time.perf_counter() - began) * 1000)
    return [mine[WARM_UP:] for mine in taken]


def bound_of(bare: psycopg.Connection, statements: list[str]) -> float:
    def run() -> None:
        for sql in statements:
            bare.execute(sql.encode()).fetchall()

    (taken,) = times_of([run])
    return statistics.median(taken)


def measure(origin: str, people: Sequence[Person], bare: psycopg.Connection) -> None:
    visitors = [(Session(origin), Statements(person), person) for person in people]
    for session, _, person in visitors:
        session.sign_in(person)
        print(f"{person.entry['name']}: {person.resources} resources")
    for name, path in PAGES.items():
        print(f"\n{name}")
        taken = times_of([partial(session.get, path) for session, _, _ in visitors])
        medians = []
        for times, (_, statements, person) in zip(taken, visitors, strict=True):
            figure = Figure(
                name=f"  {person.resources}", unit="ms", takes=tuple(times), aim=LONGEST
            )
            of_page = statements.of(path)
            bound = bound_of(bare, of_page)
            medians.append(figure.median)
            print(f"{figure}; {len(of_page)} reads by bare psycopg {bound:.1f} ms, ", end="")
            print(f"{figure.median / bound:.1f} times")
        ratio = medians[-1] / medians[0]
        kept = "kept" if ratio <= SLOWER_AT_MOST else "MISSED"
        print(f"  {ratio:.2f} times slower; aim at most {SLOWER_AT_MOST}: {kept}")


def two_people(home: Path, bare: psycopg.Connection) -> tuple[Person, Person]:
    entries = json.loads((home / "demo-people.json").read_text(encoding="utf-8"))
    people = []
    for entry in entries:
        if entry["state"] not in {"open", "imported"}:
            continue
        (count,) = bare.execute(
            "SELECT count(*) FROM resource WHERE patient_id = ANY(%s::uuid[])",
            (entry["patient_ids"],),
        ).fetchone()
        people.append(Person(entry=entry, resources=count))
    few = min(people, key=lambda person: abs(person.resources - FEW))
    return few, max(people, key=lambda person: person.resources)


def measured(service: Service) -> None:
    os.environ["MEDKARTA_HOME"] = str(service.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "medkarta.config.settings"
    import django

    django.setup()
    from medkarta.config.home import Home
    from medkarta.config.postgres.connection import OWNER, embedded

    conninfo = embedded(Home(service.home), OWNER).conninfo()
    with psycopg.connect(**conninfo, autocommit=True) as bare:
        # As a database that has been up for a while: autovacuum comes a minute after an import.
        bare.execute("VACUUM (ANALYZE)")
        measure(f"http://localhost:{service.port}", two_people(service.home, bare), bare)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLES if BUNDLES.is_dir() else None
    service = Service(temporary_home(), MEDKARTA_DEMO_PEOPLE="20")
    try:
        service.start(patience=180)
        if folder:
            done = service.call("import", str(folder), "--sign-ins")
            if done.returncode:
                raise SystemExit(done.stdout + done.stderr)
        measured(service)
    finally:
        service.clear()
        shutil.rmtree(service.home.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
