"""What is said to ESIA: where the browser is sent, and how a code becomes tokens."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import uuid4

from medkarta.accounts.esia.configuration import Configuration
from medkarta.accounts.esia.signing import client_secret

ASK_FOR_CODE = "/aas/oauth2/v2/ac"
ASK_FOR_TOKENS = "/aas/oauth2/v3/te"
SIGN_OUT = "/idp/ext/Logout"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What must be remembered between sending the browser away and its coming back."""

    state: str
    verifier: str


def new_question() -> Question:
    """A state that is a UUID, as ESIA demands, and a PKCE verifier (RFC 7636 §4.1)."""
    return Question(state=str(uuid4()), verifier=secrets.token_urlsafe(48))


def authorization_address(ours: Configuration, question: Question, now: datetime) -> str:
    """Where the person signs in and agrees."""
    timestamp = stamp(now)
    by = ours.signer()
    secret = client_secret(
        by, ours.client_id, ours.scope, timestamp, question.state, ours.redirect_uri
    )
    challenge = hashlib.sha256(question.verifier.encode()).digest()
    parameters = {
        "client_id": ours.client_id,
        "client_secret": secret,
        "client_certificate_hash": by.certificate_hash(),
        "redirect_uri": ours.redirect_uri,
        "scope": ours.scope,
        "response_type": "code",
        "state": question.state,
        "timestamp": timestamp,
        "access_type": "online",
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return f"{ours.origin}{ASK_FOR_CODE}?{urlencode(parameters)}"


def tokens_request(
    ours: Configuration, *, code: str, verifier: str, state: str, now: datetime
) -> bytes:
    """The form that exchanges the code; its state is a new one, which the answer repeats."""
    timestamp = stamp(now)
    by = ours.signer()
    secret = client_secret(
        by, ours.client_id, ours.scope, timestamp, state, ours.redirect_uri, code
    )
    return urlencode(
        {
            "client_id": ours.client_id,
            "code": code,
            "grant_type": "authorization_code",
            "client_secret": secret,
            "client_certificate_hash": by.certificate_hash(),
            "state": state,
            "redirect_uri": ours.redirect_uri,
            "scope": ours.scope,
            "timestamp": timestamp,
            "token_type": "Bearer",
            "code_verifier": verifier,
        }
    ).encode()


def sign_out_address(ours: Configuration, back: str) -> str:
    """Where the browser's session at ESIA itself is ended."""
    parameters = urlencode({"client_id": ours.client_id, "redirect_url": back})
    return f"{ours.origin}{SIGN_OUT}?{parameters}"


def stamp(now: datetime) -> str:
    """The moment in ESIA's layout."""
    return now.astimezone(UTC).strftime("%Y.%m.%d %H:%M:%S +0000")
