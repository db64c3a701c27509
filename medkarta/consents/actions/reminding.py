"""Letters about consents that end or whose text changed, to those who agreed to letters."""

from datetime import datetime, timedelta

from django.db import transaction

from medkarta.accounts import queries as accounts
from medkarta.consents import letters, queries
from medkarta.consents.letters import Reminder
from medkarta.consents.models import Consent
from medkarta.consents.queries import ConsentView
from medkarta.consents.rules import MOSCOW, Kind, State, day_at, renew_by
from medkarta.foundation.ids import PersonId
from medkarta.notifications.actions import send
from medkarta.patients import queries as patients
from medkarta.patients.actions import hold_person

AHEAD = timedelta(days=7)
_A_MOMENT = timedelta(microseconds=1)


def remind_all(*, now: datetime) -> int:
    """Remind everybody who agreed; how many they are. Repeatable: one matter, one letter."""
    agreed = Consent.objects.filter(kind=Kind.LETTERS.value, withdrawn_at=None)
    people = list(agreed.values_list("person_id", flat=True))
    for person_id in people:
        remind(person_id=PersonId(person_id), now=now)
    return len(people)


@transaction.atomic
def remind(*, person_id: PersonId, now: datetime) -> None:
    """Write this person's letters down, unless they took the consent to letters back meanwhile.

    Asked here and not only when the list was made: between the two lies a withdrawal's time.
    """
    hold_person(person_id=person_id)
    if queries.in_force(person_id, Kind.LETTERS, at=now) is None:
        return
    account_id = patients.account_of(person_id)
    account = accounts.account(account_id) if account_id else None
    if account is None or not account.active:
        return
    for view in queries.history(person_id):
        reminder = _about(person_id, view, account, now)
        if reminder is not None:
            send(
                key=reminder.key,
                address=account.email,
                subject=reminder.subject,
                body=reminder.body,
                now=now,
            )


def _about(
    person_id: PersonId, view: ConsentView, account: accounts.AccountView, now: datetime
) -> Reminder | None:
    state = view.state(now)
    day = renew_by(view.kind)
    if state is State.TO_RENEW and day is not None:
        what = f"{view.kind.value}:{day}"
        return letters.text_changed(person_id, what, f"{day:%d.%m.%Y}", account)
    ends = view.active_to
    if view.kind is not Kind.ACCESS or not state.holds or ends is None or ends > now + AHEAD:
        return None
    last = day_at(ends - _A_MOMENT, view.zone or MOSCOW)
    return letters.access_ends(person_id, str(view.consent_id), f"{last:%d.%m.%Y}", account)
