"""From the code that the browser brought to the person whom ESIA vouches for."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from medkarta.accounts.esia.configuration import Configuration
from medkarta.accounts.esia.errors import EsiaRefusedError, EsiaSilentError, code_in
from medkarta.accounts.esia.protocol import ASK_FOR_TOKENS, tokens_request
from medkarta.accounts.esia.tokens import (
    TokenRefusedError,
    UnconfirmedAccountError,
    subject_of,
)
from medkarta.foundation.outgoing import (
    Answer,
    Neighbour,
    OutsideSilentError,
    OutsideTooMuchError,
)

_OK = 200
_SERVER_ERRORS = 500
_SEX = {"M": "male", "F": "female"}
_POLICY = "MDCL_PLCY"


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Whom ESIA vouches for: the key of the external account, and the data it has proved."""

    issuer: str
    subject: str
    family: str
    given: str
    patronymic: str
    birth_date: date
    sex: str
    snils: str
    policy: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """What the browser brought back, and what was remembered of the question."""

    code: str
    verifier: str
    asked_at: datetime


def visitor_of(ours: Configuration, returned: Returned, now: datetime) -> Visitor:
    """Exchange the code, check the token, read the person.

    Raises `EsiaRefusedError`, `EsiaSilentError` and `TokenRefusedError`.
    """
    neighbour = Neighbour(ours.origin, patience=8.0)
    state = str(uuid4())
    body = tokens_request(
        ours, code=returned.code, verifier=returned.verifier, state=state, now=now
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    tokens = _said(_asked(neighbour, "POST", ASK_FOR_TOKENS, body=body, headers=headers))
    if tokens.get("state") != state:
        raise TokenRefusedError("state")
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise TokenRefusedError("form")
    oid = subject_of(id_token, ours=ours, asked_at=returned.asked_at, now=now)
    return _visitor(neighbour, ours.issuer, oid, access_token)


def _visitor(neighbour: Neighbour, issuer: str, oid: str, token: str) -> Visitor:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    person = _said(_asked(neighbour, "GET", f"/rs/prns/{oid}", headers=headers))
    if person.get("trusted") is not True:
        raise UnconfirmedAccountError("trusted")
    path = f"/rs/prns/{oid}/docs?embed=(elements)"
    papers = _said(_asked(neighbour, "GET", path, headers=headers))
    try:
        return Visitor(
            issuer=issuer,
            subject=oid,
            family=_text(person, "lastName"),
            given=_text(person, "firstName"),
            patronymic=_text(person, "middleName", needed=False),
            birth_date=_date(_text(person, "birthDate")),
            sex=_SEX[_text(person, "gender")],
            snils="".join(filter(str.isdigit, _text(person, "snils"))),
            policy=_policy(papers),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EsiaSilentError("nonsense") from error


def _asked(
    neighbour: Neighbour, method: str, path: str, *, headers: dict[str, str], body: bytes = b""
) -> Answer:
    try:
        return neighbour.ask(method, path, body=body, headers=headers)
    except (OutsideSilentError, OutsideTooMuchError) as error:
        raise EsiaSilentError(type(error).__name__) from error


def _said(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except ValueError as error:
        raise EsiaSilentError("nonsense") from error
    if not isinstance(said, dict):
        raise EsiaSilentError("nonsense")
    if answer.status != _OK or "error" in said:
        code = code_in(f"{said.get('error', '')} {said.get('error_description', '')}")
        if not code and answer.status >= _SERVER_ERRORS:
            raise EsiaSilentError("failure")
        raise EsiaRefusedError(code)
    return said


def _text(of: dict[str, Any], name: str, *, needed: bool = True) -> str:
    value = of[name] if needed else of.get(name) or ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise TypeError(name)
    return value


def _date(text: str) -> date:
    """ДД.ММ.ГГГГ."""
    day, month, year = (int(part) for part in text.split("."))
    return date(year, month, day)


def _policy(papers: dict[str, Any]) -> str:
    """The number of a policy that ESIA has checked; empty where there is none."""
    elements = papers.get("elements") or []
    for paper in elements:
        if paper.get("type") == _POLICY and paper.get("vrfStu") == "VERIFIED":
            return str(paper.get("number") or "")
    return ""
