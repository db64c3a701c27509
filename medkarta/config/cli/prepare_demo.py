"""Make the demo people where there are none yet; `medkarta run` calls this."""

import click

from medkarta.config import environment
from medkarta.config.database import reached
from medkarta.config.home import Home


@click.command()
def prepare_demo() -> None:
    """Make the demo people. Repeatable."""
    given = environment.read()
    if not given.demo:
        return
    with reached(given, doing="prepare-demo"):
        import django

        django.setup()
        from django.utils import timezone

        from medkarta.demo.actions import populate

        populate(home=Home(given.home), now=timezone.now())
