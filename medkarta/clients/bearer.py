"""How a bearer token is looked up: pieces of a statement, for whoever asks whose it is.

Aliases: `t` client_token, `c` client, `z` client_authorization, `a` account.
"""

import hashlib
from typing import Final

from psycopg import AsyncConnection

from medkarta.clients.dpop import Proof

JOINED: Final = """
JOIN client c ON c.id = t.client_id
LEFT JOIN client_authorization z ON z.id = t.authorization_id
LEFT JOIN account a ON a.id = t.account_id
"""


def alive(now: str) -> str:
    """That the token may be used at a moment, which is a piece of SQL too."""
    return f"t.revoked_at IS NULL AND t.expires_at > {now} AND {permitted(now)}"


def permitted(now: str) -> str:
    """That whoever has the token may still do what it is for, whatever the token's own state.

    Its client is approved and not disabled; an app's authorization stands too, the account is
    active and no new password is asked of it.
    """
    return f"""
c.approved_at <= {now} AND c.disabled_at IS NULL
AND (t.authorization_id IS NULL
     OR z.ended_at IS NULL AND z.expires_at > {now}
        AND a.is_active AND a.password_change_asked = '')
"""


# For a token that there is: nobody fills the table with words for others.
_TAKE: Final = """
INSERT INTO client_assertion_seen (digest, expires_at)
SELECT %s, %s FROM client_token WHERE digest = %s AND proof_key = %s
ON CONFLICT DO NOTHING RETURNING true
"""


async def take_proof(proof: Proof, token: str, *, connection: AsyncConnection) -> bool:
    """Take the word for the token's key: once, over all processes. False: used, or another key."""
    digest = hashlib.sha256(token.encode()).digest()
    values = (proof.digest, proof.expires_at, digest, proof.thumbprint)
    return await (await connection.execute(_TAKE, values)).fetchone() is not None
