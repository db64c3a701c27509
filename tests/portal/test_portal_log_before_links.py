"""«Кто смотрел»: what was done with an entry while it was linked to nobody stands there too."""

from datetime import UTC, datetime

from portal_people import words

from medkarta.accounts.queries import account_by_email
from medkarta.audit.actions import append
from medkarta.audit.drafts import Draft, Outcome
from medkarta.foundation.ids import PersonId, new_uuid
from medkarta.patients import queries as patients


def looked_at(entry_id):
    """A clinic's system opened an entry that was nobody's."""
    append(
        entry=Draft(
            person_id=PersonId(entry_id),
            at=datetime(2026, 11, 1, 9, tzinfo=UTC),
            actor_id=None,
            actor_name="Программа вымышленная",
            actor_role="clinic-system",
            organisation_name="Клиника вымышленная",
            app="Программа вымышленная",
            patient_ids=(entry_id,),
            action="open-record",
            detail="api",
            resources=("Observation/1",),
            purpose="treatment",
            ground="keeper",
            outcome=Outcome.GRANTED,
            address="192.0.2.7",
            device="",
            request_id="r1",
        )
    )


def test_lines_of_a_linked_entrys_own_log_are_shown_and_anothers_are_not(browse, people):
    client = browse("open")
    person = patients.person_of(account_by_email(people["open"].email).account_id)
    assert "До привязки карт" not in words(client.get("/control/log"))
    looked_at(new_uuid())
    assert "До привязки карт" not in words(client.get("/control/log"))
    looked_at(min(patients.linked_patient_ids(person.person_id)))
    page = words(client.get("/control/log"))
    for word in (
        "До привязки карт",
        "Программа вымышленная",
        "эту карту ведёт сама клиника",
        "через программу",
        "1 ноября 2026",
    ):
        assert word in page
