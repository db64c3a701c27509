"""An app's request for permission, read strictly (RFC 6749 §4.1.1, SMART App Launch)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from medkarta.clients import queries as clients
from medkarta.clients.known import ClientView
from medkarta.clients.rules import pkce, scopes
from medkarta.clients.rules.errors import Code, OAuthError
from medkarta.clients.rules.kinds import Kind
from medkarta.clients.rules.narrowing import ScopesRefusedError
from medkarta.clients.rules.scopes import Asked
from medkarta.clients.rules.sign_in import sign_in_within

_LONGEST: Final = 4000
_LONGEST_STATE: Final = 512
_KNOWN: Final = frozenset(
    {
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "aud",
        "code_challenge",
        "code_challenge_method",
        "launch",
        "prompt",
        "max_age",
        "nonce",
    }
)


class NobodyToAnswerError(Exception):
    """No known app, or not at its own address: said on our page, and nobody is led anywhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where an answer goes: the app's own redirect address, with its `state`."""

    redirect_uri: str
    state: str
    issuer: str

    def with_code(self, code: str) -> str:
        """The address with the app's code."""
        return self._with({"code": code})

    def with_error(self, error: OAuthError) -> str:
        """The address with what was wrong."""
        return self._with({"error": error.code.value, "error_description": error.words})

    def _with(self, parameters: Mapping[str, str]) -> str:
        joint = "&" if "?" in self.redirect_uri else "?"
        said = {**parameters, "state": self.state, "iss": self.issuer}
        return f"{self.redirect_uri}{joint}{urlencode({n: v for n, v in said.items() if v})}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What the citizen is to be asked: whose question it is and what the app would see.

    `sign_in_within`: how old the sign-in before it may be; None: as old as it is.
    """

    client: ClientView
    offered: Asked
    code_challenge: str
    launch: str
    nonce: str
    sign_in_within: timedelta | None = None


class SentBackError(Exception):
    """The app is known and asked for what it cannot have: it is told at its own address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


def client_at(client_id: str, redirect_uri: str) -> ClientView:
    """The app, at an address of its own letter by letter. Raises `NobodyToAnswerError`."""
    client = clients.client_called(client_id) if len(client_id) <= _LONGEST_STATE else None
    if client is None or not client.stands or client.kind is not Kind.APP:
        raise NobodyToAnswerError
    if redirect_uri not in client.redirect_uris:
        raise NobodyToAnswerError
    return client


def question_of(
    given: Mapping[str, Sequence[str]], *, issuer: str, audience: str
) -> tuple[Question, Address]:
    """Read the request. Raises `NobodyToAnswerError`, `SentBackError`."""
    known = {name: values for name, values in given.items() if name in _KNOWN}
    if any(len(values) != 1 or len(values[0]) > _LONGEST for values in known.values()):
        raise NobodyToAnswerError
    one = {name: values[0] for name, values in known.items()}
    client = client_at(one.get("client_id", ""), one.get("redirect_uri", ""))
    state = one.get("state", "")
    address = Address(redirect_uri=one["redirect_uri"], state=state[:_LONGEST_STATE], issuer=issuer)
    try:
        _check_form(one, audience)
        offered = _offered(one, client)
        within = sign_in_within(one.get("prompt", ""), one.get("max_age", ""))
    except OAuthError as error:
        raise SentBackError(address.with_error(error)) from error
    question = Question(
        client=client,
        offered=offered,
        code_challenge=one["code_challenge"],
        launch=one.get("launch", ""),
        nonce=one.get("nonce", ""),
        sign_in_within=within,
    )
    return question, address


def _check_form(one: Mapping[str, str], audience: str) -> None:
    if not 0 < len(one.get("state", "")) <= _LONGEST_STATE:
        raise OAuthError(Code.INVALID_REQUEST, "state is missing or too long.")
    if one.get("response_type") != "code":
        raise OAuthError(Code.UNSUPPORTED_RESPONSE_TYPE, "response_type is code.")
    if one.get("code_challenge_method") != pkce.METHOD:
        raise OAuthError(Code.INVALID_REQUEST, "code_challenge_method is S256.")
    if not pkce.is_challenge(one.get("code_challenge", "")):
        raise OAuthError(Code.INVALID_REQUEST, "code_challenge is 43 signs of base64url.")
    if len(one.get("nonce", "")) > _LONGEST_STATE:
        raise OAuthError(Code.INVALID_REQUEST, "nonce is too long.")
    if one.get("aud") != audience:
        raise OAuthError(Code.INVALID_REQUEST, f"aud is {audience}.")


def _offered(one: Mapping[str, str], client: ClientView) -> Asked:
    try:
        asked = scopes.read(one.get("scope", ""))
        found = scopes.granted(asked, client.scopes, client.kind)
    except ScopesRefusedError as error:
        raise OAuthError(Code.INVALID_SCOPE, f"{error}.") from error
    plain = found.plain if one.get("launch") else found.plain - {scopes.LAUNCH}
    if not found.data:
        raise OAuthError(Code.INVALID_SCOPE, "No scope of these can be given to this app.")
    return Asked(data=found.data, plain=plain)
