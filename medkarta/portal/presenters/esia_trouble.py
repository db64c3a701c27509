"""Why what ESIA vouches for cannot be taken over here."""

from django.utils.translation import gettext_lazy as _

from medkarta.accounts import actions as accounts
from medkarta.accounts.esia.errors import Trouble
from medkarta.patients import actions as patients

_INCOMPLETE = Trouble(
    heading=_("В ЕСИА не хватает данных"),
    what_to_do=_("Добавьте СНИЛС в профиль на Госуслугах и подтвердите личность ещё раз."),
)
_CLOSED = Trouble(
    heading=_("Эту учётную запись подтвердить нельзя"),
    what_to_do=_("Войдите в свою учётную запись с подтверждённой почтой и попробуйте ещё раз."),
)

ADOPTING: dict[type[Exception], Trouble] = {
    patients.SnilsConfirmedElsewhereError: Trouble(
        heading=_("Этот СНИЛС уже подтверждён в другой учётной записи"),
        what_to_do=_(
            "Здесь ничего не изменилось, письмо ушло на почту той учётной записи. Войдите в неё "
            "или придите с паспортом к оператору Медкарты."
        ),
    ),
    accounts.LinkedElsewhereError: Trouble(
        heading=_("Эта запись ЕСИА привязана к другой учётной записи Медкарты"),
        what_to_do=_(
            "Здесь ничего не изменилось, письмо ушло на почту той учётной записи. Чтобы привязать "
            "ЕСИА сюда, сначала отвяжите её там."
        ),
    ),
    accounts.OtherIdentityLinkedError: Trouble(
        heading=_("К вашей учётной записи привязан другой человек в ЕСИА"),
        what_to_do=_("Отвяжите его в профиле, если это ошибка, и начните ещё раз."),
    ),
    patients.PersonalDataIncompleteError: _INCOMPLETE,
    accounts.PersonalDataIncompleteError: _INCOMPLETE,
    accounts.EmailNotVerifiedError: _CLOSED,
    accounts.NotACitizenError: _CLOSED,
    accounts.DataChangedError: _CLOSED,
}
