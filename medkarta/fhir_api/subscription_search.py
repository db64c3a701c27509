"""What a search of one's own subscriptions asks, and which of them meet it.

https://hl7.org/fhir/R4/subscription.html#search. An owner has few: they are looked at one by one.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import orjson

from medkarta.fhir.search.criteria import criteria_of
from medkarta.fhir.search.matching import AtHand, at_hand, in_order, meets
from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir.search.query import read_query
from medkarta.fhir.search.query_controls import CONTROLS
from medkarta.fhir.search.query_text import pairs, shown, without
from medkarta.fhir.search.sought import BadSearchError, Query, SoughtValueSet
from medkarta.fhir_api.subscription_text import written
from medkarta.foundation.ids import encode_uuid
from medkarta.subscriptions.owners import View

# A subscription refers to nothing, and nothing is brought along with it.
WHAT_COMES_BACK: Final = CONTROLS - {"_include", "_revinclude"}
_TYPE: Final = "Subscription"


def read_own_query(text: str, *, base: str) -> Query:
    """Read the search; what is not known of a subscription is told in `unknown`.

    Raises `BadSearchError`.
    """
    known = parameters_of(_TYPE).keys() | WHAT_COMES_BACK
    names = dict.fromkeys(shown(name) for name, _ in pairs(text))
    unknown = tuple(name for name in names if name.partition(":")[0] not in known)
    query = read_query(_TYPE, without(text, unknown), base=base)
    for _, one in criteria_of(query):
        if any(isinstance(value, SoughtValueSet) for value in one.values):
            raise BadSearchError(one.param.code, "no value set but R4's own is looked into here")
    return replace(query, unknown=unknown)


def read_own_condition(text: str, *, base: str) -> Query:
    """Read a condition, which has parameters of the resource alone. Raises `BadSearchError`."""
    text = text.removeprefix("?")
    known = parameters_of(_TYPE)
    for name, _ in pairs(text):
        if name.partition(":")[0] not in known:
            words = f"it is no part of a condition: one has {', '.join(sorted(known))}"
            raise BadSearchError(shown(name), words)
    query = read_own_query(text, base=base)
    if not query.criteria:
        raise BadSearchError("query", "the condition asks nothing")
    return query


def those_that_meet(views: Iterable[View], query: Query) -> list[View]:
    """The matches, in the order that is wished."""
    by_id = {encode_uuid(one.id): one for one in views if meets_all(query, one)}
    ordered = in_order(map(_at_hand, by_id.values()), query.controls.sort)
    return [by_id[one.id] for one in ordered]


def meets_all(query: Query, view: View) -> bool:
    """Whether the subscription meets all that is asked."""
    found = _at_hand(view)
    return all(meets(found, one) for one in query.criteria)


def _at_hand(view: View) -> AtHand:
    resource = orjson.loads(written(view))
    return at_hand(resource, id=encode_uuid(view.id), recorded_at=view.updated_at)
