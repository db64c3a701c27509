"""References of entries, resolved to the ids that the store gives; a refusal takes others along."""

from collections import defaultdict
from collections.abc import Iterable

from medkarta.record.intake.entries import Entry, Place
from medkarta.record.intake.naming import Names, UnresolvedError


def link(entries: Iterable[Entry], names: Names) -> None:
    """Resolve what each entry refers to. Who refers to a refused entry is refused as well."""
    dependents: defaultdict[Entry, list[Entry]] = defaultdict(list)
    waiting = list(entries)
    for entry in waiting:
        if entry.refusal is None:
            _link(entry, names, dependents)
    refused = [entry for entry in waiting if entry.refusal]
    while refused:
        cause = refused.pop()
        for entry in dependents[cause]:
            if entry.refusal is None:
                entry.refuse(f"it refers to entry {cause.index}, which was refused")
                refused.append(entry)


def _link(entry: Entry, names: Names, dependents: defaultdict[Entry, list[Entry]]) -> None:
    for reference in entry.references:
        if reference in entry.links:
            continue
        try:
            meant = names.meaning(reference, of=entry)
        except UnresolvedError as error:
            entry.refuse(str(error))
            continue
        if isinstance(meant, Entry):
            dependents[meant].append(entry)
            meant = meant.place
        if meant is not None:
            _check_private(entry, meant)
            entry.links[reference] = meant.reference


def _check_private(entry: Entry, place: Place) -> None:
    if entry.owner is None and place.patient_id is not None:
        entry.refuse(f"a shared {entry.resource_type} must not refer to a patient's resource")
