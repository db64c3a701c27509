"""The language that a person reads and is written to in."""

from medkarta.accounts.models import Account
from medkarta.accounts.rules import LANGUAGES
from medkarta.foundation.ids import AccountId


class UnknownLanguageError(Exception):
    """Medkarta does not speak it."""


def choose_language(*, account_id: AccountId, language: str) -> None:
    """Remember the language of pages and mails. Raises `UnknownLanguageError`."""
    if language not in LANGUAGES:
        raise UnknownLanguageError(language)
    Account.objects.filter(pk=account_id).update(language=language)
