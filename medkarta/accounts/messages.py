"""What an account's owner is told by mail."""

from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from medkarta.accounts.models import Account, SignIn
from medkarta.accounts.words import browser_words
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


def tell_of_new_device(account: Account, sign_in: SignIn, now: datetime) -> None:
    """Somebody has signed in from a browser not seen before; once for each browser."""
    moscow = localtime(now)
    with translation.override(account.language):
        send(
            key=f"new-device:{sign_in.pk}",
            address=account.email,
            subject=_("Медкарта: новый вход"),
            body=_(
                "В вашу учётную запись вошли с браузера, которого мы раньше не видели.\n\n"
                "Браузер: %(browser)s\nКогда: %(when)s по Москве\nАдрес: %(address)s\n\n"
                "Если это были вы, ничего делать не нужно.\n\n"
                "Если не вы, войдите, завершите этот сеанс на странице «Сеансы и устройства» "
                "и смените пароль: тот, кто вошёл, его знает."
            )
            % {
                "browser": browser_words(sign_in.browser, sign_in.system),
                "when": date_format(moscow, "j E Y, H:i"),
                "address": sign_in.address or _("неизвестен"),
            },
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
