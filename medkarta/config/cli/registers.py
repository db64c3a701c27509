"""`medkarta registers`: the outside registers of the demo, played by ourselves."""

import os
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from medkarta.config import environment
from medkarta.config.home import Home
from medkarta.config.words import SaidInWordsError


class NoPlayedRegistersError(SaidInWordsError):
    """The registers that people really depend on are not ours to play."""


@click.command(
    epilog="\b\nExamples:\n  medkarta registers --port 8206\n"
    '  curl -d \'{"mood": "slow", "seconds": 3}\' http://localhost:8206/_mood\n'
    '  curl -d \'{"lie": "forged"}\' http://localhost:8206/_lie'
)
@click.option("--port", type=click.IntRange(1, 65535), default=8200, show_default=True)
def registers(*, port: int) -> None:
    """Play the register of insured persons, for the demo people alone.

    Prints the settings that make `medkarta run` ask it. It is slow, down or lying when told to:
    `POST /_mood` (well, slow, down, broken, nonsense, drip, flood) and `POST /_lie` (another,
    unsigned, forged, stale, replayed, nonsense).
    """
    from medkarta.config.start import settle_in
    from medkarta.demo.policies import register_file
    from medkarta.demo.standins.registers.play import Registers

    given = environment.read()
    if not given.demo:
        raise NoPlayedRegistersError("Registers are played in a demo only: MEDKARTA_DEMO=yes.")
    settle_in(given)
    home = Home(given.home)
    key, public = _keys(home)
    played = Registers(file=register_file(home), key=key).stand_in(port)
    click.echo(f"INSURED_REGISTER_ORIGIN={played.origin} INSURED_REGISTER_KEY={public}")
    click.echo("Playing the registers; Ctrl-C stops.", err=True)
    try:
        played.serve()
    except KeyboardInterrupt:
        played.stop()


def _keys(home: Home) -> tuple[Ed25519PrivateKey, Path]:
    """The played register's key, made once, and the file of its public half."""
    private, public = home.keys / "played-register", home.keys / "played-register.pub"
    if private.exists():
        key = load_pem_private_key(private.read_bytes(), password=None)
        if isinstance(key, Ed25519PrivateKey) and os.access(public, os.R_OK):
            return key, public
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    home.write_private(private, pem.decode())
    told = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    home.write_private(public, told.decode())
    return key, public
