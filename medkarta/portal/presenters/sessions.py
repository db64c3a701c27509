"""Sessions and the history of signing in, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.accounts.queries.sessions import DeviceView, HistoryView, SessionView
from medkarta.accounts.rules import Ending, Failure
from medkarta.accounts.words import browser_words
from medkarta.portal.presenters import dates

Words = str | Promise
_FAILURES: dict[Failure, Words] = {
    Failure.WRONG_PASSWORD: gettext_lazy("неверный пароль"),
    Failure.WRONG_CODE: gettext_lazy("пароль верный, код нет"),
    Failure.STOPPED: gettext_lazy("вход был остановлен"),
}
_ENDINGS: dict[Ending, Words] = {
    Ending.SIGNED_OUT: gettext_lazy("вы вышли"),
    Ending.BY_OWNER: gettext_lazy("завершён с другого устройства"),
    Ending.PASSWORD_CHANGED: gettext_lazy("завершён при смене пароля"),
    Ending.FACTOR_CHANGED: gettext_lazy("завершён при изменении способа входа"),
    Ending.IDLE: gettext_lazy("15 минут не было действий"),
    Ending.ABSOLUTE: gettext_lazy("прошло 8 часов"),
    Ending.TOO_MANY: gettext_lazy("открыто больше 20 сеансов"),
    Ending.ACCOUNT_CLOSED: gettext_lazy("учётная запись закрыта"),
}
_METHODS: dict[str, Words] = {
    "password": gettext_lazy("пароль"),
    "totp": gettext_lazy("одноразовый код"),
    "recovery_codes": gettext_lazy("резервный код"),
    "webauthn": gettext_lazy("ключ доступа"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRow:
    """An open session."""

    sign_in_id: UUID
    present: bool
    browser: str
    system: str
    words: str
    line: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceRow:
    """A browser that is known."""

    device_id: UUID
    present: bool
    browser: str
    system: str
    words: str
    line: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """A sign-in or failures of one hour."""

    browser: str
    system: str
    when: str
    address: str
    failed: Words
    methods: str
    ended: str


def session_rows(found: Iterable[SessionView]) -> list[SessionRow]:
    """The open sessions, in the order given."""
    return [
        SessionRow(
            sign_in_id=one.sign_in_id,
            present=one.present,
            browser=one.browser,
            system=one.system,
            words=browser_words(one.browser, one.system),
            line=_("Вошли %(since)s. Последнее действие: %(seen)s.")
            % {"since": _moment(one.since), "seen": _moment(one.last_seen_at)},
            address=one.address,
        )
        for one in found
    ]


def device_rows(found: Iterable[DeviceView]) -> list[DeviceRow]:
    """The known browsers, in the order given."""
    return [
        DeviceRow(
            device_id=one.device_id,
            present=one.present,
            browser=one.browser,
            system=one.system,
            words=browser_words(one.browser, one.system),
            line=_("Последний вход: %(when)s.") % {"when": _moment(one.last_seen_at)},
        )
        for one in found
    ]


def history_rows(found: Iterable[HistoryView]) -> list[HistoryRow]:
    """The history, in the order given."""
    return [
        HistoryRow(
            browser=one.browser,
            system=one.system,
            when=_moment(one.at),
            address=one.address,
            failed=_failed(one),
            methods=", ".join(str(_METHODS.get(method, method)) for method in one.methods),
            ended=_ended(one),
        )
        for one in found
    ]


def _failed(one: HistoryView) -> Words:
    if one.failure is None:
        return ""
    words = _FAILURES[one.failure]
    if one.times == 1:
        return words
    return _("%(failure)s, за час попыток: %(times)d") % {"failure": words, "times": one.times}


def _ended(one: HistoryView) -> str:
    if one.ended_at is None or one.ended_how is None:
        return ""
    return _("Закончился %(when)s: %(how)s.") % {
        "when": _moment(one.ended_at),
        "how": _ENDINGS[one.ended_how],
    }


def _moment(at: datetime) -> str:
    return f"{dates.day(at)}, {dates.clock(at)}"
