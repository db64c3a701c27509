"""How long the citizen's pages take, over HTTP, with a signed-in session, on a real `medkarta run`.

    python bench/pages.py [FOLDER]     FOLDER: FHIR bundles; the longest one is measured too.
                                       Without it, shared/data/synthea beside the checkout.

Prints for each page the median and the 95th percentile of 40 requests, one after another, in
milliseconds, and the page's size.
"""

import json
import re
import shutil
import statistics
import sys
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
BUNDLES = TESTS.parents[1] / "shared" / "data" / "synthea"
sys.path[:0] = [str(TESTS), str(TESTS / "journeys")]

from authenticator import Authenticator  # noqa: E402
from running_service import Service, temporary_home  # noqa: E402

ROUNDS = 40
WARM_UP = 5
PAGES = {
    "Главная": "/",
    "Карта": "/card",
    "Анализы": "/card/labs",
    "Лента": "/card/timeline",
    "Кто смотрел": "/control/log",
}


class Session:
    """A browser without a screen."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

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

    def sign_in(self, person: dict[str, str]) -> None:
        self.post("/accounts/login/", login=person["email"], password=person["password"])
        code = Authenticator(person["totp_secret"]).code()
        self.post("/accounts/2fa/authenticate/", code=code)


def measure(session: Session, path: str) -> tuple[float, float, int]:
    taken = []
    body = b""
    for _ in range(WARM_UP + ROUNDS):
        began = time.perf_counter()
        body = session.get(path)
        taken.append((time.perf_counter() - began) * 1000)
    taken = taken[WARM_UP:]
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1], len(body)


def measure_person(origin: str, person: dict[str, str], size: str) -> None:
    session = Session(origin)
    session.sign_in(person)
    print(f"\n{person['name']} ({size})")
    for name, path in PAGES.items():
        median, high, length = measure(session, path)
        print(
            f"  {name:<14} median {median:6.1f} ms   p95 {high:6.1f} ms   {length / 1024:5.0f} kB"
        )


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLES if BUNDLES.is_dir() else None
    service = Service(temporary_home())
    try:
        service.start(patience=120)
        if folder:
            done = service.call("import", str(folder), "--sign-ins")
            print(done.stdout[-600:], done.stderr[-600:])
        people = json.loads((service.home / "demo-people.json").read_text(encoding="utf-8"))
        origin = f"http://localhost:{service.port}"
        anna = next(person for person in people if person["state"] == "open")
        measure_person(origin, anna, "the demo person")
        if folder:
            biggest = max(folder.glob("*.json"), key=lambda file: file.stat().st_size)
            family = biggest.name.split("_")[1]
            person = next(person for person in people if family in person["family"])
            measure_person(origin, person, f"imported, {biggest.stat().st_size // 1024} kB")
    finally:
        service.clear()
        shutil.rmtree(service.home.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
