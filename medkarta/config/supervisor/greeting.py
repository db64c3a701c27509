"""What `run` prints once the first page answers: the address, and who can sign in."""

import json
import sys
from pathlib import Path

import click

from medkarta.config.environment import Environment
from medkarta.config.home import Home

_COLUMNS = (("name", "Who"), ("email", "Sign-in"), ("password", "Password"), ("state", "Shows"))


def greet(environment: Environment) -> None:
    """Print the address, and in demo mode the demo people."""
    click.echo(f"\nMedkarta answers at {environment.public_origin}")
    if environment.demo:
        people = _demo_people(Home(environment.home))
        if people:
            click.echo(f"\nDemo people (invented):\n{_table(people)}")
            click.echo(f"\nThe one-time code of any of them: {_command()} demo code NAME")
    click.echo("Ctrl-C stops everything.\n")


def _command() -> str:
    """The command line as it can be typed here; `make run` puts it beside Python."""
    script = Path(sys.prefix, "bin", "medkarta")
    if not script.exists():
        return "medkarta"
    here = Path.cwd()
    return str(script.relative_to(here) if script.is_relative_to(here) else script)


def _demo_people(home: Home) -> list[dict[str, object]]:
    try:
        people = json.loads(home.demo_people.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [person for person in people if person.get("email")]


def _table(people: list[dict[str, object]]) -> str:
    rows = [[title for _, title in _COLUMNS]]
    rows += [[str(person.get(key) or "-") for key, _ in _COLUMNS] for person in people]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
