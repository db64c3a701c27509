"""What an account's owner is told by mail."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from medkarta.accounts.models import Account
from medkarta.foundation.ids import AccountId
from medkarta.notifications.actions import send


def tell_of_wrong_codes(account_id: AccountId, now: datetime) -> None:
    """Ten wrong codes came after a right password: somebody may know the password."""
    account = Account.objects.get(pk=account_id)
    with translation.override(account.language):
        send(
            key=f"wrong-codes:{account_id}:{now:%Y%m%dT%H%M}",
            address=account.email,
            subject=_("Медкарта: вход остановлен на 15 минут"),
            body=_(
                "Десять раз подряд введён не тот одноразовый код. Вход и подпись кодом "
                "остановлены на 15 минут. Карта не открыта.\n\n"
                "Если это были не вы, смените пароль: тот, кто вводил коды, его знает."
            ),
            now=now,
        )


def tell_of_asked_change(account_id: AccountId, now: datetime) -> None:
    """The password must be changed: where to do it, without a link that could be a false one."""
    account = Account.objects.get(pk=account_id)
    with translation.override(account.language):
        send(
            key=f"ask-password-change:{account_id}:{now:%Y%m%dT%H%M}",
            address=account.email,
            subject=_("Медкарта: смените пароль"),
            body=_(
                "Ваш пароль мог узнать кто-то другой. Откройте Медкарту сами, набрав её адрес, "
                "и войдите: сначала попросим новый пароль, потом откроется всё остальное.\n\n"
                "Ссылки в этом письме нет. Медкарта не звонит и не просит назвать пароль или код."
            ),
            now=now,
        )
