"""Reading programs, permissions and tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from medkarta.clients.bearer import JOINED, alive
from medkarta.clients.identity import Identity
from medkarta.clients.known import ClientView, view
from medkarta.clients.models import Authorization, Client, ClientAct, SigningKey
from medkarta.clients.rules import scopes
from medkarta.clients.rules.kinds import Act, Ended, Kind
from medkarta.clients.rules.registration import origin_of
from medkarta.clients.secret_words import digest_of
from medkarta.foundation.ids import AccountId, ClientId, PatientId


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorizationView:
    """One «this app may» of a citizen."""

    client: ClientView
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    ended_at: datetime | None
    ended_how: Ended | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenView:
    """An access token that may be used now, as its own client is told of it (RFC 7662)."""

    scope: str
    issued_at: datetime
    expires_at: datetime
    patient: PatientId | None
    identity: Identity | None
    proof_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ActView:
    """A line of the operators' log."""

    act: Act
    by: AccountId | None
    app: str
    at: datetime


def client(client_id: ClientId) -> ClientView | None:
    """The program, whatever its state."""
    row = Client.objects.filter(pk=client_id).first()
    return None if row is None else view(row)


def client_called(client_id: str) -> ClientView | None:
    """The program that OAuth calls so, whatever its state."""
    row = Client.objects.filter(client_id=client_id).first()
    return None if row is None else view(row)


def clients() -> list[ClientView]:
    """All programs, those that wait for approval first, then by name."""
    rows = map(view, Client.objects.order_by("name", "pk"))
    return sorted(rows, key=lambda one: (one.disabled_at is not None, one.approved_at is not None))


def acts_on(client_id: ClientId) -> list[ActView]:
    """What operators did with a program, the first first."""
    rows = ClientAct.objects.filter(client_id=client_id).order_by("at", "id")
    return [
        ActView(act=Act(row.act), by=_account(row.by_id), app=row.app, at=row.at) for row in rows
    ]


def launchable() -> list[ClientView]:
    """Apps that our page can open."""
    rows = Client.objects.filter(
        kind=Kind.APP.value, approved_at__isnull=False, disabled_at=None
    ).exclude(launch_uri="")
    return list(map(view, rows.order_by("name", "pk")))


def app_origins() -> frozenset[str]:
    """Where apps that run in a browser come from: the origins of their redirect addresses."""
    rows = Client.objects.filter(
        kind=Kind.APP.value, approved_at__isnull=False, disabled_at=None
    ).values_list("redirect_uris", flat=True)
    return frozenset(origin_of(uri) for uris in rows for uri in uris)


def authorizations(account_id: AccountId, *, former: int = 50) -> list[AuthorizationView]:
    """What the account allowed apps: all that stands, then so many that ended, newest first."""
    rows = Authorization.objects.filter(account_id=account_id).select_related("client")
    rows = rows.order_by("-created_at", "-id")
    return [
        AuthorizationView(
            client=view(row.client),
            scopes=tuple(row.scopes),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            ended_at=row.ended_at,
            ended_how=Ended(row.ended_how) if row.ended_how else None,
        )
        for row in (*rows.filter(ended_at=None), *rows.exclude(ended_at=None)[:former])
    ]


_TOKEN: Final = f"""
SELECT t.scopes, t.issued_at, t.expires_at, t.launch_patient, t.proof_key, who.word
FROM client_token t {JOINED}
LEFT JOIN client_subject who ON who.client_id = t.client_id AND who.account_id = t.account_id
WHERE t.digest = %(digest)s AND {alive("%(now)s")}
"""  # noqa: S608  # literals of ours


def count_apps(account_id: AccountId) -> int:
    """How many apps may read the account's record now."""
    rows = Authorization.objects.filter(account_id=account_id, ended_at=None)
    return rows.values("client_id").distinct().count()


def token_of(client: ClientView, token: str, *, now: datetime) -> TokenView | None:
    """The client's own access token while it may be used; None of another's or of none."""
    return _found(f"{_TOKEN} AND c.id = %(client)s", token, {"now": now, "client": client.id})


def token_shown(token: str, *, now: datetime) -> TokenView | None:
    """The access token while it may be used, whichever client's it is; None of none."""
    return _found(_TOKEN, token, {"now": now})


def _found(statement: str, token: str, values: Mapping[str, Any]) -> TokenView | None:
    digest = digest_of(token)
    if digest is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(statement, {"digest": digest, **values})
        row = cursor.fetchone()
    if row is None:
        return None
    words, issued_at, expires_at, patient, proof_key, subject = row
    known, named = scopes.OPENID in words and subject, scopes.FHIR_USER in words
    return TokenView(
        scope=" ".join(words),
        issued_at=issued_at,
        expires_at=expires_at,
        patient=patient,
        proof_key=proof_key,
        identity=Identity(subject=subject, patient=patient if named else None) if known else None,
    )


def public_keys() -> list[dict[str, Any]]:
    """The public halves of the keys by which we sign, the newest first: rows of a JWK set."""
    return list(SigningKey.objects.order_by("-made_at", "kid").values_list("public", flat=True))


def _account(account_id: UUID | None) -> AccountId | None:
    return None if account_id is None else AccountId(account_id)
