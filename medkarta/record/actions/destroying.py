"""Destroy what was copied here of a person who withdrew the consent to the processing."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Actor, Origin, draft_of
from medkarta.consents import queries as consents
from medkarta.consents.queries import Withdrawal
from medkarta.foundation.ids import PatientId, new_uuid
from medkarta.foundation.statements import rows
from medkarta.patients import queries as patients
from medkarta.patients.actions import hold_person
from medkarta.patients.actions.entries import forget_identifiers
from medkarta.record.actions.forgetting import forget, kept_naming
from medkarta.record.destructions import KEPT
from medkarta.record.intake.locks import lock_patients
from medkarta.record.models import DestructionAct
from medkarta.record.rows import TABLES

# Everything of a patient's; the log, the consents and the acts themselves are not here.
_TABLES: Final = (
    *("resource", "resource_version", *TABLES),
    *("client_id", "resource_part", "resource_tally"),
)
SYSTEM: Final = Actor(account_id=None, name="Медкарта", role="system")
BY_ITSELF: Final = Origin(app="worker", request_id="", address=None, device="")

# A line a version, in one order; its digest shows later what was destroyed without keeping it.
_DIGEST: Final = """
SELECT encode(
  sha256(convert_to(coalesce(string_agg(line, E'\n' ORDER BY line), ''), 'UTF8')), 'hex'
)
FROM (
  SELECT concat_ws(' ', resource_type, resource_id, version,
                   encode(sha256(convert_to(body, 'UTF8')), 'hex')) COLLATE "C" AS line
  FROM (
    SELECT resource_type, resource_id, version, body FROM resource WHERE patient_id = %s
    UNION ALL
    SELECT resource_type, resource_id, version, body FROM resource_version WHERE patient_id = %s
  ) AS stored
) AS lines
"""
_KINDS: Final = """
SELECT resource_type, count(*) FROM (
  SELECT resource_type FROM resource WHERE patient_id = %s
  UNION ALL SELECT resource_type FROM resource_version WHERE patient_id = %s
) AS stored GROUP BY resource_type ORDER BY resource_type
"""


class SomethingLeftError(RuntimeError):
    """Rows were there after all had been destroyed: nothing counts, the next run tries anew."""


def destroy_due(*, now: datetime) -> int:
    """Destroy whatever is due; how many acts were written. Repeatable, and goes on after a kill.

    One entry of a clinic's, one transaction: what was done stays done, the rest is as it was.
    """
    acts = 0
    for withdrawal in consents.withdrawn_by(now - KEPT):
        since = withdrawal.withdrawn_at
        for patient_id in patients.entries_linked_since(withdrawal.person_id, since):
            acts += destroy(patient_id=patient_id, withdrawal=withdrawal, now=now)
    return acts


@transaction.atomic(durable=True)
def destroy(*, patient_id: PatientId, withdrawal: Withdrawal, now: datetime) -> bool:
    """Destroy this entry's rows, with the act and the line of the log; whether there were any.

    Asks once more under the person's lock: who signed again meanwhile keeps the record, and an
    entry that is another person's now is not touched. Raises `SomethingLeftError`.
    """
    hold_person(person_id=withdrawal.person_id)
    if not _still_due(patient_id, withdrawal, now):
        return False
    kept = kept_naming(patient_id=patient_id)
    lock_patients([patient_id, *kept])
    kinds: dict[str, int] = dict(rows(connection, _KINDS, [patient_id, patient_id]))
    ((digest,),) = rows(connection, _DIGEST, [patient_id, patient_id])
    destroyed = Counter({table: _delete(table, patient_id) for table in _TABLES})
    destroyed["clinic_identifier"] = forget_identifiers(patient_ids=[patient_id])
    if kept:
        destroyed.update(forget(patient_id=patient_id, kept=kept, now=now))
    if not any(destroyed.values()):
        return False
    left = sum(_count(table, patient_id) for table in _TABLES)
    left += len(kept_naming(patient_id=patient_id))
    if left:
        raise SomethingLeftError
    (entry,) = patients.entries([patient_id])
    DestructionAct.objects.create(
        patient_id=patient_id,
        act_id=new_uuid(),
        person_id=withdrawal.person_id,
        consent_id=withdrawal.consent_id,
        withdrawn_at=withdrawal.withdrawn_at,
        destroyed_at=now,
        clinic=entry.clinic_name,
        kinds=kinds,
        rows=destroyed,
        digest=digest,
        left=left,
    )
    _log(patient_id, withdrawal, destroyed, now)
    return True


def _still_due(patient_id: PatientId, withdrawal: Withdrawal, now: datetime) -> bool:
    if consents.withdrawal_of(withdrawal.person_id) != withdrawal:
        return False
    theirs = patients.entries_linked_since(withdrawal.person_id, withdrawal.withdrawn_at)
    return withdrawal.withdrawn_at + KEPT <= now and patient_id in theirs


def _log(
    patient_id: PatientId, withdrawal: Withdrawal, rows: Mapping[str, int], now: datetime
) -> None:
    act = Act(
        action="destroy-record",
        purpose="law",
        ground="withdrawn",
        detail=f"resources {rows['resource']}, versions {rows['resource_version']}",
        patient_ids=(patient_id,),
    )
    append(
        entry=draft_of(act, person_id=withdrawal.person_id, actor=SYSTEM, origin=BY_ITSELF, now=now)
    )


def _delete(table: str, patient_id: PatientId) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE patient_id = %s", [patient_id])  # noqa: S608
        return int(cursor.rowcount)


def _count(table: str, patient_id: PatientId) -> int:
    statement = f"SELECT count(*) FROM {table} WHERE patient_id = %s"  # noqa: S608  # ours
    ((count,),) = rows(connection, statement, [patient_id])
    return int(count)
