"""`medkarta cert --self-signed`: a certificate for trials of TLS."""

import re
from datetime import UTC, datetime

import click

from medkarta.config import environment, service_user, trial_certificate
from medkarta.config.home import Home
from medkarta.config.words import SaidInWordsError

_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.:-]{0,250}[0-9A-Za-z])?")


class CertificateThereError(SaidInWordsError):
    """There is one already, and somebody may be using it."""


@click.command(
    epilog="\b\nExample:\n  medkarta cert --self-signed --name med.example --name 10.0.0.5"
)
@click.option("--self-signed", is_flag=True, help="Say it: nobody else vouches for this one.")
@click.option(
    "--name", "names", multiple=True, help="Host name or address; localhost is always in."
)
@click.option("--days", type=click.IntRange(1, 90), default=30, show_default=True)
@click.option("--again", is_flag=True, help="Replace the one that is there.")
def cert(*, self_signed: bool, names: tuple[str, ...], days: int, again: bool) -> None:
    """Make a certificate and key in MEDKARTA_HOME/tls, and print the settings that use them.

    For trials alone: browsers warn of it. For people, get one from an authority that they trust.
    """
    if not self_signed:
        raise click.UsageError(
            "Medkarta makes self-signed certificates only, for trials: say --self-signed."
            " For people, get a certificate from an authority that their browsers trust."
        )
    for name in names:
        if not _HOST.fullmatch(name):
            raise click.BadParameter(f"“{name}” is neither a host name nor an address.")
    given = environment.read()
    home = Home(given.home)
    home.ensure(owner=service_user.ensure() if service_user.needed() else None)
    folder = home.path / "tls"
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if certificate.exists() and not again:
        raise CertificateThereError(f"{certificate} is there already; --again replaces it.")
    folder.mkdir(mode=0o700, exist_ok=True)
    home.hand_over(folder)
    wanted = dict.fromkeys((*names, "localhost", "127.0.0.1", "::1"))
    made = trial_certificate.make(names=list(wanted), days=days, now=datetime.now(UTC))
    home.write_private(key, made[1])
    home.write_private(certificate, made[0])
    click.echo(f"TLS_CERTIFICATE={certificate}\nTLS_KEY={key}")
    click.echo(f"Good for {days} days, for {', '.join(wanted)}. Browsers will warn.", err=True)
