"""What a citizen is told by mail of the apps that read their record."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from medkarta.accounts import queries as accounts
from medkarta.foundation.ids import AccountId
from medkarta.notifications.actions import send


def tell_of_allowed(
    account_id: AccountId, authorization_id: UUID, *, app: str, now: datetime
) -> None:
    """An app was allowed to read the record; once for each time."""

    def words() -> tuple[str, str]:
        return _("Медкарта: вы разрешили приложению читать карту"), _(
            "Приложение «%(app)s» теперь читает вашу карту: то, что вы отметили на экране "
            "разрешения.\n\n"
            "Закончить это можно в любую минуту: раздел «Контроль», страница «Приложения».\n\n"
            "Если разрешали не вы, закончите доступ там же и смените пароль."
        ) % {"app": app}

    _tell(account_id, f"app-allowed:{authorization_id}", words, now)


def tell_of_reuse(
    account_id: AccountId, authorization_id: UUID, *, app: str, now: datetime
) -> None:
    """A key of the app was shown twice, so that somebody may have copied it; once."""

    def words() -> tuple[str, str]:
        return _("Медкарта: доступ приложения закончен"), _(
            "Приложение «%(app)s» показало нам ключ, который уже был использован. Так бывает, "
            "когда ключ скопировали или в приложении ошибка. Доступ приложения к вашей карте "
            "закончен.\n\n"
            "Если приложение нужно, разрешите ему доступ снова. Если это повторится, "
            "откажитесь от него и сообщите его разработчику."
        ) % {"app": app}

    _tell(account_id, f"app-reused:{authorization_id}", words, now)


def _tell(
    account_id: AccountId, key: str, words: Callable[[], tuple[str, str]], now: datetime
) -> None:
    account = accounts.account(account_id)
    if account is None:
        return
    with translation.override(account.language):
        subject, body = words()
    send(key=key, address=account.email, subject=subject, body=body, now=now)
