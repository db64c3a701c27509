"""Pages of apps: which of them a browser lets read the API's answers."""

from typing import Final

from psycopg import AsyncConnection

from medkarta.clients.rules.registration import origin_of

# As `queries.app_origins` says it, for a side that has no Django connection.
_ADDRESSES: Final = """
SELECT DISTINCT unnest(redirect_uris) FROM client
WHERE kind = 'app' AND approved_at IS NOT NULL AND disabled_at IS NULL
"""


async def is_an_apps(origin: str, *, connection: AsyncConnection) -> bool:
    """Whether an app that may act now has an address at this origin."""
    rows = await (await connection.execute(_ADDRESSES)).fetchall()
    return any(origin_of(address) == origin for (address,) in rows)
