"""Bundles taken together: what becomes of each is decided on values, then all is written at once.

However many there are, the statements are as many as for one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from medkarta.fhir.json_text import BadJsonError, JsonObject, read_resource
from medkarta.fhir.search.compartment import (
    NOMINATED,
    patient_references,
    things_named,
    way_of,
)
from medkarta.foundation.ids import PatientId
from medkarta.record.intake.entries import Entry, Place, Verb, our_place
from medkarta.record.intake.found import Store
from medkarta.record.intake.identity import Settlement
from medkarta.record.intake.keepers import Keeper
from medkarta.record.intake.linking import link
from medkarta.record.intake.locks import lock_names, lock_patients
from medkarta.record.intake.naming import Names, parted
from medkarta.record.intake.outcomes import Decisions, refuse_stale
from medkarta.record.intake.several import find_parts, hold_parts
from medkarta.record.stored import parse_body
from medkarta.record.submissions import RefusedError


@dataclass(eq=False, kw_only=True)
class Party:
    """One bundle with what it needs to be decided of. `strict`: no resource stands in it twice."""

    entries: Sequence[Entry]
    names: Names
    keeper: Keeper
    strict: bool = False
    decisions: Decisions = field(init=False)

    @property
    def refused(self) -> list[Entry]:
        """Entries that are not taken."""
        return [entry for entry in self.entries if entry.refusal]


def settle(parties: Sequence[Party], store: Store, *, now: datetime) -> None:
    """Decide of every entry what becomes of it. Within the transaction that will write it."""
    entries = [one for party in parties for one in party.entries if one.refusal is None]
    lock_names(name for entry in entries for name in entry.contended_names())
    _read_beforehand(parties, store)
    for party in parties:
        Settlement(party.entries, names=party.names, store=store, keeper=party.keeper).settle()
        if party.strict:
            _refuse_doubles(party)
    settled = [entry for entry in entries if entry.place and entry.refusal is None]
    find_parts(settled, store)
    places = [place for entry in settled for place in (entry.place, *entry.parts) if place]
    _lock(places, store)
    store.fetch(places, bodies=True)
    hold_parts(settled, store)
    patched = [entry for entry in settled if entry.verb is Verb.PATCH]
    for entry in patched:
        _patch(entry, store)
    if patched:
        _read_beforehand(parties, store)
    store.ask(question for party in parties for question in party.names.questions_of_patients())
    for party in parties:
        link(party.entries, party.names, store)
        party.decisions = Decisions(store, shared=party.keeper.shared, now=now)
        party.decisions.decide(party.entries)


def _lock(places: Sequence[Place], store: Store) -> None:
    """What is only added to a patient's record keeps nobody waiting who only adds as well."""
    written, added = (
        [one.patient_id or one.resource_id for one in places if store.made(one) is new]
        for new in (False, True)
    )
    lock_patients(written, adding=added)


def _read_beforehand(parties: Iterable[Party], store: Store) -> None:
    """Whatever the entries name, in one statement of each kind."""
    store.look_up(name for party in parties for name in party.names.outside())
    store.ask(question for party in parties for question in party.names.questions())
    store.fetch_with_parts(place for party in parties for place in party.names.places())


def _refuse_doubles(party: Party) -> None:
    """https://hl7.org/fhir/R4/http.html#trules: no two entries are of one resource."""
    named: defaultdict[Place, list[Entry]] = defaultdict(list)
    for entry in party.entries:
        if entry.place:
            named[entry.place].append(entry)
    for place, entries in named.items():
        if len(entries) > 1:
            first, second, *_ = (entry.index for entry in entries)
            words = f"entries {first}, {second} and perhaps more are of one {place.resource_type}"
            for entry in entries:
                entry.refuse(words, status=400, code="duplicate")


def _patch(entry: Entry, store: Store) -> None:
    """https://hl7.org/fhir/R4/http.html#patch: as an update by what the patch makes of the text."""
    former = store.stored(entry.place) if entry.place else None
    if entry.place is None or entry.patched is None:
        entry.refuse("the PATCH has no patch", status=400, code="required")
        return
    if former is None or refuse_stale(entry, former):
        return
    before = store.body(entry.place)
    try:
        resource = read_resource(entry.patched(before))
    except RefusedError as error:
        entry.refuse_as(error.refusal)
        return
    except BadJsonError as error:
        entry.refuse(f"the patch makes no resource of it: {error}")
        return
    if resource.id != entry.place.id:
        entry.refuse("a patch does not change the id", expression=f"{entry.resource_type}.id")
    entry.read(resource, {})
    former_resource = parse_body(before)
    lost = _led_to(former_resource) - _led_to(entry.resource)
    if not entry.refusal and (lost or _owners(entry.resource) != _owners(former_resource)):
        entry.refuse("a patch does not change whose it is", expression=_owner_of(entry))


def _owner_of(entry: Entry) -> str:
    """Where a resource of its type says whose it is."""
    nominated = NOMINATED.get(entry.resource_type)
    return f"{entry.resource_type}.{nominated}" if nominated else entry.resource_type


def _owners(resource: JsonObject) -> set[str | None]:
    """What says whose it is."""
    named = map(parted, patient_references(resource))
    return {way_of(resource), *(whole for whole, _ in named)}


def _led_to(resource: JsonObject) -> set[PatientId | UUID]:
    """Whose what it is about is, or the wholes that it is about, where its type says it so."""
    pairs = (parted(one)[0].partition("/")[::2] for one in things_named(resource))
    places = [place for kind, text in pairs if (place := our_place((kind, text)))]
    return {one.patient_id or one.resource_id for one in places if one.patient_id or one.is_whole}
