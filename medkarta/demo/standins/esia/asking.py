"""Checking what a client says: each wrong thing has its own code, as at the real one."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from medkarta.accounts.esia import openssl
from medkarta.demo.standins.esia.keys import CLIENT, EsiaKeys

CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)
KNOWN_SCOPES: Final = frozenset(
    ("openid", "fullname", "birthdate", "gender", "snils", "medical_doc", "mobile", "email")
)
WORDS: Final = {
    "007002": "Certificate does not belong to the client",
    "007003": "Wrong or missing parameter",
    "007004": "The resource owner denied the request",
    "007006": "Unknown scope",
    "007008": "The service is temporarily overloaded",
    "007011": "The code is expired, revoked or of another client",
    "007014": "A mandatory parameter is missing",
    "007015": "The time of the request is wrong",
    "007019": "No permission",
    "007023": "redirect_uri is not registered",
    "007039": "code_challenge is wrong",
    "007040": "code_verifier does not match",
    "007046": "The scope asks for two factors",
    "007053": "client_secret is wrong",
    "007055": "The account is not confirmed",
}


class WrongRequestError(Exception):
    """The code with which it is refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checks:
    """What the stand-in knows of its one client."""

    keys: EsiaKeys
    redirect_uris: tuple[str, ...]
    gost: bool

    def check_who(self, said: Mapping[str, str]) -> None:
        """Wrong here, and the browser is sent nowhere."""
        if said.get("client_id") != CLIENT:
            raise WrongRequestError("007003")
        if said.get("redirect_uri") not in self.redirect_uris:
            raise WrongRequestError("007023")

    def check_question(self, said: Mapping[str, str], now: datetime) -> None:
        self._needs(said, "scope", "timestamp", "state", "client_secret", "code_challenge")
        if said.get("response_type") != "code" or not _is_uuid(said["state"]):
            raise WrongRequestError("007003")
        if said.get("code_challenge_method") != "S256":
            raise WrongRequestError("007039")
        self._check_rest(said, now, code="")

    def check_exchange(self, said: Mapping[str, str], now: datetime) -> None:
        self._needs(said, "code", "scope", "timestamp", "state", "client_secret", "code_verifier")
        if said.get("grant_type") != "authorization_code" or not _is_uuid(said["state"]):
            raise WrongRequestError("007003")
        self._check_rest(said, now, code=said["code"])

    def _check_rest(self, said: Mapping[str, str], now: datetime, *, code: str) -> None:
        scopes = set(said["scope"].split())
        if "openid" not in scopes or not scopes <= KNOWN_SCOPES:
            raise WrongRequestError("007006")
        if abs(now - _moment(said["timestamp"])) > CLOCKS_DIFFER_BY:
            raise WrongRequestError("007015")
        if said.get("client_certificate_hash") != self.certificate_hash():
            raise WrongRequestError("007002")
        names = ("client_id", "scope", "timestamp", "state", "redirect_uri")
        signed = "".join(said[name] for name in names) + code
        if not self._is_signed(said["client_secret"], signed):
            raise WrongRequestError("007053")

    def certificate_hash(self) -> str:
        lines = self.keys.client_certificate.read_text(encoding="ascii").splitlines()
        der = base64.b64decode("".join(one for one in lines if not one.startswith("-")))
        digest = openssl.digest(der) if self.gost else hashlib.sha256(der).hexdigest()
        return digest.upper()

    def _is_signed(self, secret: str, text: str) -> bool:
        try:
            der = base64.b64decode(secret, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return False
        # Late, so that a stand-in whom nobody asks anything stays small.
        from medkarta.demo.standins.esia import cms  # noqa: PLC0415

        certificate = self.keys.client_certificate
        return cms.verify(der, text.encode(), certificate=certificate, gost=self.gost)

    @staticmethod
    def _needs(said: Mapping[str, str], *names: str) -> None:
        if not all(said.get(name) for name in names):
            raise WrongRequestError("007014")


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636 §4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y.%m.%d %H:%M:%S %z")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
