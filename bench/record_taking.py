"""What clinics' systems send into the store, beside bare COPY of the very same rows.

python bench/record_taking.py [profile]
"""

import cProfile
import gc
import itertools
import json
import pstats
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import uuid4

import psycopg
from figures import Figure
from record_import import TABLES, bare_copy, empty_service, speed

TAKES = 5
WAITING = 32
PEOPLE = 64
GROUPS = 40
BUNDLES = 24
TOGETHER = 4
ENTRIES = 100
WRITTEN = (*TABLES, "resource_tally", "resource_version", "client_id", "clinic_identifier")
EMPTY = f"TRUNCATE {', '.join((*WRITTEN, 'audit_entry', 'audit_head', 'clinic'))} CASCADE"
LAB = "http://terminology.hl7.org/CodeSystem/observation-category"

Waiting: TypeAlias = list[list[tuple[str, str]]]  # what waits at one moment: type and text
Turns: TypeAlias = list[Waiting]


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

    def take(self, waiting: Waiting) -> list[list[str]]:
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


Shape: TypeAlias = Callable[[Clinic], Turns]


def measure(owner: psycopg.Connection) -> Iterator[Figure]:
    shapes: dict[str, tuple[Shape, int]] = {
        f"creates, {WAITING} waiting together": (groups, 1_200),
        f"transactions of {ENTRIES}, {TOGETHER} waiting together": (transactions, 3_000),
    }
    for name, (shape, aim) in shapes.items():
        taken, busy, copied = [], [], []
        count = 0
        for _ in range(TAKES):
            owner.execute(EMPTY)
            clinic = Clinic()
            turns = shape(clinic)
            count = sum(len(entries) for waiting in turns for entries in waiting)
            began = time.process_time()
            taken.append(timed(clinic, turns))
            busy.append((time.process_time() - began) / count * 1e6)
            copied.append(bare_copy(owner))
        yield speed(name, count, taken, aim=aim)
        yield Figure(name="Python's own part", unit="µs a resource", takes=tuple(busy))
        yield speed("bare COPY of the same rows", count, copied)
        shares = tuple(one / other for one, other in zip(taken, copied, strict=True))
        yield Figure(name="to bare COPY", unit="times as long", takes=shares)


def groups(clinic: Clinic) -> Turns:
    people = clinic.people
    return [
        [[observation(people[(turn * WAITING + one) % PEOPLE], turn)] for one in range(WAITING)]
        for turn in range(GROUPS)
    ]


def transactions(clinic: Clinic) -> Turns:
    people = itertools.cycle(clinic.people)
    return [
        [
            [observation(who, one) for one in range(ENTRIES)]
            for who in itertools.islice(people, TOGETHER)
        ]
        for _ in range(BUNDLES // TOGETHER)
    ]


def timed(clinic: Clinic, turns: Turns) -> float:
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
    with empty_service() as owner:
        gc.freeze()  # as in a process that serves: what was loaded stays
        if sys.argv[1:] == ["profile"]:
            profile()
            return
        for figure in measure(owner):
            print(f"  {figure}")


if __name__ == "__main__":
    main()
