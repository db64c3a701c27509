"""What a person is told of their policy by mail; no letter holds a number."""

from datetime import datetime

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.accounts import queries as accounts
from medkarta.foundation.ids import PersonId
from medkarta.insurance.rules import ClaimOutcome
from medkarta.notifications.actions import send
from medkarta.patients.queries import account_of

_NEXT_STEP = _("Откройте «Профиль» → «Документы»: там сказано, что делать дальше.")
_OF_CLAIM: dict[ClaimOutcome, str | Promise] = {
    ClaimOutcome.NOT_CONFIRMED: _(
        "Реестр застрахованных ответил: он не подтвердил, что это ваш действующий полис."
    ),
    ClaimOutcome.ENDED: _(
        "Реестр застрахованных ответил: полис, номер которого вы ввели, больше не действует."
    ),
    ClaimOutcome.DIFFERS: _(
        "Реестр застрахованных ответил: имя в реестре отличается от имени в вашем профиле."
    ),
}


def tell_present_owner(person_id: PersonId, now: datetime) -> None:
    """Somebody else entered the number of this person's policy; told once a day at most."""
    _tell(
        person_id,
        key=f"policy-tried:{person_id}:{now:%Y%m%d}",
        subject=_("Медкарта: ваш полис пытались добавить"),
        body=(
            _(
                "Кто-то ввёл номер вашего полиса ОМС в своей учётной записи. Полис остался "
                "вашим, карта не открыта. Делать ничего не нужно."
            ),
        ),
        now=now,
    )


def tell_claim_linked(person_id: PersonId, now: datetime) -> None:
    """The register answered at last, and the policy is linked."""
    _tell(
        person_id,
        key=f"policy-claim-linked:{person_id}:{now:%Y%m%dT%H%M}",
        subject=_("Медкарта: полис привязан"),
        body=(_("Реестр застрахованных ответил и подтвердил ваш полис. Полис привязан."),),
        now=now,
    )


def tell_claim_refused(person_id: PersonId, outcome: ClaimOutcome, now: datetime) -> None:
    """The register answered at last, and the policy is not linked."""
    _tell(
        person_id,
        key=f"policy-claim-refused:{person_id}:{now:%Y%m%dT%H%M}",
        subject=_("Медкарта: полис не привязан"),
        body=(_OF_CLAIM[outcome], _NEXT_STEP),
        now=now,
    )


def tell_policy_ended(person_id: PersonId, now: datetime) -> None:
    """The register says of a linked policy that it is in force no longer: the record is closed."""
    _tell(
        person_id,
        key=f"policy-ended:{person_id}:{now:%Y%m%d}",
        subject=_("Медкарта: полис больше не действует"),
        body=(
            _(
                "Реестр застрахованных сообщил, что ваш полис ОМС больше не действует. Карта "
                "закрыта, записи в ней целы. Она откроется, когда вы обновите полис."
            ),
            _NEXT_STEP,
        ),
        now=now,
    )


def _tell(
    person_id: PersonId,
    *,
    key: str,
    subject: str | Promise,
    body: tuple[str | Promise, ...],
    now: datetime,
) -> None:
    account_id = account_of(person_id)
    account = None if account_id is None else accounts.account(account_id)
    if account is None:
        return
    with translation.override(account.language):
        text = "\n\n".join(map(str, body))
        send(key=key, address=account.email, subject=str(subject), body=text, now=now)
