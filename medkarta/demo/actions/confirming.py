"""The demo operator says that an identity is right."""

from datetime import datetime

from medkarta.accounts import actions as accounts
from medkarta.accounts import queries as account_queries
from medkarta.accounts.rules import Role
from medkarta.demo import book
from medkarta.demo.cast import OPERATOR_EMAIL, OPERATOR_NAME
from medkarta.demo.credentials import credentials_for
from medkarta.demo.ports import DemoHome
from medkarta.demo.way import ORIGIN, PASSPORT
from medkarta.foundation.ids import AccountId
from medkarta.patients.queries import person_of


class NoAccountError(LookupError):
    """Nobody has signed up with this address yet; the message is the address."""


def open_operator() -> AccountId:
    """Make the demo operator's account; repeated: the account that is there."""
    credentials = credentials_for(OPERATOR_EMAIL)
    return accounts.open_account(
        new=accounts.NewAccount(
            email=OPERATOR_EMAIL,
            password=credentials.password,
            role=Role.OPERATOR,
            name=OPERATOR_NAME,
            totp_secret=credentials.totp_secret,
        )
    )


def confirm(*, home: DemoHome, words: str, now: datetime) -> str:
    """Confirm, as the demo operator, the identity of whom the words mean; answer their address.

    Anybody with an account can be named by the whole address, in the book or not. Raises
    `NoAccountError`, the errors of `book.find`, and those of `accounts.actions.confirm_identity`.
    """
    account = account_queries.account_by_email(words)
    if account is None:
        meant = book.find(book.read(home), words).email
        account = account_queries.account_by_email(meant)
        if account is None:
            raise NoAccountError(meant)
    person = person_of(account.account_id)
    accounts.confirm_identity(
        account_id=account.account_id,
        by=open_operator(),
        document_kind=PASSPORT,
        seen=person.data.fingerprint if person else "",
        origin=ORIGIN,
        now=now,
    )
    return account.email
