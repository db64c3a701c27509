"""`medkarta migrate`: the tables, the cache's table, and the application role's rights."""

import os

import click

from medkarta.config import environment, privileges, schema, service_user
from medkarta.config.database import reached
from medkarta.config.home import Home
from medkarta.config.postgres import connection

_ONE_AT_A_TIME = 4_120_331  # any number, the same in every process


@click.command(epilog="\b\nExample:\n  DATABASE_OWNER_URL=… DATABASE_URL=… medkarta migrate")
@click.option("--quiet", is_flag=True, help="Say nothing when all goes well.")
def migrate(*, quiet: bool) -> None:
    """Bring the database's tables up to date, as the role that owns them. Repeatable."""
    given = environment.read()
    os.environ["MEDKARTA_DATABASE_ROLE"] = "owner"
    # Before settings are read: what is sealed here must open in the other processes of this home.
    Home(given.home).ensure(owner=service_user.ensure() if service_user.needed() else None)
    with reached(given, doing="migrate", migrated=False):
        apply(given, verbosity=0 if quiet else 1)
    if not quiet:
        click.echo("The database is up to date.")


def apply(given: environment.Environment, *, verbosity: int) -> None:
    """Apply what is missing. Two at once wait for each other."""
    import django
    import psycopg
    from django.core.management import call_command

    django.setup()
    from medkarta.accounts.actions import seal_secrets

    owner = connection.of_role(given, owner=True)
    with psycopg.connect(**owner.conninfo(), autocommit=True) as held:  # type: ignore[arg-type]
        held.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=0)
        seal_secrets()
        schema.set_current(held)
        privileges.grant(held, role=connection.of_role(given, owner=False).user)
