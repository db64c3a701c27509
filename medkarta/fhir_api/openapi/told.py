"""What the tables of routes do not say of an interaction: what it takes, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from medkarta.fhir_api.interactions import (
    bundle,
    compartment,
    create,
    delete,
    history,
    patch,
    read,
    search,
    subscriptions_history,
    subscriptions_search,
    update,
    vread,
)
from medkarta.fhir_api.interactions import subscriptions as own
from medkarta.fhir_api.openapi.parameters import SEARCH
from medkarta.fhir_api.operations import (
    events,
    everything,
    export,
    export_asked,
    export_offered,
    lastn,
    match,
    meta,
    stats,
    summary,
    validate,
)
from medkarta.fhir_api.requests import OF_THE_ANSWER
from medkarta.fhir_api.routes import Interaction


class Content(StrEnum):
    """A body, by the name of its component."""

    RESOURCE = "Resource"
    BUNDLE = "Bundle"
    PARAMETERS = "Parameters"
    OUTCOME = "OperationOutcome"
    PATCH = "Patch"
    FORM = "Form"
    MANIFEST = "Manifest"
    LINES = "Lines"
    EVENTS = "Events"
    NOTHING = "Nothing"
    MAYBE = "Maybe"  # a resource, or nothing where that was preferred


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """`answers` by status; `refuses` beside what any request may be answered."""

    answers: Mapping[int, Content]
    refuses: frozenset[int] = frozenset()
    takes: Content | None = None
    queries: frozenset[str] = OF_THE_ANSWER
    headers: tuple[str, ...] = ()


# 405 is of methods that are not described.
ALWAYS_REFUSED: Final = frozenset({400, 401, 403, 404, 406, 414, 500, 503})
WITH_BODY_REFUSED: Final = frozenset({408, 413, 415})
_FORMAT: Final = frozenset({"_format", "_pretty"})
_CONFLICTS: Final = frozenset({409, 412, 422})
_SEARCHED: Final = {200: Content.BUNDLE}
_VERSIONED: Final = {200: Content.RESOURCE, 304: Content.NOTHING}
_STORED: Final = {200: Content.MAYBE, 201: Content.MAYBE}
_DELETED: Final = {200: Content.MAYBE, 204: Content.NOTHING}
_KNOWN: Final = ("If-None-Match", "If-Modified-Since")
_WRITES: Final = ("If-Match", "Prefer")


def _search(takes: Content | None = None) -> Told:
    queries = frozenset({SEARCH})
    return Told(answers=_SEARCHED, queries=queries, takes=takes, headers=("Prefer",))


def _history(known: frozenset[str]) -> Told:
    return Told(answers=_SEARCHED, queries=known)


def _written(
    answers: Mapping[int, Content],
    takes: Content | None,
    *headers: str,
    queries: frozenset[str] = OF_THE_ANSWER,
) -> Told:
    return Told(
        answers=answers,
        refuses=_CONFLICTS,
        takes=takes,
        queries=queries,
        headers=(*_WRITES, *headers),
    )


def _operation(
    answer: Content, known: frozenset[str] = frozenset(), takes: Content | None = Content.PARAMETERS
) -> Told:
    return Told(
        answers={200: answer},
        refuses=frozenset({413, 422}),
        takes=takes,
        queries=(known - {"resource"}) | OF_THE_ANSWER,
    )


_CONDITION: Final = frozenset({SEARCH})
_KICKED_OFF: Final = Told(
    answers={202: Content.NOTHING},
    refuses=frozenset({413, 422, 429}),
    takes=Content.PARAMETERS,
    queries=_FORMAT | (export_asked.KNOWN - {"patient"}),
    headers=("Prefer",),
)
_OWN_CONDITION: Final = OF_THE_ANSWER.union(subscriptions_search.PARAMETERS)
_OWN_SEARCHED: Final = Told(
    answers=_SEARCHED,
    queries=frozenset(subscriptions_search.KNOWN),
    headers=("Prefer",),
)
TOLD: Final[Mapping[Interaction, Told]] = {
    bundle.process: Told(
        answers={200: Content.BUNDLE},
        refuses=_CONFLICTS,
        takes=Content.BUNDLE,
        headers=("Idempotency-Key", "Prefer"),
    ),
    search.search: _search(),
    search.search_by_form: _search(Content.FORM),
    compartment.search_compartment: Told(answers=_SEARCHED, queries=compartment.KNOWN),
    read.read: Told(answers=_VERSIONED, headers=_KNOWN),
    vread.vread: Told(answers={200: Content.RESOURCE}, refuses=frozenset({410})),
    history.history: _history(history.KNOWN),
    history.type_history: _history(history.KNOWN_OF_TYPE),
    create.create: _written(_STORED, Content.RESOURCE, "If-None-Exist", "Idempotency-Key"),
    update.update: _written(_STORED, Content.RESOURCE, "If-None-Match"),
    update.conditional_update: _written(
        _STORED, Content.RESOURCE, "If-None-Match", queries=_CONDITION
    ),
    patch.patch: _written({200: Content.MAYBE}, Content.PATCH),
    patch.conditional_patch: _written({200: Content.MAYBE}, Content.PATCH, queries=_CONDITION),
    delete.delete: _written(_DELETED, None),
    delete.conditional_delete: _written(_DELETED, None, queries=_CONDITION),
    own.create_subscription: _written(
        _STORED, Content.RESOURCE, "If-None-Exist", "Idempotency-Key"
    ),
    subscriptions_search.search_own: _OWN_SEARCHED,
    subscriptions_search.search_own_by_form: replace(_OWN_SEARCHED, takes=Content.FORM),
    own.read_own: Told(answers=_VERSIONED, headers=_KNOWN),
    subscriptions_history.vread_own: Told(answers={200: Content.RESOURCE}),
    subscriptions_history.history_of_own: _history(history.KNOWN),
    subscriptions_history.history_of_all_own: _history(history.KNOWN),
    own.update_subscription: _written({200: Content.MAYBE}, Content.RESOURCE, "If-None-Match"),
    own.patch_subscription: _written({200: Content.MAYBE}, Content.PATCH),
    own.delete_subscription: _written(_DELETED, None),
    own.conditional_update_of_own: _written(
        _STORED, Content.RESOURCE, "If-None-Match", queries=_OWN_CONDITION
    ),
    own.conditional_patch_of_own: _written(
        {200: Content.MAYBE}, Content.PATCH, queries=_OWN_CONDITION
    ),
    own.conditional_delete_of_own: _written(_DELETED, None, queries=_OWN_CONDITION),
    events.events: Told(answers={200: Content.EVENTS}, refuses=frozenset({429})),
    everything.everything: _operation(Content.BUNDLE, everything.KNOWN),
    summary.summary: _operation(Content.BUNDLE),
    summary.summary_of_all: _operation(Content.BUNDLE, summary.KNOWN),
    match.match: _operation(Content.BUNDLE, match.KNOWN),
    lastn.lastn: _operation(Content.BUNDLE, frozenset({"max", SEARCH})),
    stats.stats: _operation(Content.PARAMETERS, stats.KNOWN),
    validate.validate: _operation(Content.OUTCOME, validate.KNOWN),
    meta.meta_of_type: _operation(Content.PARAMETERS, meta.KNOWN, takes=None),
    meta.meta_of_resource: _operation(Content.PARAMETERS, takes=None),
    export.patient_export: _KICKED_OFF,
    export.group_export: _KICKED_OFF,
    export_offered.status: Told(answers={200: Content.MANIFEST, 202: Content.NOTHING}),
    export_offered.cancel: Told(answers={202: Content.NOTHING}),
    export_offered.download: Told(
        answers={200: Content.LINES, 206: Content.LINES},
        refuses=frozenset({416}),
        headers=("Range", "If-Range"),
    ),
}
# Of an interaction that nothing more is told of.
USUAL: Final = Told(answers={200: Content.RESOURCE})
