"""Passkeys: https://www.w3.org/TR/webauthn-3/. Who asks, and what an answer proves.

The library's own check of origins lets every subdomain and port through, so it is not used.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from medkarta.foundation.ids import AccountId

LONGEST_ANSWER = 20_000  # signs; an authenticator's own takes some hundreds
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


class PasskeyRefusedError(Exception):
    """The answer proves nothing here: another site, another key, used, late, or out of shape."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the browser was asked to have signed; `verified`: the device must know the person."""

    challenge: bytes
    verified: bool

    @classmethod
    def of_state(cls, state: Mapping[str, str] | None) -> "Asked":
        """What lies in the session. Raises `PasskeyRefusedError` where nothing was asked."""
        if not state:
            raise PasskeyRefusedError("nothing was asked")
        return cls(
            challenge=websafe_decode(state["challenge"]),
            verified=state["user_verification"] == UserVerificationRequirement.REQUIRED,
        )

    def state(self) -> dict[str, str]:
        """The same as the library keeps it."""
        wish = UserVerificationRequirement
        return {
            "challenge": websafe_encode(self.challenge),
            "user_verification": wish.REQUIRED if self.verified else wish.PREFERRED,
        }


def relying_party() -> PublicKeyCredentialRpEntity:
    """We, as authenticators know us: the public origin's host, never one that a header named."""
    host = urlsplit(settings.PUBLIC_ORIGIN).hostname or ""
    return PublicKeyCredentialRpEntity(id=host, name="Медкарта")


def server() -> Fido2Server:
    """The checks of §7.1 and §7.2, of our origin alone: scheme, host and port."""
    ours = origin()
    return Fido2Server(relying_party(), verify_origin=lambda said: said == ours)


def origin() -> str:
    """Our origin as browsers spell it: small letters, no port that goes without saying."""
    parts = urlsplit(settings.PUBLIC_ORIGIN.lower())
    return f"{parts.scheme}://{parts.netloc.removesuffix(_DEFAULT_PORTS[parts.scheme])}"


def read_answer(given: str) -> AuthenticationResponse:
    """The answer to a sign-in or a deed. Raises `PasskeyRefusedError` where it is none."""
    try:
        return AuthenticationResponse.from_dict(_parsed(given))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise PasskeyRefusedError("shape") from error


def account_of(answer: AuthenticationResponse) -> AccountId:
    """Whose passkey it says to be; only the signature shows whether it is."""
    try:
        return AccountId(UUID(bytes=answer.response.user_handle or b""))
    except ValueError as error:
        raise PasskeyRefusedError("no account") from error


def check_new(given: str, asked: Asked) -> dict[str, object]:
    """A passkey that was just made for us (§7.1), as it is kept. Raises `PasskeyRefusedError`."""
    try:
        made = RegistrationResponse.from_dict(_parsed(given))
        _check_frame(made.response.client_data)
        server().register_complete(asked.state(), made)
        return _kept(made)
    except (TypeError, ValueError, KeyError, AttributeError, AssertionError) as error:
        raise PasskeyRefusedError("registration") from error


def check_answer(
    answer: AuthenticationResponse, asked: Asked, credential: AttestedCredentialData
) -> AuthenticatorData:
    """An answer by this very credential to what was asked (§7.2). Raises `PasskeyRefusedError`."""
    try:
        _check_frame(answer.response.client_data)
        server().authenticate_complete(asked.state(), [credential], answer)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise PasskeyRefusedError("assertion") from error
    return answer.response.authenticator_data


def credential_of(factor: Authenticator) -> AttestedCredentialData:
    """The public key that was kept when the passkey was made."""
    data: AttestedCredentialData = factor.wrap().authenticator_data.credential_data
    return data


def counter_of(factor: Authenticator) -> int:
    """How often the authenticator said that it had signed."""
    kept = factor.data.get("sign_count")
    return int(factor.wrap().authenticator_data.counter if kept is None else kept)


def _parsed(given: str) -> Mapping[str, object]:
    if len(given) > LONGEST_ANSWER:
        raise ValueError("too long")
    try:
        parsed = json.loads(given)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(parsed, Mapping):
        raise TypeError("not an object")
    return parsed


def _kept(made: RegistrationResponse) -> dict[str, object]:
    # Built anew from what was understood: whatever else was sent is not ours to keep.
    properties = dict(made.client_extension_results or {}).get("credProps")
    resident = isinstance(properties, Mapping) and properties.get("rk") is True
    return {
        "id": websafe_encode(made.raw_id),
        "rawId": websafe_encode(made.raw_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(made.response.client_data),
            "attestationObject": websafe_encode(made.response.attestation_object),
        },
        "clientExtensionResults": {"credProps": {"rk": resident}},
    }


def _check_frame(client_data: CollectedClientData) -> None:
    if client_data.cross_origin:
        raise ValueError("asked from within another site's page")
