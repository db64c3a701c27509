"""Resources as the record hands them out, for presenters; no database behind them."""

import json
from datetime import UTC, datetime
from uuid import UUID

from medkarta.access.grants import Section
from medkarta.foundation.ids import ClinicId, PatientId, ResourceId, logical_id, new_uuid
from medkarta.record.stored import StoredResource

CLINIC = ClinicId(UUID(int=7))
CLINICS = {CLINIC: "Городская поликлиника № 3"}
LOINC = "http://loinc.org"
HAEMOGLOBIN = "718-7"


def stored(body, *, section=Section.LABS, status="final", code=HAEMOGLOBIN):
    """A StoredResource around a JSON text (or what becomes one)."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    kind = json.loads(text).get("resourceType", "Observation")
    when = json.loads(text).get("effectiveDateTime", "2026-11-09T08:00:00+03:00")
    patient_id, resource_id = PatientId(UUID(int=1)), ResourceId(new_uuid())
    return StoredResource(
        patient_id=patient_id,
        resource_id=resource_id,
        logical_id=logical_id(patient_id, resource_id),
        resource_type=kind,
        section=section,
        version=1,
        recorded_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        date=datetime.fromisoformat(when).astimezone(UTC),
        status=status,
        code_system=LOINC,
        code=code,
        custodian_id=CLINIC,
        body=text,
    )


def observation(value="136", unit="g/L", *, low=None, high=None, mark=None, at=None, **more):
    """A laboratory's result; numbers are texts, so that their digits stay as written."""
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": HAEMOGLOBIN}]},
        "effectiveDateTime": at or "2026-11-09T08:00:00+03:00",
        **more,
    }
    if mark:
        resource["interpretation"] = [{"coding": [{"code": mark}]}]
    text = json.dumps(resource, ensure_ascii=False)[:-1]
    text += f', "valueQuantity": {{"value": {value}, "unit": "{unit}", "code": "{unit}"}}'
    limits = [
        f'"{side}": {{"value": {limit}, "code": "{unit}"}}'
        for side, limit in (("low", low), ("high", high))
        if limit
    ]
    if limits:
        text += f', "referenceRange": [{{{", ".join(limits)}}}]'
    return text + "}"
