"""Profiles, tags and security labels in use: https://hl7.org/fhir/R4/resource-operation-meta.html."""

from typing import Final, NamedTuple

from medkarta.access.grants import Grant
from medkarta.record.granted import Source, Sql, branches_of
from medkarta.record.reading import Connection

_IN_USE: Final = (
    "SELECT DISTINCT param, system, code FROM {prefix}index_token"
    " WHERE resource_type = %s AND param IN ('_security', '_tag')"
)
_PROFILES: Final = (
    "SELECT DISTINCT param, '', exact FROM {prefix}index_text"
    " WHERE resource_type = %s AND param = '_profile'"
)
_IN_ORDER: Final = " ORDER BY 1, 2, 3 LIMIT 1000"


class InUse(NamedTuple):
    """`param` is `_profile`, `_security` or `_tag`; a profile's canonical URL is the `code`."""

    param: str
    system: str
    code: str


async def in_use(connection: Connection, grant: Grant, resource_type: str) -> list[InUse]:
    """What stands in the meta of the resources of a type that the Grant opens."""
    statement = _granted(grant, resource_type, _IN_USE)
    statement += " UNION ALL "
    statement += _granted(grant, resource_type, _PROFILES) + _IN_ORDER
    cursor = await connection.execute(statement.text, statement.values)
    return [InUse(*row) for row in await cursor.fetchall()]


async def shared_in_use(connection: Connection, resource_type: str) -> list[InUse]:
    """The same of a type without patients; needs no Grant."""
    text = f"{_IN_USE} UNION ALL {_PROFILES}".format(prefix="shared_") + _IN_ORDER
    cursor = await connection.execute(text, (resource_type, resource_type))
    return [InUse(*row) for row in await cursor.fetchall()]


def _granted(grant: Grant, resource_type: str, select: str) -> Sql:
    where = [Sql("resource_type = %s", (resource_type,))]
    opened = branches_of(grant, Source(columns="patient_id, resource_id"), None, where)
    whole = Sql(select.format(prefix=""), (resource_type,))
    return whole + " AND (patient_id, resource_id) IN (" + opened + ")"
