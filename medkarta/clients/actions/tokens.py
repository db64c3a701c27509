"""Giving out access tokens, for a code, for a refresh token, or to a clinic's system."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from medkarta.accounts import queries as accounts
from medkarta.audit.drafts import Origin
from medkarta.clients.actions.ending import end_rows, live
from medkarta.clients.actions.identifying import identity_of
from medkarta.clients.identity import Identity
from medkarta.clients.known import ClientView
from medkarta.clients.messages import tell_of_reuse
from medkarta.clients.models import Authorization, Code, RefreshToken, Token
from medkarta.clients.rules import pkce, scopes
from medkarta.clients.rules.errors import Code as ErrorCode
from medkarta.clients.rules.errors import OAuthError
from medkarta.clients.rules.kinds import Ended, Kind
from medkarta.clients.rules.narrowing import ScopesRefusedError
from medkarta.clients.rules.scopes import Asked
from medkarta.clients.secret_words import digest_of, digest_of_new, new_word
from medkarta.foundation.ids import AccountId, PatientId

APP_TOKEN_LASTS: Final = timedelta(seconds=3600)
SYSTEM_TOKEN_LASTS: Final = timedelta(seconds=300)
REFRESH_LASTS: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """An answer of the token endpoint; empty and None where there is no such part."""

    access_token: str
    lasts: timedelta
    scope: str
    refresh_token: str = ""
    patient: PatientId | None = None
    identity: Identity | None = None
    proof_key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """An app comes with its code."""

    code: str
    redirect_uri: str
    verifier: str
    proof_key: str = ""


def exchange_code(
    *, client: ClientView, exchange: Exchange, origin: Origin, now: datetime
) -> Issued:
    """Tokens for a code: once, within a minute, by who began. Raises `OAuthError`.

    Shown a second time, all that it gave ends (RFC 6749 §4.1.2).
    """
    return _given(_exchanged(client, exchange, origin, now))


@dataclass(frozen=True, kw_only=True, slots=True)
class Renewal:
    """An app comes with its refresh token; no `scope`: for what it had."""

    token: str
    scope: str = ""
    proof_key: str = ""


def refresh(*, client: ClientView, renewal: Renewal, origin: Origin, now: datetime) -> Issued:
    """New tokens for a refresh token, which is void by this. Raises `OAuthError`.

    Shown a second time, its whole family ends and the person is told: whether the app or a thief
    came first is not to be known (RFC 9700 §4.14.2). There is no time of grace.
    """
    return _given(_refreshed(client, renewal, origin, now))


@transaction.atomic
def issue_to_system(
    *, client: ClientView, scope: str, now: datetime, proof_key: str = ""
) -> Issued:
    """An access token for a clinic's system (client_credentials). Raises `OAuthError`."""
    if client.kind is not Kind.SYSTEM:
        raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, "Only a clinic's system may do this.")
    with _refused_in_words():
        granted = scopes.granted(scopes.read(scope), client.scopes, client.kind)
    if not granted.data:
        raise OAuthError(ErrorCode.INVALID_SCOPE, "None of these scopes is registered.")
    word = new_word()
    Token.objects.create(
        digest=digest_of_new(word),
        client_id=client.id,
        clinic_id=client.clinic_id,
        scopes=list(granted.words()),
        proof_key=proof_key,
        issued_at=now,
        expires_at=now + SYSTEM_TOKEN_LASTS,
    )
    said = " ".join(granted.words())
    return Issued(access_token=word, lasts=SYSTEM_TOKEN_LASTS, scope=said, proof_key=proof_key)


@transaction.atomic
def revoke(*, client: ClientView, token: str, origin: Origin, now: datetime) -> None:
    """The program gives a token of its own back; of another's, or of none, nothing happens.

    With a refresh token the whole permission ends (RFC 7009 §2.1).
    """
    digest = digest_of(token)
    if digest is None:
        return
    Token.objects.filter(digest=digest, client_id=client.id, revoked_at=None).update(revoked_at=now)
    row = RefreshToken.objects.filter(digest=digest, client_id=client.id).first()
    if row is not None:
        rows = live(rows=Authorization.objects.filter(pk=row.authorization_id))
        end_rows(rows=rows, how=Ended.APP, origin=origin, now=now)


def _given(issued: Issued | None) -> Issued:
    """Raised here and not below: what a second showing ends must stay ended."""
    if issued is None:
        raise OAuthError(ErrorCode.INVALID_GRANT, "The code or token is not valid (any more).")
    return issued


@transaction.atomic
def _exchanged(
    client: ClientView, exchange: Exchange, origin: Origin, now: datetime
) -> Issued | None:
    found = Code.objects.filter(client_id=client.id, digest=digest_of(exchange.code) or b"")
    row = found.first()
    authorization = None if row is None else _held(row, now)
    # Once more, now that whoever has the same is waited for.
    row = found.first()
    if row is None or authorization is None or _is_over(row, authorization, origin, now):
        return None
    same = row.redirect_uri == exchange.redirect_uri
    if not same or not pkce.proves(exchange.verifier, row.code_challenge):
        return None
    whole = scopes.of(authorization.scopes)
    issued = _give(row, authorization, whole, exchange.proof_key, now)
    return replace(issued, identity=identity_of(code=row, authorization=authorization))


@transaction.atomic
def _refreshed(
    client: ClientView, renewal: Renewal, origin: Origin, now: datetime
) -> Issued | None:
    found = RefreshToken.objects.filter(client_id=client.id, digest=digest_of(renewal.token) or b"")
    row = found.first()
    authorization = None if row is None else _held(row, now)
    row = found.first()
    if row is None or authorization is None or _is_over(row, authorization, origin, now):
        return None
    granted = _narrowed(renewal.scope, scopes.of(authorization.scopes))
    return _give(row, authorization, granted, renewal.proof_key, now)


def _held(shown: Code | RefreshToken, now: datetime) -> Authorization | None:
    """The permission behind what is shown, while it stands; locked, so that one comes at a time."""
    rows = live(rows=Authorization.objects.filter(pk=shown.authorization_id, expires_at__gt=now))
    account = accounts.account(AccountId(rows[0].account_id)) if rows else None
    return rows[0] if account is not None and account.active else None


def _is_over(
    row: Code | RefreshToken, authorization: Authorization, origin: Origin, now: datetime
) -> bool:
    """Whether it is of no use: its time is up, or it was used, and then the whole family ends."""
    if row.used_at is not None:
        who = AccountId(authorization.account_id)
        tell_of_reuse(who, authorization.pk, app=authorization.client.name, now=now)
        end_rows(rows=[authorization], how=Ended.REUSED, origin=origin, now=now)
    return row.used_at is not None or row.expires_at <= now


def _give(
    shown: Code | RefreshToken,
    authorization: Authorization,
    granted: Asked,
    proof_key: str,
    now: datetime,
) -> Issued:
    whose = {"client_id": shown.client_id, "authorization_id": authorization.pk}
    lasts = min(APP_TOKEN_LASTS, authorization.expires_at - now)
    access = new_word()
    Token.objects.create(
        digest=digest_of_new(access),
        account_id=authorization.account_id,
        person_id=authorization.person_id,
        scopes=list(granted.words()),
        launch_patient=shown.launch_patient,
        proof_key=proof_key,
        issued_at=now,
        expires_at=now + lasts,
        **whose,
    )
    following = ""
    if scopes.OFFLINE in scopes.of(authorization.scopes).plain:
        following = new_word()
        RefreshToken.objects.create(
            digest=digest_of_new(following),
            launch_patient=shown.launch_patient,
            issued_at=now,
            expires_at=min(now + REFRESH_LASTS, authorization.expires_at),
            **whose,
        )
    shown.used_at = authorization.last_used_at = now
    shown.save(update_fields=["used_at"])
    authorization.save(update_fields=["last_used_at"])
    return Issued(
        access_token=access,
        lasts=lasts,
        scope=" ".join(granted.words()),
        refresh_token=following,
        patient=None if shown.launch_patient is None else PatientId(shown.launch_patient),
        proof_key=proof_key,
    )


def _narrowed(scope: str, had: Asked) -> Asked:
    if not scope:
        return had
    with _refused_in_words():
        asked = scopes.read(scope)
    if not asked.data or not scopes.within(asked, had):
        raise OAuthError(ErrorCode.INVALID_SCOPE, "A refresh gives no more than there was.")
    return asked


@contextmanager
def _refused_in_words() -> Iterator[None]:
    try:
        yield
    except ScopesRefusedError as error:
        raise OAuthError(ErrorCode.INVALID_SCOPE, f"{error}.") from error
