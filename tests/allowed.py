"""A citizen who allowed an app, up to the code and the tokens, each step by the real action."""

import base64
import hashlib

import bearers
import citizens
from citizens import NOW, ORIGIN

from medkarta.clients import actions
from medkarta.clients.known import view
from medkarta.clients.rules import scopes
from medkarta.foundation.ids import new_uuid

BACK = "https://app.example/back"
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
ASKED = "launch/patient offline_access patient/Condition.rs patient/Observation.rs"


def app(**changes):
    given = {"redirect_uris": [BACK], "scopes": ASKED.split(), "now": NOW, **changes}
    return view(bearers.app(**given))


def allow(citizen, client, *, asked=ASKED, now=NOW, authorization_id=None, **changes):
    """The citizen's yes; answers the code."""
    approval = actions.Approval(
        **{
            "authorization_id": authorization_id or new_uuid(),
            "client_id": client.id,
            "granted": scopes.granted(scopes.read(asked), client.scopes, client.kind),
            "redirect_uri": BACK,
            "code_challenge": CHALLENGE,
            **changes,
        }
    )
    return actions.allow_app(
        approval=approval, account_id=citizen.account_id, origin=ORIGIN, now=now
    )


def exchange(client, code, *, now=NOW, **changes):
    given = {"code": code, "redirect_uri": BACK, "verifier": VERIFIER, **changes}
    return actions.exchange_code(
        client=client, exchange=actions.Exchange(**given), origin=ORIGIN, now=now
    )


def refresh(client, token, *, scope="", now=NOW):
    renewal = actions.Renewal(token=token, scope=scope)
    return actions.refresh(client=client, renewal=renewal, origin=ORIGIN, now=now)


def with_tokens(number=1, **changes):
    citizen, client = citizens.with_open_record(number), app(**changes)
    return citizen, client, exchange(client, allow(citizen, client))
