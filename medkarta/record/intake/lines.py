"""The lines that what a clinic's system wrote leaves in people's logs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from medkarta.audit.actions import append_many
from medkarta.audit.drafts import Draft, Outcome
from medkarta.foundation.ids import PatientId, PersonId
from medkarta.patients.queries import persons_of_entries
from medkarta.record.intake.entries import Entry, Place
from medkarta.record.submissions import Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class Handled:
    """Entries that were taken of a submission, or of a part of it; each has a `number`."""

    number: int
    submission: Submission
    entries: Iterable[Entry]


def log(handled: Sequence[Handled], *, now: datetime) -> None:
    """One line a person and submission, of all that was written, or was found to be there already.

    An entry of a clinic's that is nobody's yet has a log of its own, under its own id.
    """
    named: defaultdict[tuple[int, PatientId], list[Place]] = defaultdict(list)
    submissions: dict[int, Submission] = {}
    for one in handled:
        submissions[one.number] = one.submission
        for entry in one.entries:
            for place in (entry.place, *entry.parts):
                if place and place.patient_id:
                    named[one.number, place.patient_id].append(place)
    persons = persons_of_entries({patient_id for _, patient_id in named}) if named else {}
    lines: defaultdict[tuple[int, PersonId], list[Place]] = defaultdict(list)
    for (number, patient_id), places in named.items():
        lines[number, persons.get(patient_id, PersonId(patient_id))] += places
    append_many(
        entries=[
            _draft(submissions[number], person_id, places, now)
            for (number, person_id), places in lines.items()
        ]
    )


def _draft(
    submission: Submission, person_id: PersonId, places: Sequence[Place], now: datetime
) -> Draft:
    sender, origin = submission.sender, submission.origin
    return Draft(
        person_id=person_id,
        at=now,
        actor_id=None,
        actor_name=sender.client_name,
        actor_role="clinic-system",
        organisation_id=sender.clinic_id,
        organisation_name=sender.clinic_name,
        app=origin.app,
        patient_ids=tuple(sorted({one.patient_id for one in places if one.patient_id})),
        action="write-record",
        resources=tuple(dict.fromkeys(one.reference for one in places)),
        purpose="treatment",
        ground="keeper",
        outcome=Outcome.DONE,
        address=origin.address,
        device=origin.device,
        request_id=origin.request_id,
    )
