"""What reminders say, and the key that makes each of them one letter."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from medkarta.accounts.queries import AccountView
from medkarta.foundation.ids import PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """A letter before it has its address. Nothing about health stands in it, no clinic either."""

    key: str
    subject: str
    body: str


def reminders_key(person_id: PersonId) -> str:
    """How the keys of all reminders of a person begin."""
    return f"consent-reminder:{person_id}:"


def access_ends(person_id: PersonId, what: str, day: str, account: AccountView) -> Reminder:
    """An access that the person opened ends soon."""
    with override(account.language):
        subject = _("Доступ, который вы открыли, скоро закончится")
        body = _(
            "Последний день — %(day)s. Чтобы продлить доступ, подпишите новое согласие "
            "в разделе «Контроль — Согласия». Ничего не сделаете — доступ закроется сам."
        ) % {"day": day}
    return Reminder(key=f"{reminders_key(person_id)}ends:{what}", subject=subject, body=body)


def text_changed(person_id: PersonId, what: str, day: str, account: AccountView) -> Reminder:
    """A text that the person signed has a new version."""
    with override(account.language):
        subject = _("Текст согласия обновился")
        body = _(
            "Прежняя подпись действует, пока не наступит %(day)s. Прочитайте, что изменилось, "
            "и подпишите новый текст в разделе «Контроль — Согласия». Без новой подписи "
            "в этот день карта закроется."
        ) % {"day": day}
    return Reminder(key=f"{reminders_key(person_id)}renew:{what}", subject=subject, body=body)
