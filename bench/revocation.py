"""How long after a withdrawal is committed a page is still answered, on a real `medkarta run`.

One session asks for a page over one kept connection without a pause; the consent is withdrawn
beside it by the same action that the page calls. Two figures: from the commit to the first refusal
that has arrived, and how many answers with data were asked for after the commit (none may be).
"""

import http.client
import json
import os
import shutil
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from figures import Figure
from pages import Person, Session
from running_service import Service, temporary_home

ROUNDS = 20
LONGEST = 1000.0
GIVE_UP = 10.0
PAGES = ("/card", "/card/labs", "/card/timeline")
REFUSED = 403


@dataclass
class Poller:
    """A session that asks for one page again and again."""

    port: int
    cookies: str
    path: str
    answers: list[tuple[float, float, int]] = field(default_factory=list)
    stop: bool = False

    def run(self) -> None:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=30)
        while not self.stop:
            began = time.perf_counter()
            connection.request("GET", self.path, headers={"Cookie": self.cookies})
            answer = connection.getresponse()
            answer.read()
            self.answers.append((began, time.perf_counter(), answer.status))
        connection.close()

    def refused_after(self, moment: float) -> float | None:
        """When the first refusal had arrived that was asked for before or after this moment."""
        arrived = [end for _, end, status in self.answers if status == REFUSED and end > moment]
        return min(arrived, default=None)


def one_round(poller: Poller, person: dict[str, str]) -> tuple[float, int]:
    """Withdraw once; milliseconds to the first refusal, and answers asked for too late."""
    from medkarta.accounts.queries import account_by_email
    from medkarta.audit.drafts import Origin
    from medkarta.consents import actions
    from medkarta.consents.rules import Kind
    from medkarta.patients.queries import person_of

    account = account_by_email(person["email"])
    owner = person_of(account.account_id)
    asking = threading.Thread(target=poller.run)
    asking.start()
    time.sleep(0.3)
    actions.withdraw(
        person_id=owner.person_id,
        kind=Kind.PROCESSING,
        by=account.account_id,
        origin=Origin(app="portal", request_id="bench", address=None, device="bench"),
        now=datetime.now(UTC),
    )
    committed = time.perf_counter()
    while poller.refused_after(committed) is None and time.perf_counter() < committed + GIVE_UP:
        time.sleep(0.001)
    time.sleep(0.2)
    poller.stop = True
    asking.join()
    refused = poller.refused_after(committed)
    if refused is None:
        raise SystemExit(f"{poller.path} was not refused within {GIVE_UP:g} s")
    late = sum(1 for began, _, status in poller.answers if began > committed and status != REFUSED)
    return (refused - committed) * 1000, late


def measured(service: Service) -> None:
    os.environ["MEDKARTA_HOME"] = str(service.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "medkarta.config.settings"
    import django

    django.setup()
    from medkarta.config.home import Home
    from medkarta.config.postgres.connection import OWNER, embedded

    entries = json.loads((service.home / "demo-people.json").read_text(encoding="utf-8"))
    person = next(one for one in entries if one["state"] == "open")
    session = Session(f"http://localhost:{service.port}")
    session.sign_in(Person(entry=person, resources=0))
    cookies = "; ".join(f"{one.name}={one.value}" for one in session.jar)
    with psycopg.connect(
        **embedded(Home(service.home), OWNER).conninfo(), autocommit=True
    ) as owner:
        for path in PAGES:
            taken, late = [], 0
            for _ in range(ROUNDS):
                poller = Poller(port=service.port, cookies=cookies, path=path)
                took, too_late = one_round(poller, person)
                taken.append(took)
                late += too_late
                owner.execute(
                    "UPDATE consent SET withdrawn_at = NULL, withdrawn_by_id = NULL, ended_as = ''"
                    " WHERE ended_as = 'withdrawn'"
                )
            name = f"{path}: from the commit to the first refusal"
            print(Figure(name=name, unit="ms", takes=tuple(taken), aim=LONGEST))
            print(f"  answers with data that were asked for after the commit: {late}")
    print("/fhir: no address there hands out a record yet")


def main() -> None:
    service = Service(temporary_home())
    try:
        service.start(patience=180)
        measured(service)
    finally:
        service.clear()
        shutil.rmtree(service.home.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
