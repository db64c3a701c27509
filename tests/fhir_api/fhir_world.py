"""Two citizens at two clinics and an entry that is nobody's; each text has its owner's canary."""

import json
from datetime import UTC, datetime
from secrets import token_hex

import citizens
from citizens import clinic, confirm_link, consenting, entry, request_link

from medkarta.foundation.ids import ResourceId, encode_uuid, logical_id, new_uuid, parse_logical_id
from medkarta.record.actions.store import put
from medkarta.record.writing import Owner

RECORDED = datetime(2026, 11, 20, 12, tzinfo=UTC)
LABORATORY = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "laboratory",
        }
    ]
}


class Held:
    """A clinic's entry of somebody, with a resource of a few types."""

    def __init__(self, clinic_id, patient_id):
        self.owner = Owner(patient_id=patient_id, custodian_id=clinic_id)
        self.patient_id = patient_id
        self.clinic_id = clinic_id
        self.canary = "canary" + token_hex(8)
        self.patient = logical_id(patient_id, ResourceId(patient_id))
        self.put({"resourceType": "Patient", "name": [{"family": self.canary}]}, patient_id)
        self.observation = self.put(
            {
                "resourceType": "Observation",
                "status": "final",
                "category": [LABORATORY],
                "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
                "subject": {"reference": f"Patient/{self.patient}"},
                "effectiveDateTime": "2025-03-04T09:00:00+03:00",
                "valueQuantity": {"value": 140.0, "unit": "g/L"},
                "note": [{"text": self.canary}],
            }
        )
        self.condition = self.put(
            {
                "resourceType": "Condition",
                "code": {"text": self.canary},
                "subject": {"reference": f"Patient/{self.patient}"},
            }
        )

    def put(self, resource, resource_id=None, *, now=RECORDED):
        """Store it; its logical id."""
        resource_id = resource_id or new_uuid()
        put(owner=self.owner, resource_id=resource_id, text=json.dumps(resource), now=now)
        return logical_id(self.patient_id, ResourceId(resource_id))

    def change(self, name, resource, *, now=RECORDED):
        """A next version of what has this logical id."""
        self.put(resource, parse_logical_id(name)[1], now=now)


class World:
    """`anna` is at clinics `x` and `y`, `boris` at `x`; `stranger` is an entry of `x` alone."""

    def __init__(self):
        self.operator = citizens.operator()
        self.x, self.y = clinic("Клиника X"), clinic("Клиника Y")
        self.anna, self.boris = (consenting(number, by=self.operator) for number in (1, 2))
        self.anna_at_x = Held(self.x, entry(self.anna, clinic_id=self.x))
        self.anna_at_y = Held(self.y, entry(self.anna, clinic_id=self.y))
        self.boris_at_x = Held(self.x, entry(self.boris, clinic_id=self.x))
        for citizen, held in (
            (self.anna, (self.anna_at_x, self.anna_at_y)),
            (self.boris, (self.boris_at_x,)),
        ):
            citizen.patient_ids = [one.patient_id for one in held]
            confirm_link(citizen, request_link(citizen), citizen.patient_ids)
        self.stranger = Held(self.x, entry(citizens.Citizen(number=9), clinic_id=self.x))
        self.organization = encode_uuid(self.x)
        put(
            owner=None,
            resource_id=self.x,
            text=json.dumps({"resourceType": "Organization", "name": "Клиника X"}),
            now=RECORDED,
        )
