"""The gates of a record in words: what each is, why it stands there, and the step that opens it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.access.grants import Gate
from medkarta.access.queries import GateState
from medkarta.insurance.queries import PolicyView
from medkarta.insurance.rules import PolicyState
from medkarta.portal.presenters import dates
from medkarta.portal.presenters.counted import counted

Words = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class GateWords:
    """One gate. `step` is the name of the page that opens it."""

    task: Words
    heading: Words
    why: Words
    step: str
    label: Words


WORDS: dict[Gate, GateWords] = {
    Gate.SECOND_FACTOR: GateWords(
        task=_("Защитить вход"),
        heading=_("Защитите вход, чтобы открыть карту"),
        why=_(
            "Пароль могут подсмотреть или подобрать. Поэтому карта открывается только тому, "
            "кто подтвердил вход ключом доступа или кодом из приложения."
        ),
        step="choose_factor",
        label=_("Защитить вход"),
    ),
    Gate.LEVEL: GateWords(
        task=_("Подтвердить личность"),
        heading=_("Подтвердите личность, чтобы открыть карту"),
        why=_(
            "Медицинскую карту видит только её владелец. Личность один раз подтверждает ЕСИА или "
            "оператор с паспортом — без этого мы не знаем, что вы это вы."
        ),
        step="profile",
        label=_("Подтвердить личность"),
    ),
    Gate.POLICY: GateWords(
        task=_("Привязать полис ОМС"),
        heading=_("Привяжите полис ОМС, чтобы открыть карту"),
        why=_("По полису мы сверяемся с реестром застрахованных: карта будет именно ваша."),
        step="policy",
        label=_("Добавить полис"),
    ),
    Gate.CONSENT: GateWords(
        task=_("Дать согласие на обработку данных"),
        heading=_("Дайте согласие, чтобы открыть карту"),
        why=_(
            "По закону мы собираем ваши медицинские данные в одном месте только с вашего согласия. "
            "Отозвать его можно в любой день."
        ),
        step="consent",
        label=_("Прочитать и подписать"),
    ),
    Gate.LINK: GateWords(
        task=_("Найти и привязать карты клиник"),
        heading=_("Привяжите карты клиник, чтобы открыть свою карту"),
        why=_(
            "У каждой клиники своя карта на вас. Мы найдём их по СНИЛС, имени и дате рождения, "
            "а вы подтвердите, что они ваши."
        ),
        step="link_request",
        label=_("Найти мои карты"),
    ),
    Gate.RELATION: GateWords(
        task=_("Своя карта"),
        heading=_("Эта карта не ваша"),
        why=_("Открыть можно только свою карту. Попытка записана в журнал её владельца."),
        step="home",
        label=_("На главную"),
    ),
    Gate.SECTION: GateWords(
        task=_("Раздел"),
        heading=_("Этот раздел вам не открыт"),
        why=_("Человек, за которого вы действуете, открыл вам другие разделы карты."),
        step="people",
        label=_("Что мне открыто"),
    ),
}


_POLICY: dict[PolicyState, GateWords] = {
    PolicyState.ENDED: GateWords(
        task=_("Обновить полис ОМС"),
        heading=_("Обновите полис ОМС, чтобы открыть карту"),
        why=_("Ваш полис больше не действует. Привяжите новый, и карта откроется снова."),
        step="documents",
        label=_("Обновить полис"),
    ),
    PolicyState.UNCHECKED: GateWords(
        task=_("Дождаться ответа о полисе ОМС"),
        heading=_("Ждём ответа о вашем полисе ОМС"),
        why=_(
            "Реестр застрахованных пока не ответил. Мы спрашиваем его сами и пришлём письмо, "
            "когда он ответит."
        ),
        step="documents",
        label=_("Посмотреть, что с полисом"),
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One step of the way to an open record."""

    words: GateWords
    state: str
    since: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """All steps, the next one, and how many are left."""

    tasks: list[Task]
    next: GateWords | None
    left: int
    left_words: str


def words_of(gate: Gate, policy: PolicyView | None) -> GateWords:
    """A gate's words; those of the policy's say whether there is one that ended or waits."""
    if gate is Gate.POLICY and policy is not None and policy.state is not PolicyState.ACTIVE:
        return _POLICY[policy.state]
    return WORDS[gate]


def way(states: Iterable[GateState], policy: PolicyView | None) -> Way:
    """The way as a list of tasks: done, next, later."""
    tasks: list[Task] = []
    following: GateWords | None = None
    left = 0
    for one in states:
        words = words_of(one.gate, policy)
        if one.open:
            since = dates.day(one.since) if one.since else ""
            tasks.append(Task(words=words, state="done", since=since))
            continue
        left += 1
        tasks.append(Task(words=words, state="later" if following else "next", since=""))
        following = following or words
    forms = _("остался %(count)s шаг|осталось %(count)s шага|осталось %(count)s шагов")
    return Way(tasks=tasks, next=following, left=left, left_words=counted(left, str(forms)))
