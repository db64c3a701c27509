"""The stand-in's addresses."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from medkarta.demo.standins.esia import pages, tokens
from medkarta.demo.standins.esia.asking import WORDS, Checks, WrongRequestError, challenge_of
from medkarta.demo.standins.esia.keys import CLIENT
from medkarta.demo.standins.esia.people import PEOPLE, EsiaPerson
from medkarta.demo.standins.server import NOT_FOUND, Asked, Reply, Route, StandIn

CODE_LASTS: Final = timedelta(seconds=60)
_HTML: Final = "text/html; charset=utf-8"
_POLICY: Final = "MDCL_PLCY"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Code:
    """A code that was given out, for whom and on which question."""

    person: EsiaPerson
    question: Mapping[str, str]
    given_at: datetime


@dataclass
class Esia:
    """What happens at each address; `clock` answers what time it is."""

    checks: Checks
    clock: Callable[[], datetime]
    issuer: str = ""
    people: Mapping[int, EsiaPerson] = field(default_factory=lambda: PEOPLE)
    questions: dict[str, Mapping[str, str]] = field(default_factory=dict)
    codes: dict[str, _Code] = field(default_factory=dict)
    access: dict[str, int] = field(default_factory=dict)

    def stand_in(self, port: int = 0) -> StandIn:
        """The server, not yet serving."""
        made = StandIn(self._routes(), port=port)
        self.issuer = f"{made.origin}/"
        return made

    def _routes(self) -> dict[tuple[str, str], Route]:
        routes: dict[tuple[str, str], Route] = {
            ("GET", "/aas/oauth2/v2/ac"): self.ask,
            ("POST", "/_sign-in"): self.sign_in,
            ("POST", "/_consent"): self.consent,
            ("POST", "/aas/oauth2/v3/te"): self.exchange,
            ("GET", "/idp/ext/Logout"): self.sign_out,
        }
        for oid, person in self.people.items():
            for path, content in (
                (f"/rs/prns/{oid}", _person(person)),
                (f"/rs/prns/{oid}/ctts", _contacts(person)),
                (f"/rs/prns/{oid}/docs", _papers(person)),
            ):
                routes["GET", path] = self._guarded(oid, content)
        return routes

    def ask(self, asked: Asked) -> Reply:
        """v2/ac: the browser arrives and is asked who it is."""
        try:
            self.checks.check_who(asked.query)
        except WrongRequestError as wrong:
            code = str(wrong)
            return Reply(status=400, body=pages.refusal(code, WORDS[code]), content_type=_HTML)
        try:
            self.checks.check_question(asked.query, self.clock())
        except WrongRequestError as wrong:
            return _back(asked.query, error=str(wrong))
        key = secrets.token_urlsafe(16)
        self.questions[key] = asked.query
        return Reply(body=pages.sign_in(key, self.people.values()), content_type=_HTML)

    def sign_in(self, asked: Asked) -> Reply:
        """A button of the first page."""
        key, question, person = self._going_on(asked.form)
        if question is None or person is None:
            return NOT_FOUND
        if person.fails:
            return _back(question, error=person.fails)
        scopes = question["scope"].split()
        return Reply(body=pages.consent(key, person, scopes), content_type=_HTML)

    def consent(self, asked: Asked) -> Reply:
        """A button of the second page."""
        key, question, person = self._going_on(asked.form)
        if question is None or person is None or self.questions.pop(key, None) is None:
            return NOT_FOUND
        if asked.form.get("answer") != "yes":
            return _back(question, error="007004")
        code = secrets.token_urlsafe(32)
        self.codes[code] = _Code(person=person, question=question, given_at=self.clock())
        return _back(question, code=code)

    def exchange(self, asked: Asked) -> Reply:
        """v3/te: a code for tokens, once."""
        said = asked.form
        try:
            self.checks.check_who(said)
            self.checks.check_exchange(said, self.clock())
            person = self._redeemed(said)
        except WrongRequestError as wrong:
            code = str(wrong)
            content = {
                "error": "invalid_request",
                "error_description": f"ESIA-{code}: {WORDS[code]}",
                "state": said.get("state", ""),
            }
            return Reply.json(content, status=400)
        return Reply.json(self._tokens(person, said["state"]))

    def sign_out(self, asked: Asked) -> Reply:
        back = asked.query.get("redirect_url", "")
        allowed = any(uri.startswith(f"{back.rstrip('/')}/") for uri in self.checks.redirect_uris)
        return _redirect(back) if back and allowed else NOT_FOUND

    def _going_on(
        self, form: Mapping[str, str]
    ) -> tuple[str, Mapping[str, str] | None, EsiaPerson | None]:
        key, oid = form.get("ask", ""), form.get("oid", "")
        person = self.people.get(int(oid)) if oid.isdecimal() else None
        return key, self.questions.get(key), person

    def _redeemed(self, said: Mapping[str, str]) -> EsiaPerson:
        given = self.codes.pop(said["code"], None)
        if given is None or self.clock() > given.given_at + CODE_LASTS:
            raise WrongRequestError("007011")
        if given.question["redirect_uri"] != said["redirect_uri"]:
            raise WrongRequestError("007011")
        if given.question["code_challenge"] != challenge_of(said["code_verifier"]):
            raise WrongRequestError("007040")
        return given.person

    def _tokens(self, person: EsiaPerson, state: str) -> dict[str, object]:
        access = secrets.token_urlsafe(32)
        self.access[access] = person.oid
        claims = tokens.claims_of(
            person, issuer=self.issuer, audience=CLIENT, now=self.clock().timestamp()
        )
        return {
            "access_token": access,
            "id_token": tokens.sign(claims, self.checks.keys, gost=self.checks.gost),
            "state": state,
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": secrets.token_urlsafe(32),
        }

    def _guarded(self, oid: int, content: object) -> Route:
        def answer(asked: Asked) -> Reply:
            token = asked.headers.get("authorization", "").removeprefix("Bearer ")
            if self.access.get(token) != oid:
                return Reply.json({"code": "ESIA-005004"}, status=401)
            return Reply.json(content)

        return answer


def _back(question: Mapping[str, str], *, code: str = "", error: str = "") -> Reply:
    said = {"state": question.get("state", "")}
    if error:
        said["error"] = "access_denied" if error == "007004" else "invalid_request"
        said["error_description"] = f"ESIA-{error}: {WORDS[error]}"
    else:
        said["code"] = code
    return _redirect(f"{question['redirect_uri']}?{urlencode(said)}")


def _redirect(to: str) -> Reply:
    return Reply(status=302, headers=(("Location", to),))


def _person(one: EsiaPerson) -> dict[str, object]:
    return {
        "stateFacts": ["EntityRoot"],
        "firstName": one.given,
        "lastName": one.family,
        "middleName": one.patronymic,
        "birthDate": one.birth_date.strftime("%d.%m.%Y"),
        "gender": one.sex,
        "trusted": one.trusted,
        "citizenship": "RUS",
        "snils": one.snils,
        "verifying": False,
        "status": "REGISTERED",
    }


def _contacts(one: EsiaPerson) -> dict[str, object]:
    address = {"type": "EML", "vrfStu": "VERIFIED", "value": f"{one.oid}@esia.example"}
    return {"stateFacts": ["hasSize"], "size": 1, "elements": [address]}


def _papers(one: EsiaPerson) -> dict[str, object]:
    paper = {"type": _POLICY, "vrfStu": "VERIFIED", "series": None, "number": one.policy}
    elements = [paper] if one.policy else []
    return {"stateFacts": ["hasSize"], "size": len(elements), "elements": elements}
