"""One way to ESIA and back, kept in the browser's own session on our side.

What comes back counts only in the session that began it, once, and within ten minutes: a link from
somebody else signs nobody in and links nothing (login CSRF).
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from medkarta.accounts.esia.client import Visitor
from medkarta.accounts.esia.configuration import Configuration
from medkarta.accounts.esia.protocol import Question, authorization_address, new_question
from medkarta.foundation.ids import AccountId
from medkarta.foundation.sealing import NotSealedHereError

LASTS: Final = timedelta(minutes=10)
# Long enough to sign up, prove an address and set a second factor up.
OFFER_LASTS: Final = timedelta(minutes=30)
_FLOW: Final = "esia_flow"
_OFFER: Final = "esia_offer"


class Purpose(StrEnum):
    """Why somebody goes to ESIA."""

    SIGN_IN = "sign-in"
    CONFIRM = "confirm"


class StaleFlowError(Exception):
    """Another browser's, used before, forged, or too late."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """What this browser set out for; `account_id` is who was signed in then."""

    question: Question
    purpose: Purpose
    account_id: AccountId | None
    started_at: datetime


def start(
    session: SessionBase, ours: Configuration, *, account_id: AccountId | None, now: datetime
) -> str:
    """Note the flow and answer the address to go to. Signed in, one goes to confirm oneself."""
    question = new_question()
    purpose = Purpose.SIGN_IN if account_id is None else Purpose.CONFIRM
    session[_FLOW] = {
        "state": question.state,
        "verifier": question.verifier,
        "purpose": purpose.value,
        "account_id": str(account_id or ""),
        "started_at": now.isoformat(),
    }
    return authorization_address(ours, question, now)


def finish(
    session: SessionBase, *, state: str, account_id: AccountId | None, now: datetime
) -> Flow:
    """The flow that comes back; it ends here, whatever follows. Raises `StaleFlowError`."""
    kept = session.get(_FLOW)
    # A forged answer does not end the flow that is really under way.
    if not kept or not state or kept["state"] != state:
        raise StaleFlowError("state")
    del session[_FLOW]
    # Saved at once: a second request with the same state must not find it.
    session.save()
    started_at = datetime.fromisoformat(kept["started_at"])
    if not started_at <= now < started_at + LASTS:
        raise StaleFlowError("late")
    if kept["account_id"] != str(account_id or ""):
        raise StaleFlowError("account")
    return Flow(
        question=Question(state=kept["state"], verifier=kept["verifier"]),
        purpose=Purpose(kept["purpose"]),
        account_id=AccountId(UUID(kept["account_id"])) if kept["account_id"] else None,
        started_at=started_at,
    )


def keep_offer(session: SessionBase, visitor: Visitor, now: datetime) -> None:
    """Keep whom ESIA vouched for until the person agrees; sealed, as sessions lie in a table."""
    said = {**asdict(visitor), "birth_date": visitor.birth_date.isoformat(), "at": now.isoformat()}
    session[_OFFER] = settings.SEALER.seal(json.dumps(said), about=_OFFER)


def has_offer(session: SessionBase) -> bool:
    """Whether something waits; `offer` says whether it still counts."""
    return _OFFER in session


def offer(session: SessionBase, now: datetime) -> Visitor | None:
    """Who waits for the person's yes; None after half an hour."""
    sealed = session.get(_OFFER)
    if not sealed:
        return None
    try:
        said = json.loads(settings.SEALER.open(sealed, about=_OFFER))
    except NotSealedHereError:
        return None
    at = datetime.fromisoformat(said.pop("at"))
    if not at <= now < at + OFFER_LASTS:
        return None
    return Visitor(**{**said, "birth_date": date.fromisoformat(said["birth_date"])})


def forget_offer(session: SessionBase) -> None:
    """It was taken, refused, or is too old."""
    session.pop(_OFFER, None)
