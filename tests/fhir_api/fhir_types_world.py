"""The small world with a resource of every type for every owner, each with a canary of its own."""

import json
import re
from dataclasses import dataclass

import citizens
from django.db import transaction
from fhir_types import resource_of
from fhir_world import RECORDED, Held, World

from medkarta.consents import actions as consents
from medkarta.consents.rules import Kind
from medkarta.fhir.json_text import read_resource
from medkarta.fhir.search.compartment import BY_WAY, OWNED
from medkarta.fhir.search.index import index_values
from medkarta.fhir.search.values import Reference
from medkarta.foundation.ids import ResourceId, encode_uuid, logical_id, new_uuid
from medkarta.record.actions.store import put
from medkarta.record.actions.taking import take
from medkarta.record.rules.sharing import CLINICS_OWN, SHARED_TYPES
from medkarta.record.submissions import Kind as Kinds
from medkarta.record.submissions import Sender, SentEntry, Submission

OWNED_TYPES = sorted({*OWNED, "Patient"})
CANARY = re.compile(rb"cn(\w+?)-([A-Za-z]+)-")
KEPT = "kept_by_x"  # whose what clinic X keeps for itself is
# Everybody's resources refer to those of the person who stands here.
CROSSED = {"anna_x": "boris_x", "anna_y": "boris_x", "boris_x": "anna_x"} | dict.fromkeys(
    ("nobodys_x", "clara_x"), "anna_y"
)


# By which a resource of a type is somebody's that names no Patient.
_LEADING = {
    "DeviceMetric": "Device",
    "EnrollmentResponse": "EnrollmentRequest",
    "PaymentNotice": "Claim",
}
assert _LEADING.keys() == BY_WAY.keys()


def _of_several(kind, targets):
    """Whether a reference of the clinic's own may lead to a Patient, and leave it the clinic's."""
    return kind not in OWNED and (not targets or "Patient" in targets)


@dataclass(frozen=True)
class Made:
    """A resource: whose (`shared`: everybody's, `KEPT`: the clinic's), which type, which id."""

    owner: str
    kind: str
    id: str

    @property
    def name(self):
        return f"{self.kind}/{self.id}"


class TypesWorld:
    """`helds` by owner; `made` by (owner, type). Clara's consent to the processing is withdrawn."""

    def __init__(self, world: World):
        self.world = world
        self.clara = citizens.consenting(3, by=world.operator)
        clara_x = Held(world.x, citizens.entry(self.clara, clinic_id=world.x))
        citizens.confirm_link(self.clara, citizens.request_link(self.clara), [clara_x.patient_id])
        self.helds = {
            "anna_x": world.anna_at_x,
            "anna_y": world.anna_at_y,
            "boris_x": world.boris_at_x,
            "nobodys_x": world.stranger,
            "clara_x": clara_x,
        }
        self.ids = {(o, kind): new_uuid() for o in self.helds for kind in OWNED_TYPES}
        self.ids |= {("shared", kind): new_uuid() for kind in SHARED_TYPES}
        self.ids |= {(o, "Patient"): held.patient_id for o, held in self.helds.items()}
        self.made = {key: Made(*key, self._logical_id(*key)) for key in self.ids}
        self.params = {}  # type → the parameter that says whose it is, where there is one
        with transaction.atomic():
            for key in self.ids:
                self._put(*key)
        for kind in CLINICS_OWN:
            self._keep(kind)
        consents.withdraw(
            person_id=self.clara.person_id,
            kind=Kind.PROCESSING,
            by=self.clara.account_id,
            origin=citizens.ORIGIN,
            now=citizens.later(minutes=5),
        )

    def patient(self, owner):
        return self.made[owner, "Patient"].id

    def _logical_id(self, owner, kind):
        resource_id = self.ids[owner, kind]
        if owner == "shared":
            return encode_uuid(resource_id)
        return logical_id(self.helds[owner].patient_id, ResourceId(resource_id))

    def _whose(self, owner, kind):
        """The reference by which a type's resource is this owner's, where it has one."""
        if owner == "shared" or kind not in OWNED:
            return None
        return self.made[owner, _LEADING.get(kind, "Patient")].name

    def _put(self, owner, kind):
        whose = self._whose(owner, kind)
        resource = resource_of(
            kind,
            owner=whose,
            canary=f"cn{owner}-{kind}-",
            refer=self._leading_to(CROSSED.get(owner)),
        )
        put(
            owner=self.helds[owner].owner if owner != "shared" else None,
            resource_id=self.ids[owner, kind],
            text=json.dumps(resource),
            now=RECORDED,
        )
        for value in index_values(resource) if whose else ():
            if isinstance(value, Reference) and f"Patient/{value.target}" == whose:
                self.params.setdefault(kind, value.param)

    def _keep(self, kind):
        """Sent by clinic X's system, of Anna."""
        sender = Sender(
            client_uuid=new_uuid(), clinic_id=self.world.x, client_name="X", clinic_name="X"
        )
        text = json.dumps(self._of_clinic(kind, f"cn{KEPT}-{kind}-"))
        entry = SentEntry(method="POST", url=kind, resource=read_resource(text))
        one = Submission(sender=sender, kind=Kinds.SINGLE, entries=(entry,), origin=citizens.ORIGIN)
        (taken,) = take(submissions=[one], now=RECORDED)
        self.made[KEPT, kind] = Made(KEPT, kind, taken.answers[0].reference.partition("/")[2])

    def _of_clinic(self, kind, canary):
        anna = self.made["anna_x", "Patient"].name
        return resource_of(
            kind,
            owner=None,
            canary=canary,
            refer=lambda targets: anna if _of_several(kind, targets) else None,
        )

    def sent(self, owner, kind):
        """A resource as its keeper would send it: its references are this owner's."""
        if owner == KEPT:
            return self._of_clinic(kind, "sent") | {"id": self.made[owner, kind].id}
        made = resource_of(
            kind,
            owner=self._whose(owner, kind),
            canary="sent",
            refer=self._leading_to(owner if owner != "shared" else None),
        )
        return made | {"id": self.made[owner, kind].id}

    def _leading_to(self, other):
        """At this person where the types allow it, at what is nobody's where they do not."""

        def refer(targets):
            if other and (not targets or "Patient" in targets):
                return self.made[other, "Patient"].name
            of_other = sorted(kind for kind in targets if (other, kind) in self.made)
            shared = sorted(targets & SHARED_TYPES)
            if of_other:
                return self.made[other, of_other[0]].name
            return self.made["shared", shared[0]].name if shared else None

        return refer
