"""What comes every minute: nothing that is to be told is forgotten."""

from datetime import datetime
from typing import Final

from medkarta.foundation.ids import PatientId, PersonId
from medkarta.patients import queries as patients
from medkarta.subscriptions import queue
from medkarta.subscriptions.actions.keeping import listen
from medkarta.subscriptions.models import Listener, Subscription
from medkarta.subscriptions.rules import State

_AT_ONCE: Final = 500


def tend_all(*, now: datetime) -> None:
    """Have told what failed or was cut off; apps wait for their person's present entries."""
    of_people = Subscription.objects.filter(
        person__isnull=False, target=None, state=State.ACTIVE.value
    )
    for subscription_id, person_id in of_people.values_list("id", "person_id"):
        if person_id is not None:
            linked = patients.linked_patient_ids(PersonId(person_id))
            listen(subscription_id=subscription_id, patient_ids=linked)
    pending = Listener.objects.filter(pending_since__isnull=False).order_by("pending_since")
    rows = list(pending.values_list("patient_id", "subscription_id")[:_AT_ONCE])
    found = Subscription.objects.in_bulk({subscription_id for _, subscription_id in rows})
    for patient_id, subscription_id in rows:
        subscription = found.get(subscription_id)
        if subscription is not None and subscription.is_due(now):
            queue.deliver_again(PatientId(patient_id), subscription_id)
