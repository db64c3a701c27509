"""Keys by which we sign: made when needed, by age or by command, and published while believed."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from jwt.algorithms import RSAAlgorithm

from medkarta.clients.identity import ALGORITHM, Signer
from medkarta.clients.models import SigningKey
from medkarta.foundation.sealing import NotSealedHereError

SIGNS_FOR: Final = timedelta(days=90)
# Longer than any id_token lives, and than others keep what they fetched.
STILL_PUBLISHED: Final = timedelta(days=1)
_BITS: Final = 2048
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('client_signing_key', 0))"


def signer(*, now: datetime) -> Signer:
    """The key that signs now; one is made where there is none that we can open."""
    return _opened(SigningKey.objects.order_by("-made_at", "kid").first()) or _make(now)


@transaction.atomic
def renew_key(*, now: datetime) -> None:
    """Make a new key where the newest has signed long enough; forget those that nobody needs."""
    _wait()
    newest = SigningKey.objects.order_by("-made_at", "kid").first()
    if newest is None or newest.made_at <= now - SIGNS_FOR:
        _write(now)
    followed = SigningKey.objects.filter(
        made_at__gt=OuterRef("made_at"), made_at__lte=now - STILL_PUBLISHED
    )
    SigningKey.objects.filter(Exists(followed)).delete()


@transaction.atomic
def replace_key(*, stolen: bool, now: datetime) -> str:
    """Sign with a new key from now on; answers its `kid`.

    `stolen`: what the former ones signed is not to be believed any more, so they are not published
    for a day longer as they are otherwise.
    """
    _wait()
    if stolen:
        SigningKey.objects.all().delete()
    return _write(now).kid


def _opened(row: SigningKey | None) -> Signer | None:
    """None also of a key that was sealed under secrets which this installation has lost."""
    if row is None:
        return None
    try:
        pem = settings.SEALER.open(row.sealed, about=row.place)
    except NotSealedHereError:
        return None
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("a key of ours is an RSA key")
    return Signer(kid=row.kid, key=key)


@transaction.atomic
def _make(now: datetime) -> Signer:
    _wait()
    # Once more: whoever was waited for may have made one.
    made = _opened(SigningKey.objects.order_by("-made_at", "kid").first()) or _opened(_write(now))
    if made is None:
        raise NotSealedHereError("a key that was sealed a moment ago")
    return made


def _write(now: datetime) -> SigningKey:
    key = rsa.generate_private_key(65537, _BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    row = SigningKey(kid=secrets.token_hex(8), made_at=now)
    named = {"kid": row.kid, "use": "sig", "alg": ALGORITHM}
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    row.public = {name: public[name] for name in ("kty", "n", "e")} | named
    row.sealed = settings.SEALER.seal(pem.decode("ascii"), about=row.place)
    row.save(force_insert=True)
    return row


def _wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
