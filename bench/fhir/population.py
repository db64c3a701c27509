"""The people on the measured server: put there by transaction bundles, or remembered in a file."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.fhir.answers import Answer
from bench.fhir.load import Sendable, Take, run
from bench.fhir.resources import person
from bench.fhir.target import Request, Target

_BATCH = 200  # bundles under one token, and of one go
_EVERY = 9  # of a person's resources so many are remembered by id
_LOCATION = re.compile(r"([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?$")


@dataclass(frozen=True, kw_only=True)
class Person:
    """`references` are some of the record's, the Patient and a visit first."""

    resources: int
    references: tuple[str, ...]

    @property
    def patient(self) -> str:
        """The id alone."""
        return self.references[0].partition("/")[2]

    @property
    def visit(self) -> str:
        """`Encounter/…`."""
        return self.references[1]


class CannotLoadError(Exception):
    """The server did not take the people; says how it answered."""


def load(
    target: Target, seed: str, numbers: range, *, resources: int = 100, connections: int = 8
) -> tuple[list[Person], Take]:
    """The people of these numbers in the seed, each sent as one transaction bundle."""
    people: list[Person] = []
    total = Take()

    def keep(_: Sendable, answer: Answer) -> None:
        people.append(person_of(answer.body()))

    for start in range(numbers.start, numbers.stop, _BATCH):
        part = numbers[start - numbers.start :][:_BATCH]
        # All of a batch is made before it is sent: making is not a part of the take.
        feed = list(target.sendables(bundles(seed, part, resources=resources)))
        take = run(
            target.address, iter(feed), connections=connections, seconds=3_600, on_answer=keep
        )
        total.add(take)
        if take.errors:
            raise CannotLoadError(f"{dict(take.errors)} {next(iter(take.samples.values()))!r}")
    return people, total


def bundles(seed: str, numbers: Sequence[int], *, resources: int = 100) -> Iterator[Request]:
    """A transaction for each of these numbers, as a request."""
    for number in numbers:
        yield Request(method="POST", path="", body=person(seed, number, resources=resources))


def person_of(answer: bytes) -> Person:
    """Out of a transaction's answer: `response.location` of each entry, in the entries' order."""
    entries = json.loads(answer)["entry"]
    found = [reference_of(entry["response"].get("location", "")) for entry in entries]
    return Person(resources=len(found), references=(*found[:2], *found[2::_EVERY]))


def reference_of(location: str) -> str:
    """`Type/id` of an address with or without base and version."""
    found = _LOCATION.search(location)
    if found is None:
        raise CannotLoadError(f"the location “{location}” names no resource")
    return found.group(1)


def remember(file: Path, people: Sequence[Person]) -> None:
    """One line of JSON a person, to be measured again later without loading."""
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(asdict(one)) + "\n" for one in people)


def remembered(file: Path) -> list[Person]:
    """Nobody where there is no such file."""
    if not file.exists():
        return []
    found = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [
        Person(resources=one["resources"], references=tuple(one["references"])) for one in found
    ]
