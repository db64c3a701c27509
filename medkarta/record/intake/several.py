"""Entries of several people: a whole that their clinic keeps, and a part in each one's record.

The whole stands among the shared resources, and to no reader of those; whoever reads it passes the
door to all who share it. See ADR 25.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from medkarta.fhir.content import same_content
from medkarta.fhir.splice import Meta, splice
from medkarta.fhir.structure.check import issues_of
from medkarta.fhir.trees import read_resource_tree, write_tree
from medkarta.foundation.ids import encode_uuid
from medkarta.record.intake.entries import Entry, Place, Verb
from medkarta.record.intake.found import Store
from medkarta.record.rules.parts import NotPartedError, part_of, tied
from medkarta.record.stored import parse_body
from medkarta.record.writing import Owner, Version

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class MovedError(Exception):
    """While the locks were waited for, somebody gave a whole to one more: begin anew."""


def find_parts(entries: Iterable[Entry], store: Store) -> None:
    """Tell each whole where its parts stand, or will: all of them are locked then."""
    wholes = _wholes(entries)
    store.fetch_parts(place for _, place in wholes if not store.made(place))
    for entry, place in wholes:
        made = store.made(place)
        known = frozenset() if made else store.parts(place)
        new = {place.part(one.patient_id) for one in entry.sharers}
        alone = {entry.grown_from} if entry.grown_from else set()
        entry.parts = (*(new | alone | {place.part(one) for one in known}),)
        for part in entry.parts if made else ():
            store.make(part)


def hold_parts(entries: Iterable[Entry], store: Store) -> None:
    """Once they are locked: those that are there or will be. A patch leaves them as they are.

    Raises `MovedError`.
    """
    wholes = [(entry, place) for entry, place in _wholes(entries) if not store.made(place)]
    store.fetch_parts(place for _, place in wholes)
    for entry, place in wholes:
        if not store.parts(place) <= {part.patient_id for part in entry.parts}:
            raise MovedError
        present = sharers_of(place, store)
        if entry.grown_from:
            present = (*present, *_present([entry.grown_from], store))
        if entry.verb is Verb.PATCH:
            entry.sharers = present
            if not present:
                entry.refuse(f"there is no {entry.name}", status=404, code="not-found")
        writes = entry.updates or store.stored(place) is None
        stay = {*present, *(entry.sharers if writes else ())}
        entry.parts = tuple(place.part(one.patient_id) for one in stay)


def sharers_of(place: Place, store: Store) -> tuple[Owner, ...]:
    """Who shares a whole that is stored."""
    parts = [place.part(one) for one in sorted(store.parts(place))]
    return tuple(_present(parts, store))


def _wholes(entries: Iterable[Entry]) -> list[tuple[Entry, Place]]:
    return [(one, one.place) for one in entries if one.place and one.place.is_whole]


def _present(parts: Iterable[Place], store: Store) -> Iterator[Owner]:
    for part in parts:
        row = store.stored(part)
        if part.patient_id and row and row.custodian_id and not row.deleted:
            yield Owner(patient_id=part.patient_id, custodian_id=row.custodian_id)


def check_parts(entry: Entry, place: Place) -> None:
    """Refuse what cannot be cut to what concerns each. Its references are resolved."""
    meta = Meta(version_id="1", last_updated=_NEVER)
    text = splice(entry.text, id=place.id, meta=meta, references=entry.links)
    whole = read_resource_tree(text)
    for owner in entry.sharers if len(entry.sharers) > 1 else ():
        try:
            part = write_tree(part_of(whole, owner.patient_id))
        except NotPartedError:
            entry.refuse("it has a modifierExtension about one of those who share it")
            return
        others = (one.patient_id for one in entry.sharers if one != owner)
        if any(f"{encode_uuid(one)}-" in part for one in others):
            entry.refuse("it names one of those who share it where it cannot be left out")
        elif issues := issues_of(parse_body(part)):
            words = "without what is the others' it is nothing that R4 allows: " + issues[0].words
            entry.refuse(words, expression=issues[0].path)


def versions_of_parts(
    entry: Entry, body: str, store: Store, now: datetime
) -> Iterator[tuple[Place, Version]]:
    """What is written of the parts when this is written of the whole ('': it is deleted).

    A part of which nothing has changed stays as it is; who shares it no more, loses theirs.
    """
    whole = read_resource_tree(body) if body else None
    sharers = {one.patient_id: one for one in entry.sharers}
    for part in entry.parts:
        former = store.stored(part)
        owner = sharers.get(part.patient_id) if part.patient_id and whole else None
        number = former.version + 1 if former else 1
        if whole and owner:
            meta = Meta(version_id=str(number), last_updated=now)
            cut = (part_of if len(sharers) > 1 else tied)(whole, owner.patient_id)
            text = splice(write_tree(cut), id=part.id, meta=meta, references={})
            if former and not former.deleted and same_content(text, store.body(part)):
                continue
            yield part, _version(part, owner, number, text)
        for gone in () if owner else _present([part], store):
            yield part, _version(part, gone, number, "")


def _version(part: Place, owner: Owner, number: int, text: str) -> Version:
    return Version(
        owner=owner,
        resource_id=part.resource_id,
        number=number,
        body=text,
        resource=parse_body(text) if text else None,
    )
