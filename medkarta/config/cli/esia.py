"""`medkarta esia`: the ESIA to learn on. It reads no settings and touches no database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medkarta.config.words import CONFIGURATION, SaidInWordsError

if TYPE_CHECKING:
    from medkarta.demo.standins.esia.keys import EsiaKeys


class NoGostError(SaidInWordsError):
    """GOST was asked for where OpenSSL does not know it."""

    exit_code = CONFIGURATION


@click.command(
    epilog="\b\nExample:\n  medkarta esia --port 8100 --keys var/keys"
    " --redirect-uri http://localhost:8000/esia/callback"
)
@click.option("--port", type=click.IntRange(0, 65535), default=8100, show_default=True)
@click.option("--keys", "folder", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--redirect-uri", "redirect_uris", multiple=True)
@click.option("--gost", is_flag=True, help="Sign by GOST instead of RSA.")
@click.option("--keys-only", is_flag=True, help="Make the keys that are missing, and end.")
def esia(
    *, port: int, folder: Path, redirect_uris: tuple[str, ...], gost: bool, keys_only: bool
) -> None:
    """Play ESIA on this machine: its protocol, its errors, invented people, no passwords.

    Keys and certificates, its own and the client's, lie in the folder of --keys and are made where
    they are missing. `POST /_mood` makes it slow, silent or broken.
    """
    from medkarta.accounts.esia import openssl
    from medkarta.demo.standins.esia.keys import EsiaKeys

    if gost and not openssl.has_gost():
        raise NoGostError(
            "OpenSSL here does not know GOST. On Debian: apt-get install libengine-gost-openssl."
        )
    keys = EsiaKeys(folder)
    if not keys.there:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys.make(_now(), gost=gost)
    if not keys_only:
        _serve(keys, port, redirect_uris, gost=gost)


def _serve(keys: "EsiaKeys", port: int, redirect_uris: tuple[str, ...], *, gost: bool) -> None:
    from medkarta.demo.standins.esia.asking import Checks
    from medkarta.demo.standins.esia.server import Esia

    checks = Checks(keys=keys, redirect_uris=redirect_uris, gost=gost)
    Esia(checks=checks, clock=_now).stand_in(port).serve()


def _now() -> datetime:
    return datetime.now(tz=UTC)
