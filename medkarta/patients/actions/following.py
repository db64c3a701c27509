"""Links after a change of identity data: those that match the new data no longer come to an end."""

from datetime import datetime

from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId, PatientId, PersonId
from medkarta.patients.log import log_act
from medkarta.patients.messages import tell_of_ended_links
from medkarta.patients.models import Link, Person
from medkarta.patients.queries import data_of
from medkarta.patients.queries.candidates import judged_same
from medkarta.patients.rules import Match, matches


def end_foreign_links(*, person_id: PersonId, by: AccountId, origin: Origin, now: datetime) -> None:
    """End the links to entries of somebody else than whom the person has now proved to be.

    In the caller's transaction, before the record opens again. A line in the log and a letter.
    """
    person = data_of(Person.objects.get(pk=person_id))
    links = Link.objects.filter(person_id=person_id, unlinked_at=None).select_related("entry")
    judged = judged_same(person_id, person)
    foreign = [
        one
        for one in links
        if matches(person, data_of(one.entry)) is not Match.EXACT and one.entry_id not in judged
    ]
    if not foreign:
        return
    Link.objects.filter(pk__in=[one.pk for one in foreign]).update(unlinked_at=now)
    act = Act(
        action="end-link",
        purpose="identity-check",
        ground="data-changed",
        patient_ids=tuple(sorted(PatientId(one.entry_id) for one in foreign)),
    )
    number = log_act(act, person_id=person_id, by=by, origin=origin, now=now)
    tell_of_ended_links(person_id, number, now)
