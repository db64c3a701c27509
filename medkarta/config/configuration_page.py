"""docs/configuration.md, made from the settings themselves.

`python -m medkarta.config.configuration_page > docs/configuration.md` writes it anew.
"""

import sys

from medkarta.config.variables import VARIABLES

_HEAD = """# Settings

Settings are environment variables, read once at the start. A wrong one stops the start with a
sentence that names it. `medkarta check` prints each with the value in force. This page is made
from `medkarta/config/variables.py`.

| variable | default | meaning |
| --- | --- | --- |
"""

_TAIL = """
Outside the loopback the web server speaks TLS 1.3 only (`TLS_CERTIFICATE`, `TLS_KEY`), or listens
on a `UNIX_SOCKET` behind a TLS proxy of yours; then `MEDKARTA_ORIGIN` is the proxy's address, and
the proxy sets `X-Forwarded-For` and `X-Forwarded-Proto` itself. For a trial of TLS,
`medkarta cert --self-signed --name NAME` makes a certificate of our own in `MEDKARTA_HOME/tls` and
prints the two settings; browsers warn of it.

Letters are handed to `MEDKARTA_MESSAGE_GATEWAY` as `POST /messages` with JSON (`id`, `to`,
`subject`, `text`, `created_at`), a bearer token and the id as `Idempotency-Key`. The token is the
file `keys/gateway_token` in `MEDKARTA_HOME`, for its owner alone. Any 2xx means taken; all else is
tried again. [Which letters there are, and why](letters.md).

With a database of your own (`DATABASE_URL`, `DATABASE_OWNER_URL`), make two roles: one owns the
database, the other may only connect. `medkarta migrate` gives it its rights. It needs 9 connections
for each web process beside those of its `WEB_THREADS`, and `max_locks_per_transaction = 1024`, with
which large bundles of clinics' systems keep nobody waiting but who writes the same.

After an upgrade that lets search find more (CHANGELOG says so), `medkarta reindex` takes it out of
what was stored before: index rows, clinics' numbers of their patients, tallies, and where a
resource is filed (section, date, state, code); in batches, beside everything that is running. It
changes no text. Who may see a resource goes by its section: one that is filed elsewhere now is seen
by whom that section is open to. It writes only what is otherwise, and may be cut off: `--after`
goes on from the last place that it told.
"""


def page() -> str:
    """The whole page."""
    rows = (
        f"| `{variable.name}` | {variable.shown_default or '(empty)'} | {variable.meaning} |\n"
        for variable in VARIABLES.values()
    )
    return _HEAD + "".join(rows) + _TAIL


if __name__ == "__main__":
    sys.stdout.write(page())
