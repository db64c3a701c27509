"""What an id of ours in an address says: whose the resource is, and which."""

from dataclasses import dataclass

from medkarta.access.api.asking import Concern, Doing
from medkarta.fhir_api.api import Wish
from medkarta.foundation.ids import (
    MalformedIdError,
    PatientId,
    ResourceId,
    decode_uuid,
    parse_logical_id,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """`patient_id` None: a shared resource. No `resource_id`: nothing can have this name."""

    resource_type: str
    text: str
    patient_id: PatientId | None = None
    resource_id: ResourceId | None = None

    def wish(self, doing: Doing) -> Wish:
        """To do this to the resource: the log names it before it is looked at."""
        return Wish(
            doing=doing,
            types=frozenset({self.resource_type}),
            resources=(f"{self.resource_type}/{self.text}",),
            concern=Concern.NOBODY if self.patient_id is None else Concern.PERSON,
            target=self.patient_id,
        )


def named(resource_type: str, text: str) -> Named:
    """Read an id; what is no id of ours names nothing, and is asked about like any other."""
    try:
        if "-" not in text:
            return Named(
                resource_type=resource_type, text=text, resource_id=ResourceId(decode_uuid(text))
            )
        patient_id, resource_id = parse_logical_id(text)
    except MalformedIdError:
        return Named(resource_type=resource_type, text=text)
    return Named(
        resource_type=resource_type, text=text, patient_id=patient_id, resource_id=resource_id
    )
