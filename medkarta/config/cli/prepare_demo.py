"""Make the demo people where there are none yet; `medkarta run` calls this."""

import click

from medkarta.config import environment
from medkarta.config.cli.embedded import ask_the_embedded_register
from medkarta.config.cli.settling import settle_with_progress
from medkarta.config.database import gather_statistics, reached
from medkarta.config.home import Home
from medkarta.demo.cast import CAST, PARENTS, SHOWCASE
from medkarta.demo.policies import INSURED_CASES
from medkarta.demo.population import DEFAULT_SEED


@click.command()
def prepare_demo() -> None:
    """Make the demo people. Repeatable."""
    given = environment.read()
    if not given.demo:
        return
    ask_the_embedded_register()
    with reached(given, doing="prepare-demo"):
        import django

        django.setup()
        from django.utils import timezone

        from medkarta.demo.actions import populate, register_programs

        shown = (*SHOWCASE, *PARENTS, *INSURED_CASES) if given.demo_people > len(CAST) else ()
        others = given.demo_people - len(CAST) - len(shown)
        if others > 0:
            settle_with_progress(people=others, seed=DEFAULT_SEED)
        # Last, as the book says that all is done: a start that was cut short begins here again.
        populate(home=Home(given.home), now=timezone.now(), people=(*CAST, *shown))
        register_programs(home=Home(given.home), now=timezone.now())
        gather_statistics(given)
