"""Profiles, tags and security labels in use: https://hl7.org/fhir/R4/resource-operation-meta.html."""

from typing import Final, NamedTuple

from medkarta.access.grants import Grant
from medkarta.foundation.ids import ClinicId
from medkarta.record.granted import Source, branches_of, readable_by
from medkarta.record.pieces import Sql
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


async def shared_in_use(
    connection: Connection, clinic_id: ClinicId | None, resource_type: str
) -> list[InUse]:
    """The same of a type without patients, for a reader of this clinic; needs no Grant."""
    statement = _readable(clinic_id, resource_type, _IN_USE) + " UNION ALL "
    statement += _readable(clinic_id, resource_type, _PROFILES) + _IN_ORDER
    cursor = await connection.execute(statement.text, statement.values)
    return [InUse(*row) for row in await cursor.fetchall()]


def _readable(clinic_id: ClinicId | None, resource_type: str, select: str) -> Sql:
    whole = Sql(select.format(prefix="shared_"), (resource_type,))
    there = " AND resource_id IN (SELECT resource_id FROM shared_resource WHERE NOT deleted AND "
    return whole + there + readable_by(clinic_id) + ")"


def _granted(grant: Grant, resource_type: str, select: str) -> Sql:
    where = [Sql("resource_type = %s", (resource_type,))]
    opened = branches_of(grant, Source(columns="patient_id, resource_id"), None, where)
    whole = Sql(select.format(prefix=""), (resource_type,))
    return whole + " AND (patient_id, resource_id) IN (" + opened + ")"
