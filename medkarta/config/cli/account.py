"""`medkarta account`: what the operator of the machine may do to an account, and no more."""

from datetime import UTC, datetime

import click

from medkarta.config import environment
from medkarta.config.database import reached
from medkarta.config.words import SaidInWordsError

_REASONS = ("leak", "takeover")


class NoSuchEmailError(SaidInWordsError):
    """Nobody signs in with this address."""


@click.group()
def account() -> None:
    """Accounts. No command here shows, sets or mends a password: only its owner does."""


@account.command(
    name="ask-password-change",
    epilog="\b\nExample:\n  medkarta account ask-password-change anna@example.org --reason leak",
)
@click.argument("email")
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="What the person reads.")
def ask_password_change(*, email: str, reason: str) -> None:
    """Let EMAIL do nothing before the password is changed; a letter says so. Repeatable."""
    given = environment.read()
    with reached(given, doing="ask for a new password"):
        import django

        django.setup()
        asked = _ask(email, reason)
    if asked:
        click.echo("Asked. The next page that the person opens asks for a new password.")
    else:
        click.echo("It was asked before, and the password has not been changed yet.")


def _ask(email: str, reason: str) -> bool:
    from medkarta.accounts import actions
    from medkarta.accounts.rules import AskedBecause
    from medkarta.audit.drafts import Origin

    try:
        return actions.ask_password_change_by_email(
            email=email,
            because=AskedBecause(reason),
            origin=Origin(app="cli", request_id="", address=None, device=""),
            now=datetime.now(UTC),
        )
    except actions.NoSuchAccountError as missing:
        raise NoSuchEmailError(f"No account has the address {email}.") from missing
