"""Address and identity document of the subject, as article 9(4) of 152-ФЗ wants them named."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from medkarta.audit.drafts import Act, Origin
from medkarta.consents.models import ConsentDetails
from medkarta.consents.rules import masked_number, one_line
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.actions import check_may_sign, hold_person
from medkarta.patients.log import log_act


class DetailsIncompleteError(ValueError):
    """One of the three is empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What the person typed; of the number only its ends are kept."""

    address: str
    document_number: str
    document_issued: str


@transaction.atomic
def record_details(
    *, person_id: PersonId, details: Details, by: AccountId, origin: Origin, now: datetime
) -> None:
    """Keep what the next texts will name. The same again: nothing, and no line.

    What is signed already keeps the words that it was signed with. Raises `NotOwnRightError`,
    `DetailsIncompleteError`.
    """
    check_may_sign(person=hold_person(person_id=person_id), by=by, now=now)
    kept = {
        "address": one_line(details.address)[:300],
        "document_number": masked_number(one_line(details.document_number))[:40],
        "document_issued": one_line(details.document_issued)[:300],
    }
    if not all(kept.values()):
        raise DetailsIncompleteError
    if ConsentDetails.objects.filter(pk=person_id, **kept).exists():
        return
    ConsentDetails.objects.update_or_create(pk=person_id, defaults={**kept, "updated_at": now})
    act = Act(action="change-consent-details", purpose="own", ground="own")
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
