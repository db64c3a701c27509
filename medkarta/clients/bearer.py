"""How a bearer token is looked up: pieces of a statement, for whoever asks whose it is.

Aliases: `t` client_token, `c` client, `z` client_authorization, `a` account.
"""

from typing import Final

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
