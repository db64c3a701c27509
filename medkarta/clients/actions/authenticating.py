"""Which program asks: by its signed word, its secret, or, of a public app, by its name alone."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from medkarta.clients import assertions, dpop
from medkarta.clients.assertions import AssertionRefusedError, Expected
from medkarta.clients.jwks import KeysUnreachableError, keys_at
from medkarta.clients.known import ClientView, view
from medkarta.clients.models import AssertionSeen, Client, RefreshToken
from medkarta.clients.rules.errors import Code, OAuthError
from medkarta.clients.rules.keys import PublicKey, public_keys
from medkarta.clients.secret_words import digest_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What a request shows of who sends it. Of secret and assertion at most one is there.

    A public app need not name itself where it shows its refresh token (RFC 6749 §6), and SMART's
    own client does not.
    """

    client_id: str
    secret: str = ""
    assertion: str = ""
    refresh_token: str = ""


def authenticate_client(*, shown: Shown, audience: str, now: datetime) -> ClientView:
    """The program that asks. `audience`: the address that an assertion must be made for.

    Raises `OAuthError` (invalid_client), in the same words whoever it was and whatever failed. A
    `jti` that was taken stays taken, whatever becomes of the request.
    """
    row = _meant(shown)
    if row is None or not view(row).stands or not _proved(row, shown, audience, now):
        raise OAuthError(Code.INVALID_CLIENT, "The client is not known, or did not prove itself.")
    return view(row)


def _meant(shown: Shown) -> Client | None:
    if shown.client_id or shown.assertion or not shown.refresh_token:
        return Client.objects.filter(client_id=_claimed(shown)[:64]).first()
    digest = digest_of(shown.refresh_token)
    held = RefreshToken.objects.filter(digest=digest or b"").select_related("client").first()
    return None if held is None else held.client


def _claimed(shown: Shown) -> str:
    if not shown.assertion:
        return shown.client_id
    try:
        claimed = assertions.claimed_client_id(shown.assertion)
    except AssertionRefusedError:
        return ""
    return claimed if shown.client_id in ("", claimed) else ""


def _proved(row: Client, shown: Shown, audience: str, now: datetime) -> bool:
    if row.jwks is not None or row.jwks_uri:
        return bool(shown.assertion) and _signed(row, shown.assertion, audience, now)
    if row.secret_hash:
        digest = digest_of(shown.secret)
        return digest is not None and hmac.compare_digest(digest.hex(), row.secret_hash)
    return not shown.secret and not shown.assertion


def _signed(row: Client, assertion: str, audience: str, now: datetime) -> bool:
    def keys() -> Sequence[PublicKey]:
        return keys_at(row.jwks_uri) if row.jwks_uri else public_keys(row.jwks)

    expected = Expected(
        client_id=row.client_id, audience=audience, jwks_uri=row.jwks_uri, keys=keys
    )
    try:
        found = assertions.check(assertion, expected, now=now)
        with transaction.atomic():
            digest = hashlib.sha256(f"{row.pk}:{found.jti}".encode()).digest()
            AssertionSeen.objects.create(digest=digest, expires_at=found.expires_at)
    except (AssertionRefusedError, KeysUnreachableError, IntegrityError):
        return False
    return True


def prove_key(*, client: ClientView, word: str, address: str, now: datetime) -> str:
    """The thumbprint of the key that the client's next token is bound to; empty: of none.

    Raises `OAuthError` (invalid_dpop_proof). A word is taken once, whatever becomes of the request.
    """
    if not client.dpop_bound:
        return ""
    proof = _checked(word, dpop.Shown(method="POST", address=address), now)
    _take(proof)
    return proof.thumbprint


def prove_held_key(*, proof_key: str, word: str, shown: dpop.Shown, now: datetime) -> None:
    """Bear out that whoever shows a token has the key that it is bound to, `proof_key`.

    Raises as `prove_key`; a word of another key is not taken, so that nobody fills the table.
    """
    proof = _checked(word, shown, now)
    if proof.thumbprint != proof_key:
        raise OAuthError(Code.INVALID_DPOP_PROOF, "The proof is not of this token's key.")
    _take(proof)


def _checked(word: str, shown: dpop.Shown, now: datetime) -> dpop.Proof:
    try:
        return dpop.check(word, shown, now=now)
    except AssertionRefusedError as error:
        words = f"The DPoP header has no proof for this request: {error}."
        raise OAuthError(Code.INVALID_DPOP_PROOF, words) from error


def _take(proof: dpop.Proof) -> None:
    try:
        with transaction.atomic():
            AssertionSeen.objects.create(digest=proof.digest, expires_at=proof.expires_at)
    except IntegrityError as error:
        raise OAuthError(Code.INVALID_DPOP_PROOF, "This proof was used before.") from error
