"""`medkarta run`: everything on this machine."""

import sys

import click

from medkarta.config import environment


@click.command(
    epilog="\b\nExamples:\n  medkarta run\n  PORT=9000 MEDKARTA_HOME=/srv/medkarta medkarta run"
)
def run() -> None:
    """Start database, web and worker; bring the tables up to date; print where to go.

    Ctrl-C stops all of it. If any part ends unexpectedly, the rest is stopped too.
    """
    from medkarta.config.start import settle_in

    given = environment.read()
    settle_in(given)
    from medkarta.config.supervisor.run import supervise

    sys.exit(supervise(given))
