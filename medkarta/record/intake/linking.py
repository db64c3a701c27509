"""References of entries, resolved to the ids that the store gives; a refusal takes others along."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from medkarta.fhir.content import literal_references
from medkarta.foundation.ids import PatientId
from medkarta.record.intake.entries import Entry, Place
from medkarta.record.intake.found import Store
from medkarta.record.intake.naming import Meaning, Names, UnresolvedError, parted
from medkarta.record.intake.several import check_parts, sharers_of
from medkarta.record.rules.groups import named_in
from medkarta.record.rules.sharing import CLINICS_OWN
from medkarta.record.stored import parse_body

_URN: Final = re.compile(r"""urn:[^"'\\\s]+""")
_IN_REFERENCE: Final = ('"reference":"', '"reference": "')  # nearly all, and resolved already
# Elements of type uri and url by their names, and what a narrative leads to or shows, of
# https://hl7.org/fhir/R4/http.html#trules. In an oid or uuid our address would be no value.
_ADDRESS: Final = re.compile(
    r"""(?:"[a-z][A-Za-z]*(?:Uri|Url)"\s*:\s*"|(?:href|src)\s*=\s*(?:\\"|'))$"""
)
_LONGEST: Final = 80  # characters that stand before it


def link(entries: Iterable[Entry], names: Names, store: Store) -> None:
    """Resolve what each entry refers to. Who refers to a refused entry is refused as well.

    What the version before referred to may be gone by now: an update that says it again stays.
    """
    dependents: defaultdict[Entry, list[Entry]] = defaultdict(list)
    waiting = list(entries)
    for entry in waiting:
        if entry.refusal is None:
            _link(entry, names, store, dependents)
        if entry.refusal is None:
            _finish(entry, names, store)
    refused = [entry for entry in waiting if entry.refusal]
    while refused:
        cause = refused.pop()
        for entry in dependents[cause]:
            if entry.refusal is None:
                entry.refuse(f"it refers to entry {cause.index}, which was refused")
                refused.append(entry)


def _link(
    entry: Entry, names: Names, store: Store, dependents: defaultdict[Entry, list[Entry]]
) -> None:
    before: frozenset[str] | None = None
    for reference in entry.references:
        if reference in entry.links:
            continue
        try:
            meant = names.meaning(reference, of=entry)
            place = _place(entry, meant, store)
        except UnresolvedError as error:
            before = _said_before(entry, store) if before is None else before
            stored = _as_stored(entry, names, reference)
            if stored not in before:
                entry.refuse_as(error.refusal)
                return
            entry.links[reference] = stored
            continue
        if isinstance(meant, Entry):
            dependents[meant].append(entry)
        if place:
            _check_private(entry, place)
            # The versions of a part are others than those of the whole.
            version = parted(reference)[1] if _meant(meant) == place else ""
            entry.links[reference] = place.reference + version


def _place(entry: Entry, meant: Meaning | None, store: Store) -> Place | None:
    """Where what is meant stands; of a whole, for one who shares it, their part.

    Raises `UnresolvedError` where they have none.
    """
    place = _meant(meant)
    if place is None or not place.is_whole:
        return place
    shared = meant.sharers if isinstance(meant, Entry) else sharers_of(place, store)
    if not _patients(entry) <= {None, *(one.patient_id for one in shared)}:
        words = f"it refers to another patient's {place.resource_type}"
        raise UnresolvedError(words, code="processing")
    return place.part(entry.owner.patient_id) if entry.owner else place


def _meant(meant: Meaning | None) -> Place | None:
    return meant.place if isinstance(meant, Entry) else meant


def _as_stored(entry: Entry, names: Names, reference: str) -> str:
    """What stands in the version before where this was said, of which nothing is there any more."""
    kind, _, rest = parted(names.relative(reference))[0].partition("/")
    place = names.target(kind, rest, entry.keeper)
    if place and place.is_whole and entry.owner:
        return place.part(entry.owner.patient_id).reference
    return names.relative(reference)


def _finish(entry: Entry, names: Names, store: Store) -> None:
    """What else is asked of it, once its references are resolved."""
    if entry.resource_type == "Group":
        _check_members(entry)
    # A document's addresses are its own, as its references are.
    if entry.resource_type != "Bundle":
        _readdress(entry, names, store)
    if entry.sharers and entry.place and not entry.refusal:
        check_parts(entry, entry.place)


def _readdress(entry: Entry, names: Names, store: Store) -> None:
    """Addresses of this bundle's entries that stand elsewhere than in references."""
    text = entry.text

    def ours(found: re.Match[str]) -> str:
        start = found.start()
        if text.endswith(_IN_REFERENCE, 0, start):
            return found[0]
        meant = names.entry_of(found[0], of=entry)
        if not (meant and _ADDRESS.search(text, max(0, start - _LONGEST), start)):
            return found[0]
        place = _place(entry, meant, store)
        if place is None:
            return found[0]
        _check_private(entry, place)
        return place.reference

    try:
        readdressed = _URN.sub(ours, text)
    except UnresolvedError as error:
        entry.refuse_as(error.refusal)
        return
    if readdressed != text:
        entry.rewrite(readdressed)


def _check_members(entry: Entry) -> None:
    """Those that were resolved are Patients that the sender keeps: it sees no others."""
    for reference in named_in(entry.resource):
        if not entry.links.get(reference, reference).startswith("Patient/"):
            entry.refuse(f"its member {reference} is no Patient that its clinic keeps")
            return


def _said_before(entry: Entry, store: Store) -> frozenset[str]:
    body = store.body(entry.place) if entry.updates and entry.place else ""
    return literal_references(parse_body(body)) if body else frozenset()


def _check_private(entry: Entry, place: Place) -> None:
    """A record holds one person's: of others' a resource names at most the Patient.

    What a clinic keeps for itself names whatever is the clinic's.
    """
    if place.patient_id is None and not place.is_whole:
        return
    if entry.first is None and entry.resource_type in CLINICS_OWN:
        return
    if entry.first is None:
        entry.refuse(f"a shared {entry.resource_type} must not refer to a patient's resource")
    elif place.resource_type != "Patient" and place.patient_id not in _patients(entry):
        entry.refuse(f"it refers to another patient's {place.resource_type}")


def _patients(entry: Entry) -> set[PatientId | None]:
    """Whose it is; a whole is its clinic's too."""
    if entry.owner:
        return {entry.owner.patient_id}
    return {None, *(one.patient_id for one in entry.sharers)}
