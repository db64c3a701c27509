"""A second factor given for one deed and no other: what a signature or a dangerous act asks for."""

from dataclasses import dataclass
from datetime import datetime

from medkarta.accounts.actions.codes import check_code
from medkarta.accounts.rules import CodeAnswer
from medkarta.foundation.ids import AccountId


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """What is proved: the act, and what exactly it is done to (a digest, an id)."""

    act: str
    subject: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What the person gave: a one-time or recovery code."""

    code: str


def check_proof(
    *,
    account_id: AccountId,
    deed: Deed,  # noqa: ARG001  # a code is bound to the form it is typed into
    proof: Proof,
    now: datetime,
) -> CodeAnswer:
    """Use the proof for this deed and say what it was worth, inside the caller's transaction.

    Not an error: a wrong code must stay counted, and a raised one would take the count back. The
    caller leaves its transaction in peace and raises `refusal(answer=…)` after it.
    """
    return check_code(account_id=account_id, code="".join(proof.code.split()), now=now)
