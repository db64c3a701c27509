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


def those_that_meet(views: Iterable[View], query: Query) -> list[View]:
    """The matches, in the order that is wished."""
    by_id = {encode_uuid(one.id): one for one in views}
    found = (_at_hand(one) for one in by_id.values())
    matches = [one for one in found if all(meets(one, each) for each in query.criteria)]
    return [by_id[one.id] for one in in_order(matches, query.controls.sort)]


def _at_hand(view: View) -> AtHand:
    resource = orjson.loads(written(view))
    return at_hand(resource, id=encode_uuid(view.id), recorded_at=view.updated_at)
