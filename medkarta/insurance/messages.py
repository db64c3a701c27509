"""What the owner of a policy is told by mail."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from medkarta.accounts import queries as accounts
from medkarta.foundation.ids import PersonId
from medkarta.notifications.actions import send
from medkarta.patients.queries import account_of


def tell_present_owner(person_id: PersonId, now: datetime) -> None:
    """Somebody else entered the number of this person's policy; told once a day at most."""
    account_id = account_of(person_id)
    account = None if account_id is None else accounts.account(account_id)
    if account is None:
        return
    with translation.override(account.language):
        send(
            key=f"policy-tried:{person_id}:{now:%Y%m%d}",
            address=account.email,
            subject=_("Медкарта: ваш полис пытались добавить"),
            body=_(
                "Кто-то ввёл номер вашего полиса ОМС в своей учётной записи. Полис остался "
                "вашим, карта не открыта. Делать ничего не нужно."
            ),
            now=now,
        )


def tell_of_ended_policy(person_id: PersonId, line: int, now: datetime) -> None:
    """The register does not bear the policy out for the data that were proved since."""
    account_id = account_of(person_id)
    account = None if account_id is None else accounts.account(account_id)
    if account is None:
        return
    with translation.override(account.language):
        send(
            key=f"policy-ended:{person_id}:{line}",
            address=account.email,
            subject=_("Медкарта: полис больше не привязан"),
            body=_(
                "Ваши личные данные изменились, и реестр застрахованных не подтвердил прежний "
                "полис для новых данных. Карта закрыта, пока вы не добавите полис снова.\n\n"
                "Сообщите новые данные страховой компании, а потом введите номер в профиле."
            ),
            now=now,
        )
