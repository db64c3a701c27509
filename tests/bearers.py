"""Bearer tokens in one line each: `app_token(citizen)` and `system_token(clinic_id)`.

The rows are written as the authorization server writes them, without its dance.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from medkarta.clients.models import Authorization, Client, Token
from medkarta.clients.rules.kinds import Kind
from medkarta.foundation.ids import new_uuid

ALL_OF_A_PATIENT = ("launch/patient", "patient/*.rs")
ALL_OF_A_SYSTEM = ("system/*.cruds",)


def app(*, scopes=ALL_OF_A_PATIENT, now=None, **changes):
    """An approved app of citizens."""
    return _client(Kind.APP, scopes, now, name="Дневник вымышленный", **changes)


def system(clinic_id, *, scopes=ALL_OF_A_SYSTEM, now=None, **changes):
    """An approved system of this clinic."""
    named = {"name": "Система вымышленная", **changes}
    return _client(Kind.SYSTEM, scopes, now, clinic_id=clinic_id, confidential=True, **named)


def app_token(citizen, *, scopes=ALL_OF_A_PATIENT, client=None, now=None, **changes):
    """An app's access token for this citizen's own record: what stands after «Bearer »."""
    now = now or datetime.now(UTC)
    client = client or app(now=now)
    whose = {"account_id": citizen.account_id, "person_id": citizen.person_id}
    authorization = Authorization.objects.create(
        id=new_uuid(),
        client=client,
        scopes=list(scopes),
        created_at=now,
        expires_at=now + timedelta(hours=1),
        **whose,
    )
    life = timedelta(hours=1)
    return _token(
        client, now, {"scopes": scopes, "authorization": authorization, **whose, **changes}, life
    )


def system_token(clinic_id, *, scopes=ALL_OF_A_SYSTEM, client=None, now=None, **changes):
    """A clinic's system's access token."""
    now = now or datetime.now(UTC)
    client = client or system(clinic_id, now=now)
    life = timedelta(minutes=5)
    return _token(client, now, {"scopes": scopes, "clinic_id": clinic_id, **changes}, life)


def _client(kind, scopes, now, **fields):
    now = now or datetime.now(UTC)
    given = {
        "client_id": secrets.token_hex(8),
        "publisher": "ООО «Вымысел»",
        "confidential": False,
        "created_at": now,
        "approved_at": now,
        **fields,
    }
    return Client.objects.create(kind=kind.value, scopes=list(scopes), **given)


def _token(client, now, fields, life):
    word = secrets.token_urlsafe(32)
    given = {"issued_at": now, "expires_at": now + life, **fields}
    given["scopes"] = list(given["scopes"])
    Token.objects.create(
        digest=hashlib.sha256(word.encode("ascii")).digest(), client=client, **given
    )
    return word
