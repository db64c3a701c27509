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


def tell_of_linked_elsewhere(account_id: AccountId, now: datetime) -> None:
    """Somebody came from this account's ESIA account and wanted it linked to another one of ours.

    Told once a day at most.
    """
    account = Account.objects.get(pk=account_id)
    with translation.override(account.language):
        send(
            key=f"esia-linked-elsewhere:{account_id}:{now:%Y%m%d}",
            address=account.email,
            subject=_("Медкарта: вашу запись ЕСИА пытались привязать к другой учётной записи"),
            body=_(
                "Кто-то вошёл в ЕСИА от вашего имени и пытался привязать её к другой учётной "
                "записи Медкарты. Мы отказали, ваша карта не открыта.\n\n"
                "Если это были не вы, смените пароль на Госуслугах."
            ),
            now=now,
        )


def tell_of_linking(account_id: AccountId, now: datetime) -> None:
    """From now on an ESIA account stands in the place of the password."""
    account = Account.objects.get(pk=account_id)
    with translation.override(account.language):
        send(
            key=f"esia-linked:{account_id}:{now:%Y%m%dT%H%M%S}",
            address=account.email,
            subject=_("Медкарта: к вашей учётной записи привязана ЕСИА"),
            body=_(
                "Теперь в Медкарту можно входить через ЕСИА и одноразовый код.\n\n"
                "Если это сделали не вы, отвяжите ЕСИА в профиле и смените пароль."
            ),
            now=now,
        )
