"""demo-people.json: everything that a script needs to be one of the demo people."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from medkarta.demo.ports import DemoHome


@dataclass(frozen=True, kw_only=True, slots=True)
class BookEntry:
    """One person. Empty texts where there is nothing yet: no account, no second factor."""

    name: str
    role: str
    email: str
    password: str
    totp_secret: str
    patient_ids: tuple[str, ...]
    snils: str
    policy: str
    birth_date: str
    sex: str
    family: str
    given: str
    patronymic: str
    state: str
    shows: str

    @property
    def has_account(self) -> bool:
        return bool(self.password)


class UnknownDemoPersonError(LookupError):
    """Nobody in the book is meant by these words."""


class AmbiguousNameError(LookupError):
    """Several people are meant; `entries` says who."""

    def __init__(self, entries: Sequence[BookEntry]) -> None:
        super().__init__()
        self.entries = tuple(entries)


def read(home: DemoHome) -> list[BookEntry]:
    """Everybody in the book, in the order of making; nobody where there is no book yet."""
    try:
        text = home.demo_people.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [_entry(person) for person in json.loads(text)]


def write(home: DemoHome, entries: Iterable[BookEntry]) -> None:
    """Put the book in place of the one that is there."""
    people = [asdict(entry) for entry in entries]
    home.write_private(home.demo_people, json.dumps(people, ensure_ascii=False, indent=1) + "\n")


def find(entries: Iterable[BookEntry], words: str) -> BookEntry:
    """Find whom a name, an e-mail address or a part of either means.

    Raises `UnknownDemoPersonError` or `AmbiguousNameError`; a whole name or address beats a part.
    """
    wanted = _folded(words)
    listed = list(entries)
    whole = [entry for entry in listed if wanted in {_folded(entry.name), _folded(entry.email)}]
    part = [
        entry
        for entry in listed
        if wanted and (wanted in _folded(entry.name) or wanted in _folded(entry.email))
    ]
    found = whole or part
    if not found:
        raise UnknownDemoPersonError(words)
    if len(found) > 1:
        raise AmbiguousNameError(found)
    return found[0]


def _entry(person: dict[str, Any]) -> BookEntry:
    texts = {
        field.name: str(person.get(field.name, ""))
        for field in fields(BookEntry)
        if field.name != "patient_ids"
    }
    return BookEntry(patient_ids=tuple(person.get("patient_ids", ())), **texts)


def _folded(words: str) -> str:
    return " ".join(words.casefold().replace("ё", "е").split())
