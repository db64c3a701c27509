"""How a bearer token is looked up: one statement's middle part, for whoever asks who it is.

`FROM_BEARER` takes the parameters `digest` (of `secret_words.digest_of`) and `now`, and finds the
row only while the token may be used: not expired or revoked, its client approved and not disabled;
an app's also only while its authorization stands, the account is active and no new password is
asked of it. Aliases: `t` client_token, `c` client, `z` client_authorization, `a` account.
"""

from typing import Final

FROM_BEARER: Final = """
FROM client_token t
JOIN client c ON c.id = t.client_id AND c.approved_at <= %(now)s AND c.disabled_at IS NULL
LEFT JOIN client_authorization z ON z.id = t.authorization_id
LEFT JOIN account a ON a.id = t.account_id
WHERE t.digest = %(digest)s AND t.revoked_at IS NULL AND t.expires_at > %(now)s
  AND (t.authorization_id IS NULL
       OR z.ended_at IS NULL AND z.expires_at > %(now)s
          AND a.is_active AND a.password_change_asked = '')
"""
