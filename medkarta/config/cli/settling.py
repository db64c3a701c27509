"""Store generated citizens, and show how far it has come."""

from datetime import UTC, datetime

import click

from medkarta.config.words import SaidInWordsError


class NotAllSettledError(SaidInWordsError):
    """Some of the people asked for are not there yet."""


def settle_with_progress(*, people: int, seed: int) -> None:
    """Store them; on Ctrl-C whoever is whole stays. Raises `NotAllSettledError`."""
    from django.db import InterfaceError, OperationalError
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from medkarta.demo.actions import settle
    from medkarta.demo.population import TooManyPeopleError

    columns = (
        TextColumn("people"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[entries]:,} entries, {task.fields[speed]:,.0f}/s"),
        TimeElapsedColumn(),
    )
    entries = created = 0
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=people, entries=0, speed=0.0)
        try:
            for one in settle(people=people, seed=seed, now=datetime.now(UTC)):
                entries += one.entries
                created += one.created
                speed = entries / (progress.tasks[0].elapsed or 1.0)
                progress.update(task, advance=1, entries=entries, speed=speed)
        except KeyboardInterrupt as stop:
            raise NotAllSettledError(
                "Stopped. Whoever is stored stays; run the same again, and it goes on."
            ) from stop
        except TooManyPeopleError as problem:
            raise NotAllSettledError(f"That is too many: {problem}.") from problem
        except (InterfaceError, OperationalError) as problem:
            raise NotAllSettledError(
                "The database went away. Whoever is stored stays; start the database and run the"
                " same again, and it goes on."
            ) from problem
    click.echo(f"{people:,} people of seed {seed} are there; {created:,} entries are new.")
