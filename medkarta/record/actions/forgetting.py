"""Take an entry out of the Groups that name it: its record is destroyed, and its name with it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from medkarta.fhir.splice import Meta, splice
from medkarta.fhir.trees import TreeObject, read_resource_tree, write_tree
from medkarta.foundation.ids import PatientId, ResourceId, logical_id
from medkarta.foundation.statements import rows
from medkarta.record.stored import parse_body
from medkarta.record.writing import Version, write

_NAMING: Final = "resource_type = 'Group' AND position(%s IN body) > 0"
_PRESENT: Final = (
    "SELECT resource_id, custodian_id, version, body FROM shared_resource"  # noqa: S608
    f" WHERE NOT deleted AND resource_id = ANY(%s::uuid[]) AND {_NAMING}"
)
_GROUPS: Final = (
    f"SELECT resource_id FROM shared_resource WHERE NOT deleted AND {_NAMING}"  # noqa: S608
    f" UNION SELECT resource_id FROM shared_resource_version WHERE {_NAMING}"
)
_FORGET: Final = (
    f"DELETE FROM shared_resource_version WHERE resource_id = ANY(%s::uuid[]) AND {_NAMING}"  # noqa: S608
)


def groups_naming(*, patient_id: PatientId) -> list[UUID]:
    """Groups of which a version names the entry."""
    name = _name(patient_id)
    return [resource_id for (resource_id,) in rows(connection, _GROUPS, [name, name])]


def forget_member(*, patient_id: PatientId, groups: Collection[UUID], now: datetime) -> int:
    """Next versions without the entry; those that name it are deleted. How many these were.

    Called within a transaction that has locked these Groups. One that names the entry elsewhere
    than among its members is deleted.
    """
    name, ids = _name(patient_id), list(groups)
    versions = []
    for resource_id, custodian_id, version, text in rows(connection, _PRESENT, [ids, name]):
        body = _without(text, name, Meta(version_id=str(version + 1), last_updated=now))
        versions.append(
            Version(
                owner=None,
                custodian_id=custodian_id,
                resource_id=resource_id,
                number=version + 1,
                body=body,
                resource=parse_body(body) if body else None,
            )
        )
    write(versions, now=now)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [ids, name])
        return int(cursor.rowcount)


def _without(text: str, name: str, meta: Meta) -> str:
    """The Group without those members; '' where it names the entry all the same."""
    group: TreeObject = read_resource_tree(text)
    members = [one for one in group.pop("member", []) if name not in write_tree(one)]
    if members:
        group["member"] = members
    left = write_tree(group)
    return "" if name in left else splice(left, id=group["id"], meta=meta, references={})


def _name(patient_id: PatientId) -> str:
    return logical_id(patient_id, ResourceId(patient_id))
