"""Value sets that stand here as shared resources, by their canonical address."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from medkarta.fhir.code_systems import Coded
from medkarta.fhir.value_sets import UnexpandableError, codes_of
from medkarta.foundation.ids import ClinicId
from medkarta.record.granted import NOTHING, Sql
from medkarta.record.reading import Connection
from medkarta.record.rows import INDEX_CHARS
from medkarta.record.search.sides import Reach, of_type
from medkarta.record.stored import parse_body

_KIND: Final = "ValueSet"
_LARGEST: Final = 2_000_000  # bytes; ten thousand codes with their names are about one million
_BODY: Final = f"CASE WHEN octet_length(body) <= {_LARGEST} THEN body END AS body"
_OF_URL: Final = Sql(
    "resource_id IN (SELECT resource_id FROM shared_index_text WHERE resource_type = 'ValueSet'"
    " AND param = 'url' AND value = w.url)"
)
_OF_VERSION: Final = Sql(
    "(w.version = '' OR resource_id IN (SELECT resource_id FROM shared_index_token"
    " WHERE resource_type = 'ValueSet' AND param = 'version' AND code = w.version))"
)


class Canonical(NamedTuple):
    """https://hl7.org/fhir/R4/references.html#canonical. `version` empty: any."""

    url: str
    version: str


async def codes_by(
    connection: Connection, clinic_id: ClinicId | None, wished: Collection[Canonical]
) -> dict[Canonical, frozenset[Coded]]:
    """The codes of those that are here for a reader of this clinic.

    Of several that bear one address the reader's own clinic's is meant, else an imported one, else
    that which was recorded last. Raises `UnexpandableError`: one of them cannot be told.
    """
    few = [one for one in wished if all(len(part) <= INDEX_CHARS for part in one)]
    statement = _statement(clinic_id, few)
    cursor = await connection.execute(statement.text, statement.values)
    return await asyncio.to_thread(_told, await cursor.fetchall())


def _statement(clinic_id: ClinicId | None, wished: Collection[Canonical]) -> Sql:
    """Rows of url, version, and the body or (too long) NULL."""
    values = ([one.url for one in wished], [one.version for one in wished])
    side = Reach(None, frozenset({_KIND}), clinic_id).nobodys()
    first = Sql("custodian_id = %s::uuid", (clinic_id,)) if clinic_id else NOTHING
    whole = Sql("SELECT w.*, found.body FROM unnest(%s::text[], %s::text[])", values)
    whole += " AS w (url, version) CROSS JOIN LATERAL ("
    whole += side.resources(_BODY, [of_type(_KIND), _OF_URL, _OF_VERSION])
    whole += Sql(" ORDER BY (") + first
    whole += ") IS TRUE DESC, custodian_id IS NULL DESC, recorded_at DESC, resource_id"
    return whole + " LIMIT 1) AS found"


def _told(rows: Iterable[tuple[str, str, str | None]]) -> dict[Canonical, frozenset[Coded]]:
    return {Canonical(url, version): _codes(body) for url, version, body in rows}


def _codes(body: str | None) -> frozenset[Coded]:
    if body is None:
        raise UnexpandableError(f"it is longer than {_LARGEST} bytes")
    return codes_of(parse_body(body))
