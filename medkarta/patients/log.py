"""The line that an act on a person leaves in their log."""

from dataclasses import replace
from datetime import datetime

from medkarta.accounts.queries import actor
from medkarta.audit.actions import append
from medkarta.audit.drafts import Act, Draft, Origin, draft_of
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.models import Person

_OWN = "own"
_REPRESENTING = "representing"


def log_act(act: Act, *, person_id: PersonId, by: AccountId, origin: Origin, now: datetime) -> int:
    """Append the line in the caller's transaction and answer its number.

    What a representative does in a person's place is called so, whatever the act calls its own.
    """
    draft = draft_of(act, person_id=person_id, actor=actor(by), origin=origin, now=now)
    if act.purpose == _OWN and not _is_own(person_id, by):
        draft = _on_behalf(draft, person_id)
    return append(entry=draft)


def _on_behalf(draft: Draft, person_id: PersonId) -> Draft:
    ground = _REPRESENTING if draft.ground == _OWN else draft.ground
    return replace(draft, purpose=_REPRESENTING, ground=ground, on_behalf_of=person_id)


def _is_own(person_id: PersonId, by: AccountId) -> bool:
    return Person.objects.filter(pk=person_id, account_id=by).exists()
