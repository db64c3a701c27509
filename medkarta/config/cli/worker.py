"""`medkarta worker`: background jobs, from the same database as everything else."""

import click

from medkarta.config import environment


@click.command()
@click.option("--when-told", is_flag=True, hidden=True, help="Wait for a line on standard input.")
def worker(*, when_told: bool) -> None:
    """Do background jobs until stopped; a job that was cut off is taken up again."""
    from medkarta.config.start import settle_in, wait_until_told

    settle_in(environment.read())
    import django

    django.setup()
    from procrastinate.contrib.django import app

    from medkarta.config.stalled import take_up_soon

    if when_told:
        wait_until_told()
    take_up_soon()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as jobs:
        jobs.run_worker(name="medkarta", shutdown_graceful_timeout=1, delete_jobs="successful")
