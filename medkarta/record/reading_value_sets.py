"""Value sets and code systems that stand here as shared resources, by their canonical address."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeVar

from django.db import connection

from medkarta.access.api.asking import Opened
from medkarta.access.grants import Everything
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.hierarchies import branch_of, is_loaded
from medkarta.fhir.search.sought import BadSearchError, Query
from medkarta.fhir.value_sets.content import Content, UnexpandableError
from medkarta.fhir.value_sets.searched import wished_in
from medkarta.fhir.value_sets.systems import Systems
from medkarta.fhir.value_sets.telling import (
    Canonical,
    Teller,
    implied_by,
    named_in,
    systems_in,
)
from medkarta.foundation.ids import ClinicId
from medkarta.record.pieces import Sql
from medkarta.record.rows import INDEX_CHARS
from medkarta.record.search.sides import Reach, of_type
from medkarta.record.stored import parse_body

VALUE_SET: Final = "ValueSet"
CODE_SYSTEM: Final = "CodeSystem"
_LARGEST: Final = 2_000_000  # bytes; ten thousand codes with their names are about one million
_LARGEST_TOGETHER: Final = 5_000_000  # of all that is read for one search
_MOST_NAMED: Final = 10  # by one search
_MOST: Final = 30  # read for one search, with those that they are made of
_DEEPEST: Final = 5  # of those
_OF_URL: Final = (
    "resource_id IN (SELECT resource_id FROM shared_index_text WHERE resource_type = %s"
    " AND param = 'url' AND value = w.url)"
)
_OF_VERSION: Final = (
    "(w.version = '' OR resource_id IN (SELECT resource_id FROM shared_index_token"
    " WHERE resource_type = %s AND param = 'version' AND code = w.version))"
)
Found = TypeVar("Found")


def contents_for(opened: Opened, queries: Iterable[Query]) -> dict[Canonical, Content]:
    """What is in the value sets that searches name and that are here for this caller.

    Raises `BadSearchError`: one of them cannot be told, or they are too many. Where the caller's
    scopes do not open them whole, none is here.
    """
    wished = {address: name for query in queries for address, name in wished_in(query).items()}
    if not wished:
        return {}
    first = next(iter(wished.values()))
    if len(wished) > _MOST_NAMED:
        words = f"more than {_MOST_NAMED} value sets and branches of one search are none of R4's"
        raise BadSearchError(first, words)
    try:
        return _contents(opened, wished)
    except UnexpandableError as error:
        raise BadSearchError(first, f"a value set cannot be searched by: {error}") from error


def _opens(opened: Opened, kind: str) -> bool:
    """Whole: a scope that is narrowed opens not all of them."""
    types = opened.types
    return (isinstance(types, Everything) or kind in types) and kind not in opened.narrowed


def _contents(opened: Opened, wished: Iterable[Canonical]) -> dict[Canonical, Content]:
    """What is in each that is here for this caller.

    Of several that bear one address the reader's own clinic's is meant, else an imported one, of
    each the last that was recorded; else those of other clinics, where the same is in all of them.
    So it is with code systems. Raises `UnexpandableError`: one of them cannot be told.
    """
    known: dict[Canonical, list[JsonObject]] = {}
    shelf = _Shelf(opened)
    wanted = set(wished)
    for _ in range(_DEEPEST):
        if not wanted or len(known) + len(wanted) > _MOST:
            break
        found = _value_sets(shelf, wanted)
        known |= found
        wanted = set(_all_of(found, named_in)) - known.keys()
    systems = islice(dict.fromkeys(_all_of(known, systems_in)), _MOST_NAMED)
    kept = shelf.standing(CODE_SYSTEM, [Canonical(one, "") for one in systems])
    teller = Teller(known, Systems({one.url: few for one, few in kept.items()}))
    return {one: teller.content(one) for one in wished if known.get(one) and _is_here(one, kept)}


def _is_here(address: Canonical, kept: Mapping[Canonical, Sequence[JsonObject]]) -> bool:
    """Whether the system is, where an address means a branch of one."""
    branch = branch_of(address.url)
    return branch is None or is_loaded(branch[0]) or bool(kept.get(Canonical(branch[0], "")))


def _all_of(
    known: Mapping[Canonical, Iterable[JsonObject]], each: Callable[[JsonObject], Iterable[Found]]
) -> Iterator[Found]:
    """What each value set has of something, one after another."""
    return (found for few in known.values() for one in few for found in each(one))


def _value_sets(shelf: "_Shelf", wished: Iterable[Canonical]) -> dict[Canonical, list[JsonObject]]:
    """Those that are meant by each address, which may say by itself what is in it."""
    implied = {one: found for one in wished if (found := implied_by(one))}
    stored = shelf.standing(VALUE_SET, {*wished} - implied.keys())
    return stored | {one: [found] for one, found in implied.items()}


class _Shelf:
    """What stands here for this caller, read for one search."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._read = 0

    def standing(self, kind: str, wished: Iterable[Canonical]) -> dict[Canonical, list[JsonObject]]:
        """Those that are meant by each address; of most addresses there is one. Raises as above."""
        found: dict[Canonical, list[JsonObject]] = {one: [] for one in wished}
        few = [one for one in found if all(len(part) <= INDEX_CHARS for part in one)]
        if not few or not _opens(self._opened, kind):
            return found
        statement = _statement(self._opened.caller.clinic_id, kind, few)
        with connection.cursor() as cursor:
            cursor.execute(statement.text, statement.values)
            for url, version, body in cursor:
                if body is None:
                    raise UnexpandableError(f"it is longer than {_LARGEST} bytes")
                self._read += len(body)
                if self._read > _LARGEST_TOGETHER:
                    words = f"with what it is made of it is longer than {_LARGEST_TOGETHER} bytes"
                    raise UnexpandableError(words)
                found[Canonical(url, version)].append(parse_body(body))
        return found


def _statement(clinic_id: ClinicId | None, kind: str, wished: Collection[Canonical]) -> Sql:
    """Rows of url, version, and the body or (too long, all together) NULL."""
    values = ([one.url for one in wished], [one.version for one in wished])
    side = Reach(None, frozenset({kind}), clinic_id).nobodys()
    whole = Sql("SELECT w.*, found.body FROM unnest(%s::text[], %s::text[])", values)
    whole += " AS w (url, version) CROSS JOIN LATERAL (SELECT CASE WHEN sum(octet_length(body))"
    whole += f" OVER (PARTITION BY far) <= {_LARGEST} THEN body END AS body FROM (SELECT body,"
    whole += " CASE WHEN custodian_id IS NULL THEN 1"
    if clinic_id is not None:
        whole += Sql(" WHEN custodian_id = %s::uuid THEN 0", (clinic_id,))
    whole += " ELSE 2 END AS far FROM ("
    of_each = [of_type(kind), Sql(_OF_URL, (kind,)), Sql(_OF_VERSION, (kind,))]
    whole += side.resources("DISTINCT ON (custodian_id) custodian_id, body", of_each)
    whole += " ORDER BY custodian_id, recorded_at DESC, resource_id) AS of_each) AS ranked"
    return whole + " ORDER BY far FETCH FIRST 1 ROWS WITH TIES) AS found"
