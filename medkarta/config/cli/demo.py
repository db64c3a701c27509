"""`medkarta demo …`: who the demo people are, and being one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from medkarta.config import environment
from medkarta.config.cli.settling import settle_with_progress
from medkarta.config.database import gather_statistics, reached
from medkarta.config.environment import Environment
from medkarta.config.home import Home
from medkarta.config.words import SaidInWordsError
from medkarta.demo import book, queries
from medkarta.demo.population import DEFAULT_SEED

_COLUMNS = ("name", "role", "email", "state")


class NotInDemoError(SaidInWordsError):
    """A helper of the demo was called where people are real."""


class DemoPersonError(SaidInWordsError):
    """Nobody or more than one is meant, or what is asked cannot be done for them."""


@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  medkarta demo people\n  medkarta demo code Анна\n"
    "  medkarta demo confirm petr.primerov@demo.medkarta.example\n"
    "  medkarta demo token\n"
    "  medkarta demo --people 20000 --seed 7",
)
@click.option("--people", "count", type=click.IntRange(min=0), help="Make so many citizens.")
@click.option("--seed", type=click.IntRange(min=0), default=DEFAULT_SEED, show_default=True)
@click.pass_context
def demo(context: click.Context, *, count: int | None, seed: int) -> None:
    """List the demo people, print their one-time codes, confirm an identity, call the FHIR API.

    Passwords and one-time-code secrets stand in MEDKARTA_HOME/demo-people.json.

    With --people: store generated citizens, whole medical records of people who do not exist. The
    same seed makes the same people everywhere. After Ctrl-C run it again, and it goes on. Seeds
    that differ by a multiple of eight share numbers: keep them in homes of their own.
    """
    if context.invoked_subcommand is None and count is None:
        click.echo(context.get_help())
    elif context.invoked_subcommand is None and count is not None:
        _settle(count, seed)
    elif count is not None:
        raise click.UsageError("--people stands without another command.")


@demo.command()
def people() -> None:
    """List the demo people and how far each has come."""
    entries = book.read(_home(environment.read()))
    rows = [_COLUMNS, *(tuple(str(getattr(entry, key)) for key in _COLUMNS) for entry in entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


@demo.command()
@click.argument("name")
def code(name: str) -> None:
    """Print the present one-time code of NAME: a name, an e-mail address, or a part of either."""
    home = _home(environment.read())
    with _in_words(name):
        entry = book.find(book.read(home), name)
        found = queries.code_of(entry, datetime.now(tz=UTC))
    click.echo(found.digits)
    click.echo(f"{entry.name}, {entry.email}: for {found.seconds_left} s more", err=True)


@demo.command()
@click.argument("name")
def confirm(name: str) -> None:
    """Confirm the identity of NAME, as an operator does who has seen the passport."""
    given = environment.read()
    home = _home(given)
    with reached(given, doing="demo confirm"):
        import django

        django.setup()
        from medkarta.demo.actions import confirm as confirm_as_operator

        with _in_words(name), _identity_in_words(name):
            email = confirm_as_operator(home=home, words=name, now=datetime.now(tz=UTC))
    click.echo(f"The identity of {email} is confirmed.")


@demo.command()
def token() -> None:
    """Print a token of the demo clinic's system: the FHIR API takes it for five minutes.

    The system itself, with its private key, stands in MEDKARTA_HOME/demo-clients.json.
    """
    given = environment.read()
    home = _home(given)
    with reached(given, doing="demo token"):
        import django

        django.setup()
        from medkarta.demo.actions import NoProgramsError, token_of_system

        try:
            click.echo(token_of_system(home=home, now=datetime.now(tz=UTC)))
        except NoProgramsError as problem:
            raise DemoPersonError(
                "There is no demo system: the first `medkarta run` makes it."
            ) from problem


def _settle(people: int, seed: int) -> None:
    given = environment.read()
    _home(given)
    with reached(given, doing="demo --people"):
        import django

        django.setup()
        settle_with_progress(people=people, seed=seed)
        gather_statistics(given)


def _home(given: Environment) -> Home:
    if not given.demo:
        raise NotInDemoError(
            "This is not a demo: there are no demo people, and nobody's code or identity is at"
            " hand here. Demo mode is MEDKARTA_DEMO=yes, and only where no real people are."
        )
    return Home(given.home)


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    try:
        yield
    except book.UnknownDemoPersonError as problem:
        raise DemoPersonError(
            f"No demo person is called “{name}”. `medkarta demo people` lists them; they are made"
            " by the first `medkarta run`."
        ) from problem
    except book.AmbiguousNameError as problem:
        listed = "\n".join(f"  {entry.name}  {entry.email}" for entry in problem.entries)
        raise DemoPersonError(f"“{name}” may be any of these, say which:\n{listed}") from problem
    except queries.NoSecondFactorError as problem:
        raise DemoPersonError(
            f"{problem} has no one-time codes: `medkarta demo people` says how far each has come."
            " Who signed up themselves has the codes in their own authenticator."
        ) from problem


@contextmanager
def _identity_in_words(name: str) -> Iterator[None]:
    from medkarta.accounts import actions as accounts
    from medkarta.demo.actions import NoAccountError

    try:
        yield
    except NoAccountError as problem:
        raise DemoPersonError(f"Nobody has signed up as {problem} yet.") from problem
    except accounts.EmailNotVerifiedError as problem:
        raise DemoPersonError(
            f"The e-mail address of {name} is not verified: the code lies in the outbox."
        ) from problem
    except accounts.PersonalDataIncompleteError as problem:
        raise DemoPersonError(
            f"The profile of {name} is not filled in: an operator has nothing to compare."
        ) from problem
    except accounts.SnilsConfirmedElsewhereError as problem:
        raise DemoPersonError(f"The СНИЛС of {name} is confirmed for another account.") from problem
    except (accounts.NotACitizenError, accounts.OwnIdentityError) as problem:
        raise DemoPersonError(
            f"{name} is no citizen: there is no identity to confirm."
        ) from problem
