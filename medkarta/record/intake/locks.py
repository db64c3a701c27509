"""Who writes the same at once waits: advisory locks, held until the transaction ends."""

import zlib
from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from django.db import connection

from medkarta.foundation.statements import rows

# Two classes of advisory locks of this module's own. Names are locked first, then patients, each in
# one statement and one order, so that two transactions cannot wait for each other.
_NAMES: Final = 0x7265636E
_PATIENTS: Final = 0x7265636F
# Buckets, as a transaction of ten thousand must not fill PostgreSQL's lock table. There are more of
# the patients' ones: two who wait for nothing but a bucket wait in vain.
_NAME_BUCKETS: Final = 256
_PATIENT_BUCKETS: Final = 2_048
_LOCK: Final = """
SELECT count(CASE WHEN beside
  THEN pg_advisory_xact_lock_shared(%s::int, bucket)::text
  ELSE pg_advisory_xact_lock(%s::int, bucket)::text END)
FROM unnest(%b::int[], %b::bool[]) AS k (bucket, beside)
"""


def lock_names(names: Iterable[object]) -> None:
    """Keep others that settle the same names waiting; call once a transaction, before patients."""
    _lock(_NAMES, {zlib.crc32(str(name).encode()) % _NAME_BUCKETS for name in names})


def lock_patients(ids: Iterable[UUID], *, adding: Iterable[UUID] = ()) -> None:
    """Keep other writers of these patients waiting; call once a transaction.

    To those to whom one is only `adding` resources that nobody knows yet, others may add meanwhile.
    A shared resource counts as its own patient.
    """
    alone, added = (
        {zlib.crc32(one.bytes) % _PATIENT_BUCKETS for one in who} for who in (ids, adding)
    )
    _lock(_PATIENTS, alone, beside=added - alone)


def _lock(kind: int, alone: set[int], *, beside: Collection[int] = ()) -> None:
    if buckets := sorted(alone.union(beside)):
        rows(connection, _LOCK, [kind, kind, buckets, [one in beside for one in buckets]])
