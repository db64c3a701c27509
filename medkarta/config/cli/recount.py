"""`medkarta recount`: how much stands in each record, counted anew."""

import click

from medkarta.config import environment
from medkarta.config.database import reached


@click.command(
    epilog="\b\nExample:\n  medkarta recount\n\n"
    "One transaction a record, beside everything that is running; a second run changes nothing."
)
def recount() -> None:
    """Count what each record has by section, clinic and year, and mend what is wrong."""
    with reached(environment.read(), doing="recount"):
        import django

        django.setup()
        from medkarta.record.actions.recount import recount_everybody

        wrong = list(recount_everybody())
    click.echo(f"{len(wrong)} records were counted, {sum(wrong)} of them had been told wrongly.")
