"""What a person is told by mail of their data and of what is linked to them."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from medkarta.accounts import queries as accounts
from medkarta.accounts.queries import AccountView
from medkarta.foundation.ids import PersonId
from medkarta.foundation.snils import Snils
from medkarta.notifications.actions import send
from medkarta.patients.models import Person
from medkarta.patients.queries import account_of


def tell_of_ended_links(person_id: PersonId, number: int, now: datetime) -> None:
    """Entries of clinics do not match the new personal data; `number` is the line of the log."""
    account = _account_of(person_id)
    if account is None:
        return
    with translation.override(account.language):
        send(
            key=f"links-ended:{person_id}:{number}",
            address=account.email,
            subject=_("Медкарта: часть карт клиник отвязана"),
            body=_(
                "Вы изменили личные данные и подтвердили их заново. Карты клиник, где записаны "
                "прежние данные, больше не привязаны.\n\n"
                "Если эти карты ваши, попросите клинику исправить данные и найдите карты снова в "
                "разделе «Контроль»."
            ),
            now=now,
        )


def tell_snils_owner(snils: Snils, now: datetime) -> None:
    """Somebody came with a proof of the СНИЛС that this person's account holds; once a day."""
    holder = Person.objects.filter(confirmed_snils=snils.digits).first()
    account = None if holder is None else _account_of(PersonId(holder.pk))
    if holder is None or account is None:
        return
    with translation.override(account.language):
        send(
            key=f"snils-tried:{holder.pk}:{now:%Y%m%d}",
            address=account.email,
            subject=_("Медкарта: ваш СНИЛС пытались подтвердить в другой учётной записи"),
            body=_(
                "Кто-то подтверждал личность с вашим СНИЛС в другой учётной записи. Мы отказали, "
                "ваша карта не открыта.\n\n"
                "Если это были вы, войдите в свою прежнюю учётную запись. Если нет, смените пароль "
                "на Госуслугах: через них и пытались подтвердить личность."
            ),
            now=now,
        )


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
    account = _account_of(person_id)
    if account is None:
        return
    with translation.override(account.language):
        subject, body = words()
    send(key=key, address=account.email, subject=subject, body=body, now=now)


def _account_of(person_id: PersonId) -> AccountView | None:
    account_id = account_of(person_id)
    return None if account_id is None else accounts.account(account_id)
