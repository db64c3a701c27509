"""What becomes of each entry, beside what the store already has."""

from collections.abc import Iterable
from datetime import datetime

from medkarta.fhir.content import same_content
from medkarta.fhir.splice import Meta, splice
from medkarta.record.intake import found
from medkarta.record.intake.entries import Entry, Place
from medkarta.record.intake.report import Outcome
from medkarta.record.stored import parse_body
from medkarta.record.writing import Version


class Decisions:
    """The outcome of every entry of a bundle, and the versions to be written."""

    def __init__(self, entries: Iterable[Entry], *, now: datetime) -> None:
        self.outcomes: dict[Entry, Outcome] = {}
        self.versions: dict[found.Key, Version] = {}
        self._now = now
        settled = [(entry, entry.place) for entry in entries if entry.place and not entry.refusal]
        self._stored = found.stored(place for _, place in settled)
        for entry, place in settled:
            outcome = self._decide(entry, place)
            if outcome is not Outcome.REFUSED:
                self.outcomes[entry] = outcome

    def body_of(self, place: Place) -> str | None:
        """The text that is at a place when all is written."""
        key = (place.patient_id, place.resource_id)
        if key in self.versions:
            return self.versions[key].body
        former = self._stored.get(key) or found.stored([place]).get(key)
        return former.body if former else None

    def _decide(self, entry: Entry, place: Place) -> Outcome:
        key = (place.patient_id, place.resource_id)
        former = self._stored.get(key)
        if key in self.versions:
            return self._decide_again(entry, place, self.versions[key])
        if former is None:
            self._put(entry, place, number=1)
            return Outcome.CREATED
        outcome = _compare(entry, place, former)
        if outcome is Outcome.UPDATED:
            self._put(entry, place, number=former.version + 1)
        return outcome

    def _decide_again(self, entry: Entry, place: Place, first: Version) -> Outcome:
        """Another entry of this bundle has been put at the same place."""
        body = _body(entry, place, number=first.number, recorded_at=self._now)
        if same_content(body, first.body):
            return Outcome.UNCHANGED
        if not entry.updates:
            return Outcome.KEPT
        entry.refuse("another entry of the bundle writes the same resource")
        return Outcome.REFUSED

    def _put(self, entry: Entry, place: Place, *, number: int) -> None:
        body = _body(entry, place, number=number, recorded_at=self._now)
        self.versions[place.patient_id, place.resource_id] = Version(
            owner=entry.owner,
            resource_id=place.resource_id,
            number=number,
            body=body,
            resource=parse_body(body),
        )


def _compare(entry: Entry, place: Place, former: found.Stored) -> Outcome:
    body = _body(entry, place, number=former.version, recorded_at=former.recorded_at)
    if body == former.body or (not former.deleted and same_content(body, former.body)):
        return Outcome.UNCHANGED
    if not entry.updates:
        return Outcome.KEPT
    if entry.if_match and entry.if_match != f'W/"{former.version}"':
        entry.refuse(f"If-Match is {entry.if_match}, and here is version {former.version}")
        return Outcome.REFUSED
    return Outcome.UPDATED


def _body(entry: Entry, place: Place, *, number: int, recorded_at: datetime) -> str:
    meta = Meta(version_id=str(number), last_updated=recorded_at)
    return splice(entry.text, id=place.id, meta=meta, references=entry.links)
