"""In the transaction of each write: who is to be told."""

from datetime import datetime

from django.db import connection

from medkarta.foundation.ids import PatientId
from medkarta.foundation.statements import rows
from medkarta.subscriptions import queue

# In one order, so that two writers cannot wait for each other.
_NOTE = """
WITH k AS MATERIALIZED (
  SELECT patient_id, subscription_id, %s::timestamptz AS at FROM subscription_listener
  WHERE patient_id = ANY(%b::uuid[]) ORDER BY patient_id, subscription_id FOR UPDATE)
UPDATE subscription_listener AS listener
SET pending_since = least(pending_since, k.at), changes = changes + 1, changed_at = k.at
FROM k WHERE listener.patient_id = k.patient_id AND listener.subscription_id = k.subscription_id
RETURNING listener.patient_id, listener.subscription_id
"""


class SubscriptionsFollowRecords:
    """See `RecordFollower`."""

    def records_changed(self, patient_ids: frozenset[PatientId], *, now: datetime) -> None:
        """Note it for those who wait for these records; for most nobody does."""
        for patient_id, subscription_id in rows(connection, _NOTE, [now, sorted(patient_ids)]):
            queue.deliver_soon(patient_id, subscription_id)
