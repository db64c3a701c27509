"""What becomes of each entry, beside what the store already has."""

from collections.abc import Iterable
from datetime import datetime

from medkarta.fhir.content import same_content
from medkarta.fhir.preconditions import why_stale
from medkarta.fhir.splice import Meta, splice
from medkarta.foundation.ids import ClinicId
from medkarta.record.intake.entries import Entry, Key, Place, Verb
from medkarta.record.intake.found import Store, Stored
from medkarta.record.intake.identity import OTHER_CONTENT
from medkarta.record.intake.report import Outcome
from medkarta.record.intake.several import versions_of_parts
from medkarta.record.rules.labels import dropped_labels
from medkarta.record.stored import parse_body
from medkarta.record.writing import Version


class Decisions:
    """The outcome of every entry of a bundle, and the versions to be written."""

    def __init__(self, store: Store, *, shared: ClinicId | None, now: datetime) -> None:
        self.outcomes: dict[Entry, Outcome] = {}
        self.versions: dict[Key, Version] = {}
        self.new_parts: list[Place] = []
        self._store = store
        self._shared = shared
        self._now = now

    def decide(self, entries: Iterable[Entry]) -> None:
        """Decide of each that is settled and not refused, in their order."""
        for entry in entries:
            if entry.place and not entry.refusal:
                outcome = self._decide(entry, entry.place)
                if outcome is not Outcome.REFUSED:
                    self.outcomes[entry] = outcome

    def body_of(self, place: Place) -> str:
        """The text that is at a place when all is written."""
        version = self.versions.get(place.key)
        return version.body if version else self._store.body(place)

    def _decide(self, entry: Entry, place: Place) -> Outcome:
        former = self._store.stored(place)
        if place.key in self.versions:
            return self._decide_again(entry, place, self.versions[place.key])
        if former is None:
            outcome = self._unmet(entry) or Outcome.CREATED
        elif entry.verb is Verb.DELETE:
            outcome = Outcome.UNCHANGED if former.deleted else Outcome.UPDATED
            if refuse_stale(entry, former):
                outcome = Outcome.REFUSED
        elif entry.key:
            outcome = self._compare_creations(entry, place)
        else:
            outcome = self._compare(entry, place, former)
        if outcome in {Outcome.CREATED, Outcome.UPDATED}:
            self._put(entry, place, former)
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

    def _unmet(self, entry: Entry) -> Outcome | None:
        """An If-Match where nothing is, or where something else is of which this grows."""
        before = self._store.stored(entry.grown_from) if entry.grown_from else None
        if before is not None:
            return Outcome.REFUSED if refuse_stale(entry, before) else None
        if entry.if_match is None:
            return None
        words = f"If-Match is {entry.if_match}, and nothing is here"
        entry.refuse(words, status=412, code="conflict")
        return Outcome.REFUSED

    def _compare_creations(self, entry: Entry, place: Place) -> Outcome:
        """The same key came before; what was created then is to be the same."""
        body = _body(entry, place, number=1, recorded_at=self._now)
        first = self._store.first(place)
        if first and same_content(body, first.body or ""):
            return Outcome.UNCHANGED
        entry.refuse(OTHER_CONTENT)
        return Outcome.REFUSED

    def _compare(self, entry: Entry, place: Place, former: Stored) -> Outcome:
        before = self._store.body(place)
        body = _body(
            entry, place, number=former.version, recorded_at=former.recorded_at, before=before
        )
        same = body == before or (not former.deleted and same_content(body, before))
        if not entry.updates:
            return Outcome.UNCHANGED if same else Outcome.KEPT
        if refuse_stale(entry, former, repeated=same):
            return Outcome.REFUSED
        return Outcome.UNCHANGED if same else Outcome.UPDATED

    def _put(self, entry: Entry, place: Place, former: Stored | None) -> None:
        number = former.version + 1 if former else 1
        body, resource = "", None
        if entry.verb is not Verb.DELETE:
            before = self._store.body(place) if former else ""
            body = _body(entry, place, number=number, recorded_at=self._now, before=before)
            # Of id and meta nothing is indexed but what the sender itself wrote.
            same = not before and all(one == other for one, other in entry.links.items())
            resource = entry.resource if same else parse_body(body)
        self.versions[place.key] = Version(
            owner=entry.owner,
            custodian_id=(former and former.custodian_id) or entry.keeper or self._shared,
            resource_id=place.resource_id,
            number=number,
            body=body,
            resource=resource,
        )
        if place.is_whole:
            self._put_parts(entry, place, body, known=former is not None)

    def _put_parts(self, entry: Entry, place: Place, body: str, *, known: bool) -> None:
        for part, version in versions_of_parts(entry, body, self._store, self._now):
            self.versions[part.key] = version
        before = self._store.parts(place) if known else frozenset()
        self.new_parts += [one for one in entry.parts if one.patient_id not in before]


def refuse_stale(entry: Entry, former: Stored, *, repeated: bool = False) -> bool:
    """Refuse an entry whose If-Match or If-None-Match does not fit what is here; whether it does.

    https://hl7.org/fhir/R4/http.html#concurrency. `repeated` says that the content is that of the
    present version.
    """
    if former.deleted and (entry.if_match is not None or entry.verb is Verb.PATCH):
        entry.refuse(f"there is no {entry.name}", status=404, code="not-found")
    elif words := why_stale(
        former.version,
        if_match=entry.if_match,
        if_none_match=entry.if_none_match if entry.updates and not former.deleted else None,
        repeated=repeated,
    ):
        entry.refuse(words, status=412, code="conflict")
    return entry.refusal is not None


def _body(
    entry: Entry, place: Place, *, number: int, recorded_at: datetime, before: str = ""
) -> str:
    labels = dropped_labels(before, entry.resource)
    meta = Meta(version_id=str(number), last_updated=recorded_at, labels=labels)
    return splice(entry.text, id=place.id, meta=meta, references=entry.links)
