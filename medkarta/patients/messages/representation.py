"""What people are told by mail of who acts for whom. No name and nothing of health in a letter."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from medkarta.accounts import queries as accounts
from medkarta.accounts.queries import AccountView
from medkarta.foundation.ids import AccountId
from medkarta.notifications.actions import send
from medkarta.patients.queries.representation import OfferView, RepresentationView


def tell_of_offer(offer: OfferView, now: datetime) -> None:
    """To the owner of the mailbox, if they have an account; nobody else gets a letter from us."""
    account = accounts.account_by_email(offer.terms.email)
    if account is None or not account.active:
        return
    with translation.override(account.language):
        send(
            key=f"trust-offer:{offer.offer_id}",
            address=account.email,
            subject=_("Медкарта: вам доверяют действовать за другого человека"),
            body=_(
                "Вас просят действовать за другого человека в Медкарте. За кого и что вам "
                "открывают, видно после входа: Контроль → Кто действует за меня и за кого я.\n\n"
                "Приглашение ждёт 14 дней. Вы ничего не обязаны: можно отказаться."
            ),
            now=now,
        )


def tell_of_begin(view: RepresentationView, now: datetime) -> None:
    """To the person for whom somebody acts from now on."""
    for account in _accounts(view.principal.account_id):
        with translation.override(account.language):
            send(
                key=f"representation-begun:{view.representation_id}",
                address=account.email,
                subject=_("Медкарта: за вас теперь действует другой человек"),
                body=_(
                    "Другой человек получил право действовать за вас в Медкарте. Кто это, что ему "
                    "можно и до какого дня, видно после входа: Контроль → Кто действует за меня "
                    "и за кого я.\n\nКаждый его вход в вашу карту записан в вашем журнале."
                ),
                now=now,
            )


def tell_of_coming_end(view: RepresentationView, at: datetime, now: datetime) -> None:
    """To both, a week before the right ends by itself."""
    for account in _accounts(view.principal.account_id, view.representative.account_id):
        with translation.override(account.language):
            send(
                key=f"representation-ending:{view.representation_id}:{at:%Y%m%d}:{account.account_id}",
                address=account.email,
                subject=_("Медкарта: право действовать за другого скоро закончится"),
                body=_(
                    "С %(day)s один человек больше не сможет действовать за другого в Медкарте, "
                    "и вы один из них. Делать ничего не нужно: право закончится само. О ком речь, "
                    "видно после входа: Контроль → Кто действует за меня и за кого я."
                )
                % {"day": date_format(at, "j E Y")},
                now=now,
            )


def tell_of_end(view: RepresentationView, now: datetime) -> None:
    """To both, when the right is gone."""
    for account in _accounts(view.principal.account_id, view.representative.account_id):
        with translation.override(account.language):
            send(
                key=f"representation-ended:{view.representation_id}:{account.account_id}",
                address=account.email,
                subject=_("Медкарта: право действовать за другого закончилось"),
                body=_(
                    "Право одного человека действовать за другого в Медкарте закончилось, и вы "
                    "один из них. Карта для представителя закрыта. Подробности после входа: "
                    "Контроль → Кто действует за меня и за кого я."
                ),
                now=now,
            )


def _accounts(*account_ids: AccountId | None) -> Iterable[AccountView]:
    for account_id in account_ids:
        account = None if account_id is None else accounts.account(account_id)
        if account is not None and account.active:
            yield account
