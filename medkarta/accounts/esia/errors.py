"""How ESIA says no, and what that means for the person and for us."""

import re
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_CODE = re.compile(r"ESIA-([0-9]{6})")


class EsiaRefusedError(Exception):
    """ESIA answered no; `code` is its six digits, empty where it gave none."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class EsiaSilentError(Exception):
    """ESIA did not answer, or answered what makes no sense."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What happened, and what to do."""

    heading: str | Promise
    what_to_do: str | Promise


_OURS = _(
    "Это наша ошибка, мы её видим в журнале. Войдите по почте и паролю, а ЕСИА попробуйте завтра."
)
_SETTINGS = Trouble(heading=_("ЕСИА не приняла запрос Медкарты"), what_to_do=_OURS)
_CONSENT = Trouble(
    heading=_("Согласие в ЕСИА не получилось"),
    what_to_do=_(
        "Начните вход ещё раз и разрешите передать данные. Данные в Медкарте не менялись."
    ),
)

OTHER: Final = Trouble(
    heading=_("ЕСИА отказала во входе"),
    what_to_do=_("Попробуйте ещё раз через несколько минут или войдите по почте и паролю."),
)
SILENT: Final = Trouble(
    heading=_("ЕСИА не отвечает"),
    what_to_do=_(
        "Данные в Медкарте не менялись. Попробуйте через несколько минут "
        "или войдите по почте и паролю."
    ),
)
FALSE_TOKEN: Final = Trouble(
    heading=_("Ответ ЕСИА не прошёл проверку"),
    what_to_do=_("Вход остановлен, карта не открыта. Начните вход заново с этой страницы."),
)
STALE: Final = Trouble(
    heading=_("Этот вход через ЕСИА уже не действует"),
    what_to_do=_(
        "Вход начат в другом браузере, уже использован или начат больше 10 минут назад. "
        "Начните его заново."
    ),
)
NOT_A_PERSON: Final = Trouble(
    heading=_("Вы вошли в ЕСИА от имени организации"),
    what_to_do=_("Карта есть только у человека. Войдите в ЕСИА как частное лицо."),
)
UNCONFIRMED: Final = Trouble(
    heading=_("Учётная запись в ЕСИА не подтверждена"),
    what_to_do=_(
        "Подтвердите её на Госуслугах: в приложении банка, в МФЦ или электронной подписью. "
        "Или придите с паспортом к оператору Медкарты."
    ),
)

TROUBLES: Final[dict[str, Trouble]] = {
    "007002": _SETTINGS,
    "007003": _SETTINGS,
    "007004": Trouble(
        heading=_("Вы не разрешили передать данные"),
        what_to_do=_("Ничего не изменилось. Передумаете — начните вход ещё раз."),
    ),
    "007006": _SETTINGS,
    "007008": Trouble(
        heading=_("ЕСИА перегружена или на обслуживании"),
        what_to_do=_("Попробуйте через полчаса или войдите по почте и паролю."),
    ),
    "007011": Trouble(
        heading=_("Код входа устарел"),
        what_to_do=_("Он действует недолго и один раз. Начните вход ещё раз."),
    ),
    "007014": _SETTINGS,
    "007015": Trouble(
        heading=_("Часы Медкарты и ЕСИА разошлись"),
        what_to_do=_OURS,
    ),
    "007019": Trouble(
        heading=_("ЕСИА не дала Медкарте права на эти данные"),
        what_to_do=_OURS,
    ),
    "007023": _SETTINGS,
    "007039": _SETTINGS,
    "007040": _SETTINGS,
    "007046": Trouble(
        heading=_("ЕСИА просит включить второй фактор"),
        what_to_do=_(
            "Включите на Госуслугах вход с подтверждением: «Профиль» → «Безопасность». "
            "Потом начните вход ещё раз."
        ),
    ),
    "007053": _SETTINGS,
    "007055": UNCONFIRMED,
}


def trouble(code: str) -> Trouble:
    """The words of a code. 0367xx are all about the consent given at ESIA."""
    if code.startswith("0367"):
        return _CONSENT
    return TROUBLES.get(code, OTHER)


def code_in(text: str) -> str:
    """The six digits in what ESIA said."""
    found = _CODE.search(text)
    return found.group(1) if found else ""
