"""`medkarta reindex`: what search finds in each resource, taken out of its text anew."""

from typing import Final

import click

from medkarta.config import environment
from medkarta.config.database import reached

_TOLD_EVERY: Final = 5_000  # resources


@click.command(
    epilog="\b\nExamples:\n  medkarta reindex\n  medkarta reindex --after PLACE\n\n"
    "In batches, beside everything that is running. A run that was cut off goes on from the last"
    " PLACE that it told; a second run leaves all as it is."
)
@click.option("--after", metavar="PLACE", help="Go on after this place, as a former run told it.")
def reindex(*, after: str | None) -> None:
    """Rebuild what search finds: after an upgrade that takes more out of resources."""
    with reached(environment.read(), doing="reindex"):
        import django

        django.setup()
        from medkarta.foundation.ids import MalformedIdError
        from medkarta.record.actions import reindexing

        total = reindexing.count_all()
        done = mended = told = 0
        try:
            for batch in reindexing.reindex(after=after):
                done, mended = done + batch.count, mended + batch.mended
                if done - told >= _TOLD_EVERY:
                    told = done
                    click.echo(f"{done:,} resources of {total:,}. To go on: --after {batch.last}")
        except MalformedIdError as error:
            raise click.BadParameter("no place that a run told", param_hint="--after") from error
    click.echo(f"{done:,} resources were looked at, {mended:,} of them mended.")
