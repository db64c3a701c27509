"""The policy as the page of the person's papers shows it, and a number that waits."""

from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.foundation.policies import PolicyKind
from medkarta.insurance import actions
from medkarta.insurance.queries import PolicyPaper, PolicyView
from medkarta.insurance.rules import ClaimOutcome, PolicyState, WhyEnded
from medkarta.portal.presenters import dates, policy_refusal

Words = str | Promise
KINDS: Final[dict[PolicyKind, Words]] = {
    PolicyKind.OLD: _("полис старого образца"),
    PolicyKind.UNIFORM: _("полис единого образца, без срока"),
    PolicyKind.UNIFORM_TERM: _("полис единого образца, со сроком"),
    PolicyKind.TEMPORARY: _("временное свидетельство"),
}
_ENDED: Final[dict[WhyEnded, Words]] = {
    WhyEnded.EXPIRED: _(
        "Срок полиса закончился, поэтому карта закрыта. Записи в ней целы. Новый полис нужно "
        "привязать, и карта откроется."
    ),
    WhyEnded.GONE: _(
        "Реестр застрахованных больше не знает этого номера за вами, поэтому карта закрыта. "
        "Записи в ней целы. Чаще всего это значит, что вам выдали новый полис."
    ),
    WhyEnded.REPLACED: _("Вы привязали другой полис."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A word about the paper, with the steps that follow from it."""

    heading: Words
    text: Words
    steps: tuple[Words, ...] = ()
    find: bool = False
    profile: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """The policy."""

    active: bool
    number: str
    facts: list[tuple[Words, str]] = field(default_factory=list)
    insurer: str
    notice: Notice | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimCard:
    """A number that the register was silent about, or what it answered in the end."""

    waiting: bool
    number: str
    kind: Words
    notice: Notice


def card(paper: PolicyPaper) -> Card | None:
    """The linked policy, in force or not."""
    policy = paper.policy
    if policy is None:
        return None
    facts: list[tuple[Words, str]] = [(_("Вид"), str(KINDS[policy.kind]))]
    if policy.active_to:
        facts.append((_("Действует до"), dates.day(policy.active_to)))
    if policy.checked_at:
        facts.append((_("Проверен в реестре"), dates.day(policy.checked_at)))
    return Card(
        active=policy.state is PolicyState.ACTIVE,
        number=policy.masked_number,
        facts=facts,
        insurer=policy.insurer,
        notice=_notice(policy),
    )


def claim(paper: PolicyPaper) -> ClaimCard | None:
    """The number entered while the register was silent."""
    found = paper.claim
    if found is None:
        return None
    return ClaimCard(
        waiting=found.outcome is None,
        number=found.masked_number,
        kind=KINDS[found.kind],
        notice=_answer(found.outcome, paper),
    )


def _notice(policy: PolicyView) -> Notice | None:
    if policy.why_ended is not None:
        return Notice(heading=_("Обновите полис"), text=_ENDED[policy.why_ended], find=True)
    if policy.ends_soon and policy.active_to:
        return Notice(
            heading=str(_("Полис действует до %(day)s")) % {"day": dates.day(policy.active_to)},
            text=_(
                "Потом карта закроется. Получите новый полис в страховой компании и привяжите "
                "его здесь — лучше заранее."
            ),
        )
    return None


def _answer(outcome: ClaimOutcome | None, paper: PolicyPaper) -> Notice:
    if outcome is None or paper.claim is None:
        return Notice(
            heading=_("Реестр застрахованных пока не ответил"),
            text=_(
                "Номер сохранён, вводить его снова не нужно. Мы спрашиваем реестр сами и пришлём "
                "письмо, когда он ответит."
            ),
        )
    refused = {
        ClaimOutcome.NOT_CONFIRMED: policy_refusal.not_confirmed(),
        ClaimOutcome.ENDED: policy_refusal.ended(actions.PolicyEndedError()),
        ClaimOutcome.DIFFERS: policy_refusal.differs(paper.claim.differs),
    }[outcome]
    return Notice(
        heading=_("Реестр застрахованных ответил"),
        text=refused.happened,
        steps=refused.steps,
        find=refused.find,
        profile=refused.profile,
    )
