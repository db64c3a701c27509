"""`medkarta client`: programs that call the API, as the operator of the machine keeps them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from medkarta.config import environment
from medkarta.config.database import reached
from medkarta.config.words import SaidInWordsError


class ClientRefusedError(SaidInWordsError):
    """The program cannot be registered so, or there is none such."""


@click.group(
    epilog="\b\nExamples:\n"
    "  medkarta client add --kind system --clinic CLINIC --name 'МИС' --publisher 'Клиника' \\\n"
    "      --scope 'system/*.cruds' --jwks keys.json\n"
    "  medkarta client add --kind app --name 'Дневник' --publisher 'ООО «Вымысел»' \\\n"
    "      --scope 'launch/patient patient/*.rs' --redirect-uri https://app.example/back\n"
    "  medkarta client clinics\n"
    "  medkarta client list"
)
def client() -> None:
    """Programs: clinics' systems and citizens' apps. What is added here is approved by that."""


@client.command()
@click.option("--kind", type=click.Choice(["app", "system"]), required=True)
@click.option("--name", required=True, help="What people read.")
@click.option("--publisher", required=True, help="Who answers for it.")
@click.option("--scope", required=True, help="SMART scopes with spaces between.")
@click.option("--clinic", type=click.UUID, help="A system's clinic, as `clinics` lists it.")
@click.option("--redirect-uri", multiple=True, help="An app's address, letter by letter.")
@click.option(
    "--jwks", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Public keys."
)
@click.option("--jwks-uri", default="", help="Where the public keys lie.")
@click.option("--launch-uri", default="", help="Where our page opens an app.")
@click.option("--dpop", "dpop_bound", is_flag=True, help="Bind its tokens to a key (RFC 9449).")
@click.option("--secret", "with_secret", is_flag=True, help="Make a secret and print it.")
def add(*, jwks: Path | None, **said: Any) -> None:  # noqa: ANN401 - click's options
    """Register a program and print its client_id (and its secret, this once)."""
    keys = None if jwks is None else _read(jwks)
    with _ready("register a program"):
        made = _register({**said, "jwks": keys})
    click.echo(f"client_id {made.client.client_id}")
    if made.secret:
        click.echo(f"secret    {made.secret}")


@client.command()
def clinics() -> None:
    """List the clinics that a system can be registered for: id, name."""
    with _ready("list clinics"):
        from medkarta.clinics.queries import connected

        rows = connected()
    for clinic_id, name in rows:
        click.echo(f"{clinic_id}  {name}")


@client.command(name="list")
def list_() -> None:
    """List the programs: client_id, kind, state, name."""
    with _ready("list programs"):
        from medkarta.clients.queries import clients

        rows = clients()
    for one in rows:
        state = "disabled" if one.disabled_at else "approved" if one.approved_at else "waits"
        click.echo(f"{one.client_id}  {one.kind:6}  {state:8}  {one.name}")


@client.command()
@click.argument("client_id")
def disable(*, client_id: str) -> None:
    """Shut the program out for good: its tokens are dead at the next request. Repeatable."""
    with _ready("disable a program"):
        from medkarta.clients import actions, queries

        found = queries.client_called(client_id)
        if found is None:
            raise ClientRefusedError(f"No program is called {client_id}.")
        by = actions.By(account_id=None, app="cli")
        actions.disable_client(client_id=found.id, by=by, now=datetime.now(UTC))
    click.echo("Disabled.")


@client.command(name="new-key")
@click.option("--stolen", is_flag=True, help="Nothing signed until now is to be believed.")
def new_key(*, stolen: bool) -> None:
    """Sign id_tokens with a new key from now on; it is changed by itself every 90 days."""
    with _ready("make a key"):
        from medkarta.clients import actions

        kid = actions.replace_key(stolen=stolen, now=datetime.now(UTC))
    click.echo(f"kid {kid}")


def _register(said: dict[str, Any]) -> Any:  # noqa: ANN401 - models come with Django
    from medkarta.clients import actions
    from medkarta.clients.rules.kinds import Kind
    from medkarta.clinics.queries import names
    from medkarta.foundation.ids import ClinicId

    clinic = said.pop("clinic")
    if clinic is not None and not names([ClinicId(clinic)]):
        raise ClientRefusedError(f"No clinic has the id {clinic}.")
    uris = said.pop("redirect_uri")
    kind = Kind(said.pop("kind"))
    new = actions.NewClient(kind=kind, clinic_id=clinic, redirect_uris=uris, **said)
    try:
        by = actions.By(account_id=None, app="cli")
        return actions.register_client(new=new, by=by, now=datetime.now(UTC))
    except ValueError as error:
        raise ClientRefusedError(f"Not registered: {error}.") from error


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ClientRefusedError(f"{file} holds no JSON.") from error


@contextmanager
def _ready(doing: str) -> Iterator[None]:
    with reached(environment.read(), doing=doing):
        import django

        django.setup()
        yield
