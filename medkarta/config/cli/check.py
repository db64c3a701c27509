"""`medkarta check`: which settings are in force, and what works, in words."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from medkarta.config import environment
from medkarta.config.environment import Environment
from medkarta.config.home import Home
from medkarta.config.variables import VARIABLES
from medkarta.config.words import FAILED, SaidInWordsError


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    words: str


@click.command(epilog="\b\nExample:\n  medkarta check && medkarta run")
def check() -> None:
    """Print the settings in force, and what works. Starts and changes nothing."""
    given = environment.read()
    click.echo("Settings\n")
    for line in _settings():
        click.echo(line)
    click.echo("\nHealth\n")
    findings = list(_findings(given))
    for finding in findings:
        click.echo(f"  {'ok  ' if finding.good else 'BAD '} {finding.words}")
    if not all(finding.good for finding in findings):
        sys.exit(FAILED)


def _settings() -> Iterator[str]:
    width = max(len(variable.name) for variable in VARIABLES.values())
    for variable in VARIABLES.values():
        given = os.environ.get(variable.name, "")
        value = ("(set)" if variable.secret else given) if given else variable.shown_default
        origin = "" if given else " (default)"
        yield f"  {variable.name.ljust(width)}  {value or '(empty)'}{origin}"
        yield f"  {' ' * width}  {variable.meaning}\n"


def _findings(given: Environment) -> Iterator[Finding]:
    home = Home(given.home)
    if not given.home.exists():
        yield Finding(good=True, words=f"{given.home} is not there yet; `medkarta run` makes it.")
    else:
        try:
            home.check()
        except (SaidInWordsError, PermissionError) as problem:
            yield Finding(good=False, words=str(problem))
            return
        yield Finding(good=True, words=f"{given.home} is private.")
    yield _database(given)
    yield _web(given)


def _database(given: Environment) -> Finding:
    import psycopg

    from medkarta.config import schema
    from medkarta.config.postgres import connection

    target = connection.of_role(given, owner=True)
    try:
        current = schema.is_current(target)
    except psycopg.OperationalError:
        if given.embedded:
            words = "The embedded database is not running; `medkarta run` starts it."
            return Finding(good=True, words=words)
        words = f"The database at {target.host}:{target.port} does not answer as {target.user}."
        return Finding(good=False, words=words)
    if current:
        return Finding(good=True, words="The database answers, and its tables are up to date.")
    words = "The database answers, but its tables are not up to date: `medkarta migrate`."
    return Finding(good=False, words=words)


def _web(given: Environment) -> Finding:
    from medkarta.config.supervisor.port import first_page_answers

    if first_page_answers(given):
        return Finding(good=True, words=f"Pages are answered at {given.public_origin}.")
    words = "No page is answered; that is so until `medkarta run` or `medkarta web`."
    return Finding(good=True, words=words)
