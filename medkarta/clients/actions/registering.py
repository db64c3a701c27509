"""Registering a program: one operator writes it down, another lets it in, anyone shuts it out."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from medkarta.clients.actions.ending import end_all_of
from medkarta.clients.known import ClientView, view
from medkarta.clients.models import Client, ClientAct
from medkarta.clients.rules import scopes
from medkarta.clients.rules.keys import public_keys
from medkarta.clients.rules.kinds import Act, Ended, Kind
from medkarta.clients.rules.names import LONGEST_PUBLISHER, check_name
from medkarta.clients.rules.narrowing import ScopesRefusedError
from medkarta.clients.rules.registration import (
    AddressRefusedError,
    check_redirect_uri,
    check_web_address,
)
from medkarta.clients.secret_words import digest_of_new, new_word
from medkarta.foundation.ids import AccountId, ClientId, ClinicId

MOST_REDIRECTS = 10


class UnknownClientError(LookupError):
    """No program has this id."""


class SecondOperatorNeededError(Exception):
    """Who registered a program does not let it in."""


class NoWayInError(ValueError):
    """What this kind of program needs to prove itself, or to be answered, is missing."""


class AppsReadError(ScopesRefusedError):
    """An app is to be registered for more than reading, which no app is ever given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewClient:
    """What is said of a program. `scopes` is OAuth's list with single spaces.

    A system has a clinic and keys; an app has redirect addresses, and is public unless it has keys
    or is given a secret.
    """

    name: str
    publisher: str
    kind: Kind
    scope: str
    clinic_id: ClinicId | None = None
    redirect_uris: tuple[str, ...] = ()
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    launch_uri: str = ""
    with_secret: bool = False
    dpop_bound: bool = False
    client_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """The program, and its secret where it has one: said this once and never again."""

    client: ClientView
    secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who registers, and by which door. No account: whoever runs the machine, whose word is all."""

    account_id: AccountId | None
    app: str


@transaction.atomic
def register_client(*, new: NewClient, by: By, now: datetime) -> Registered:
    """Write a program down; it may nothing until another operator approves it.

    Raises `NameRefusedError`, `AddressRefusedError`, `KeysRefusedError`, `ScopesRefusedError`,
    `AppsReadError`, `NoWayInError`. What the machine's own operator registers is approved at once.
    """
    _check(new)
    secret = new_word() if new.with_secret else ""
    row = Client.objects.create(
        client_id=new.client_id or secrets.token_hex(10),
        name=new.name,
        publisher=new.publisher,
        kind=new.kind.value,
        clinic_id=new.clinic_id,
        confidential=bool(secret or new.jwks or new.jwks_uri),
        secret_hash=digest_of_new(secret).hex() if secret else "",
        redirect_uris=list(new.redirect_uris),
        scopes=list(scopes.read(new.scope).words()),
        jwks=new.jwks,
        jwks_uri=new.jwks_uri,
        launch_uri=new.launch_uri,
        dpop_bound=new.dpop_bound,
        created_at=now,
        created_by_id=by.account_id,
        approved_at=now if by.account_id is None else None,
    )
    _note(row, Act.REGISTER, by, now)
    return Registered(client=view(row), secret=secret)


@transaction.atomic
def approve_client(*, client_id: ClientId, by: By, now: datetime) -> None:
    """Let a program in. Repeated: nothing.

    Raises `UnknownClientError`, `SecondOperatorNeededError`.
    """
    row = _locked(client_id)
    if row.approved_at is not None:
        return
    if row.created_by_id == by.account_id:
        raise SecondOperatorNeededError
    row.approved_at, row.approved_by_id = now, by.account_id
    row.save(update_fields=["approved_at", "approved_by"])
    _note(row, Act.APPROVE, by, now)


@transaction.atomic
def disable_client(*, client_id: ClientId, by: By, now: datetime) -> None:
    """Shut a program out for good: its tokens are dead at the next request. Repeated: nothing.

    Raises `UnknownClientError`.
    """
    row = _locked(client_id)
    if row.disabled_at is not None:
        return
    row.disabled_at = now
    row.save(update_fields=["disabled_at"])
    end_all_of(client_id=client_id, how=Ended.DISABLED, now=now)
    _note(row, Act.DISABLE, by, now)


def _check(new: NewClient) -> None:
    check_name(new.name)
    check_name(new.publisher, longest=LONGEST_PUBLISHER)
    asked = scopes.registered(new.scope)
    if not scopes.granted(asked, asked.words(), new.kind).data:
        raise ScopesRefusedError("a program of this kind may have none of these scopes")
    if new.kind is Kind.APP and not all(set(one.acts) <= set(scopes.READING) for one in asked.data):
        raise AppsReadError("an app reads and never writes: its scopes end in .rs, .r or .s")
    for uri in new.redirect_uris:
        check_redirect_uri(uri)
    for uri in filter(None, (new.jwks_uri, new.launch_uri)):
        check_web_address(uri)
    if new.jwks is not None:
        public_keys(new.jwks)
    _check_way_in(new)


def _check_way_in(new: NewClient) -> None:
    keys = new.jwks is not None, bool(new.jwks_uri)
    if all(keys) or (any(keys) and new.with_secret):
        raise NoWayInError("one proof: keys, an address of keys, or a secret")
    if new.dpop_bound and not any(keys) and not new.with_secret:
        raise NoWayInError("tokens bound to a key are for a program with keys or a secret")
    if new.kind is Kind.SYSTEM:
        if new.clinic_id is None or not any(keys) or new.redirect_uris or new.launch_uri:
            raise NoWayInError("a system has a clinic and keys, and no redirect addresses")
        return
    if new.clinic_id is not None or not 0 < len(new.redirect_uris) <= MOST_REDIRECTS:
        raise NoWayInError(f"an app has 1 to {MOST_REDIRECTS} redirect addresses and no clinic")
    if len(set(new.redirect_uris)) < len(new.redirect_uris):
        raise AddressRefusedError("an address stands twice")


def _locked(client_id: ClientId) -> Client:
    row = Client.objects.select_for_update().filter(pk=client_id).first()
    if row is None:
        raise UnknownClientError
    return row


def _note(row: Client, act: Act, by: By, now: datetime) -> None:
    ClientAct.objects.create(client=row, act=act.value, by_id=by.account_id, app=by.app, at=now)
