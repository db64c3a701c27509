"""Take an entry out of what clinics keep for themselves: its record is destroyed.

From a Group, a list, its name goes, and from a whole what is this one's of those who share it.
Whatever else names it or something of its record goes whole.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from medkarta.fhir.content import same_content
from medkarta.fhir.search.compartment import OF_SEVERAL
from medkarta.fhir.splice import Meta, splice
from medkarta.fhir.trees import TreeObject, read_resource_tree, write_tree
from medkarta.foundation.ids import PatientId, encode_uuid
from medkarta.foundation.statements import rows
from medkarta.record.rows import TABLES
from medkarta.record.rules.parts import NotPartedError, is_anybodys, without
from medkarta.record.rules.sharing import CLINICS_OWN
from medkarta.record.stored import parse_body
from medkarta.record.writing import Version, write

_NAMING: Final = "resource_type = ANY(%s::text[]) AND position(%s IN body) > 0"
_FOUND: Final = (
    f"SELECT resource_id FROM shared_resource WHERE NOT deleted AND {_NAMING}"  # noqa: S608
    f" UNION SELECT resource_id FROM shared_resource_version WHERE {_NAMING}"
    " UNION SELECT resource_id FROM resource_part WHERE patient_id = %s"
)
_LEFT: Final = (
    "SELECT resource_id, custodian_id, version, body FROM shared_resource"
    " WHERE NOT deleted AND resource_id = ANY(%s::uuid[]) AND (resource_type = ANY(%s::text[])"
    " OR (resource_type = 'Group' AND position(%s IN body) > 0))"
)
# What names the entry all the same, and wholes that nobody shares any more.
_GOING: Final = (
    "SELECT resource_id FROM shared_resource AS kept"
    " WHERE resource_id = ANY(%s::uuid[]) AND resource_type <> 'Group'"
    " AND (deleted OR position(%s IN body) > 0 OR (resource_type = ANY(%s::text[]) AND NOT EXISTS"
    " (SELECT FROM resource_part WHERE resource_part.resource_id = kept.resource_id)))"
)
# Of a whole all that was: free text told of all who shared it.
_FORMER: Final = (
    "DELETE FROM shared_resource_version WHERE resource_id = ANY(%s::uuid[])"
    " AND (resource_type = ANY(%s::text[]) OR position(%s IN body) > 0)"
)
_TABLES: Final = (
    *(f"shared_{one}" for one in ("resource", "resource_version", *TABLES)),
    "resource_part",
)
_WHOLES: Final = sorted(OF_SEVERAL)


def kept_naming(*, patient_id: PatientId) -> list[UUID]:
    """What clinics keep for themselves and of which a version names the entry, or what is its.

    Wholes too of which it has, or had, a part.

    By their texts: index rows tell of no former version, of no extension and no narrative. 40,000
    versions of Persons and 450 of Groups with 2,000 members, some 100 MB, take 0.3 s.
    """
    asked = [sorted(CLINICS_OWN | OF_SEVERAL), _sign(patient_id)]
    found = rows(connection, _FOUND, [*asked, *asked, patient_id])
    return [resource_id for (resource_id,) in found]


def forget(*, patient_id: PatientId, kept: Collection[UUID], now: datetime) -> Counter[str]:
    """Destroy what of these names the entry; how many rows of each table.

    A Group or a whole has a next version without it; one that names it all the same, or is about
    nobody else, is deleted. Former versions that name it go, whatever is there now, and of wholes
    all. Called within a transaction that has locked these resources, when the entry's parts are
    gone.
    """
    sign, ids = _sign(patient_id), list(kept)
    _leave(patient_id, ids, now)
    going = [resource_id for (resource_id,) in rows(connection, _GOING, [ids, sign, _WHOLES])]
    gone = Counter({table: _delete(table, going) for table in _TABLES})
    gone["client_id"] = _delete("client_id", going, " AND patient_id IS NULL")
    with connection.cursor() as cursor:
        cursor.execute(_FORMER, [ids, _WHOLES, sign])
        gone["shared_resource_version"] += int(cursor.rowcount)
    return gone


def _delete(table: str, ids: list[UUID], where: str = "") -> int:
    with connection.cursor() as cursor:
        statement = f"DELETE FROM {table} WHERE resource_id = ANY(%s::uuid[]){where}"  # noqa: S608
        cursor.execute(statement, [ids])
        return int(cursor.rowcount)


def _leave(patient_id: PatientId, ids: list[UUID], now: datetime) -> None:
    versions = []
    for resource_id, custodian_id, version, text in rows(
        connection, _LEFT, [ids, _WHOLES, _sign(patient_id)]
    ):
        body = _without(text, patient_id, Meta(version_id=str(version + 1), last_updated=now))
        if body and same_content(body, text):
            continue
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


def _without(text: str, patient_id: PatientId, meta: Meta) -> str:
    """The Group or the whole without that one; '' where nobody else is left, or it is named yet."""
    tree = read_resource_tree(text)
    if tree["resourceType"] == "Group":
        left, somebodys = _without_member(tree, _sign(patient_id)), True
    else:
        left = _whole_without(tree, patient_id)
        somebodys = is_anybodys(left)
    written = write_tree(left)
    if _sign(patient_id) in written or not somebodys:
        return ""
    return splice(written, id=tree["id"], meta=meta, references={})


def _whole_without(whole: TreeObject, patient_id: PatientId) -> TreeObject:
    try:
        return without(whole, patient_id)
    except NotPartedError:  # about that one it was not, when it came
        return whole


def _without_member(group: TreeObject, sign: str) -> TreeObject:
    members = [one for one in group.get("member", []) if sign not in write_tree(one)]
    others = {name: one for name, one in group.items() if name != "member"}
    return {**others, "member": members} if members else others


def _sign(patient_id: PatientId) -> str:
    """How the logical ids of all that is a patient's begin."""
    return f"{encode_uuid(patient_id)}-"
