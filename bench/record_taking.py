"""What clinics' systems send into the store, beside bare COPY of the very same rows.

python bench/record_taking.py [profile]
"""

import cProfile
import json
import os
import pstats
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
from figures import Figure
from record_import import TABLES, bare_copy, speed
from running_service import temporary_home

from medkarta.config import environment
from medkarta.config.database import reached
from medkarta.config.postgres.connection import of_role

TAKES = 5
WAITING = 32
PEOPLE = 64
GROUPS = 40
BUNDLES = 20
ENTRIES = 100
WRITTEN = (*TABLES, "resource_tally", "resource_version", "client_id", "clinic_identifier")
EMPTY = f"TRUNCATE {', '.join((*WRITTEN, 'audit_entry', 'audit_head', 'clinic'))} CASCADE"
LAB = "http://terminology.hl7.org/CodeSystem/observation-category"


class Clinic:
    """A clinic's system with people of its own; what it sends is read as the door reads it."""

    def __init__(self) -> None:
        from medkarta.audit.drafts import Origin
        from medkarta.clinics.actions import connect
        from medkarta.foundation.ids import ClinicId
        from medkarta.record.submissions import Sender

        clinic_id = ClinicId(uuid4())
        connect(clinic_id=clinic_id, name="Клиника", region="", oid="", now=datetime.now(UTC))
        self._sender = Sender(
            client_uuid=uuid4(), clinic_id=clinic_id, client_name="МИС", clinic_name="Клиника"
        )
        self._origin = Origin(app="МИС", request_id="1", address="127.0.0.1", device="bench")
        people = self.take([[("Patient", patient())] for _ in range(PEOPLE)])
        self.people = [reference for (reference,) in people]

    def take(self, waiting: list[list[tuple[str, str]]]) -> list[list[str]]:
        """Have these taken together: one request each, or a transaction of many."""
        from medkarta.fhir.json_text import read_resource
        from medkarta.record.actions.taking import take
        from medkarta.record.submissions import Kind, SentEntry, Submission, Taken

        submissions = [
            Submission(
                sender=self._sender,
                kind=Kind.SINGLE if len(entries) == 1 else Kind.TRANSACTION,
                entries=tuple(
                    SentEntry(method="POST", url=kind, resource=read_resource(text))
                    for kind, text in entries
                ),
                origin=self._origin,
            )
            for entries in waiting
        ]
        answers = take(submissions=submissions, now=datetime.now(UTC))
        return [
            [done.reference for done in one.answers] for one in answers if isinstance(one, Taken)
        ]


def patient() -> str:
    card = [{"system": "urn:card", "value": str(uuid4())}]
    name = [{"family": "Вымыслова", "given": ["Анна"]}]
    return json.dumps({"resourceType": "Patient", "identifier": card, "name": name})


def observation(subject: str, number: int) -> tuple[str, str]:
    unit = {"unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"}
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": LAB, "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": f"{number % 50}-1"}]},
        "subject": {"reference": subject},
        "effectiveDateTime": f"2024-{number % 12 + 1:02}-06T07:08:09Z",
        "valueQuantity": {"value": 100 + number % 60, **unit},
    }
    return "Observation", json.dumps(resource)


def measure(owner: psycopg.Connection) -> Iterator[Figure]:
    singles, copied_singles, bundles, copied_bundles = [], [], [], []
    for _ in range(TAKES):
        owner.execute(EMPTY)
        clinic = Clinic()
        singles.append(timed(clinic, groups(clinic)))
        copied_singles.append(bare_copy(owner))
        owner.execute(EMPTY)
        clinic = Clinic()
        bundles.append(timed(clinic, transactions(clinic)))
        copied_bundles.append(bare_copy(owner))
    count, many = GROUPS * WAITING, BUNDLES * ENTRIES
    yield speed(f"creates, {WAITING} waiting together", count, singles, aim=1_200)
    yield speed("bare COPY of the same rows", count, copied_singles)
    yield ratio("creates to bare COPY", singles, copied_singles)
    yield speed(f"transactions of {ENTRIES}, one at a time", many, bundles, aim=3_000)
    yield speed("bare COPY of the same rows", many, copied_bundles)
    yield ratio("transactions to bare COPY", bundles, copied_bundles)


def ratio(name: str, mine: list[float], bare: list[float]) -> Figure:
    shares = tuple(one / other for one, other in zip(mine, bare, strict=True))
    return Figure(name=name, unit="times as long", takes=shares)


def groups(clinic: Clinic) -> list[list[list[tuple[str, str]]]]:
    people = clinic.people
    return [
        [[observation(people[(turn * WAITING + one) % PEOPLE], turn)] for one in range(WAITING)]
        for turn in range(GROUPS)
    ]


def transactions(clinic: Clinic) -> list[list[list[tuple[str, str]]]]:
    return [
        [[observation(clinic.people[turn % PEOPLE], one) for one in range(ENTRIES)]]
        for turn in range(BUNDLES)
    ]


def timed(clinic: Clinic, turns: list[list[list[tuple[str, str]]]]) -> float:
    began = time.perf_counter()
    for waiting in turns:
        clinic.take(waiting)
    return time.perf_counter() - began


def profile() -> None:
    clinic = Clinic()
    for name, turns in (("creates", groups(clinic)), ("transactions", transactions(clinic))):
        profiler = cProfile.Profile()
        profiler.runcall(timed, clinic, turns)
        print(name)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def main() -> None:
    home = temporary_home()
    home.parent.chmod(0o755)  # as root the service user must get through
    os.environ["MEDKARTA_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medkarta.config.settings")
    given = environment.read()
    try:
        with reached(given, doing="bench"):
            import django  # after the home is chosen

            django.setup()
            if sys.argv[1:] == ["profile"]:
                profile()
                return
            target = of_role(given, owner=True).conninfo()
            with psycopg.connect(**target, autocommit=True) as owner:  # type: ignore[arg-type]
                for figure in measure(owner):
                    print(f"  {figure}")
    finally:
        shutil.rmtree(home.parent)


if __name__ == "__main__":
    main()
