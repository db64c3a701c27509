"""Taking a signed paper away: the line of the log before the file."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.audit.drafts import Act, Origin
from medkarta.consents import queries
from medkarta.consents.actions.ending import NoSuchConsentError
from medkarta.consents.queries import ConsentView
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients import queries as patients
from medkarta.patients.actions import NotOwnRightError, check_may_sign
from medkarta.patients.log import log_act


@transaction.atomic(durable=True)
def take_paper(
    *, person_id: PersonId, consent_id: UUID, by: AccountId, origin: Origin, now: datetime
) -> ConsentView:
    """One of the person's own consents, for the PDF; the line is committed when this returns.

    Raises `NotOwnRightError`, `NoSuchConsentError`.
    """
    person = patients.person(person_id)
    if person is None:
        raise NotOwnRightError
    check_may_sign(person=person, by=by, now=now)
    found = queries.consent(person_id, consent_id)
    if found is None:
        raise NoSuchConsentError
    text = found.text
    act = Act(
        action="take-consent",
        purpose="own",
        ground="own",
        detail=f"{text.kind.value}.{text.version}.{text.language}",
    )
    log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    return found
