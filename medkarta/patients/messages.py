"""What a person is told by mail of their own data."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from medkarta.accounts import queries as accounts
from medkarta.foundation.ids import PersonId
from medkarta.notifications.actions import send
from medkarta.patients.queries import account_of


def tell_of_comparison(person_id: PersonId, about: UUID, now: datetime) -> None:
    """Operators have compared an entry with the person; which, and how it ended, is not said."""

    def words() -> tuple[str, str]:
        return _("Медкарта: операторы проверили карты клиник"), _(
            "Операторы сверили карты клиник с вашими данными. Войдите и нажмите «Найти мои "
            "карты» на странице «Карты клиник»: список мог измениться."
        )

    _tell(person_id, f"compared:{about}:{now:%Y%m%dT%H%M%S}", words, now)


def tell_of_transfer(person_id: PersonId, about: UUID, *, moved: bool, now: datetime) -> None:
    """Two operators have decided whose a СНИЛС is; both people are told, neither of the other."""

    def words() -> tuple[str, str]:
        subject = _("Медкарта: решено, чей СНИЛС")
        if moved:
            return subject, _(
                "Один СНИЛС стоял в двух учётных записях. Два оператора сверили документы. "
                "Подтверждение прежней учётной записи снято, карта в ней закрыта. Если вы с этим "
                "не согласны, придите к оператору с паспортом."
            )
        return subject, _(
            "Один СНИЛС стоял в двух учётных записях. Операторы сверили документы и ничего не "
            "изменили."
        )

    _tell(person_id, f"snils-transfer:{about}:{person_id}", words, now)


def _tell(
    person_id: PersonId, key: str, words: Callable[[], tuple[str, str]], now: datetime
) -> None:
    account_id = account_of(person_id)
    account = None if account_id is None else accounts.account(account_id)
    if account is None:
        return
    with translation.override(account.language):
        subject, body = words()
    send(key=key, address=account.email, subject=subject, body=body, now=now)
