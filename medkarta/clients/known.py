"""A registered program as others see it: everything but its secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medkarta.clients.models import Client
from medkarta.clients.rules.kinds import Kind
from medkarta.foundation.ids import AccountId, ClientId, ClinicId


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientView:
    """A program. `jwks` are public keys; `secret_hash` stays in the table."""

    id: ClientId
    client_id: str
    name: str
    publisher: str
    kind: Kind
    clinic_id: ClinicId | None
    confidential: bool
    has_secret: bool
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    jwks: dict[str, Any] | None
    jwks_uri: str
    launch_uri: str
    dpop_bound: bool
    created_at: datetime
    created_by: AccountId | None
    approved_at: datetime | None
    disabled_at: datetime | None

    @property
    def stands(self) -> bool:
        """Whether it may act at all."""
        return self.approved_at is not None and self.disabled_at is None


def view(row: Client) -> ClientView:
    """A row as others see it."""
    return ClientView(
        id=ClientId(row.pk),
        client_id=row.client_id,
        name=row.name,
        publisher=row.publisher,
        kind=Kind(row.kind),
        clinic_id=None if row.clinic_id is None else ClinicId(row.clinic_id),
        confidential=row.confidential,
        has_secret=bool(row.secret_hash),
        redirect_uris=tuple(row.redirect_uris),
        scopes=tuple(row.scopes),
        jwks=row.jwks,
        jwks_uri=row.jwks_uri,
        launch_uri=row.launch_uri,
        dpop_bound=row.dpop_bound,
        created_at=row.created_at,
        created_by=None if row.created_by_id is None else AccountId(row.created_by_id),
        approved_at=row.approved_at,
        disabled_at=row.disabled_at,
    )
