"""`medkarta web`: the web server with its worker processes."""

import click

from medkarta.config import environment


@click.command(epilog="\b\nExample:\n  TLS_CERTIFICATE=… TLS_KEY=… HOST=0.0.0.0 medkarta web")
@click.option("--when-told", is_flag=True, hidden=True, help="Wait for a line on standard input.")
def web(*, when_told: bool) -> None:
    """Answer requests. In production this and `medkarta worker` run beside your own database."""
    from medkarta.config.start import settle_in

    given = environment.read()
    settle_in(given)
    from medkarta.config.web.server import serve

    serve(given, when_told=when_told)
