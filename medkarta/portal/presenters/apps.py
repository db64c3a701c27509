"""Apps that were allowed to read the record: one row an app, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.clients.queries import AuthorizationView
from medkarta.clients.rules.kinds import Ended
from medkarta.foundation.ids import ClientId
from medkarta.portal.presenters import app_scopes, dates

Words = str | Promise
_ENDED: dict[Ended, Words] = {
    Ended.PERSON: gettext_lazy("вы закончили доступ"),
    Ended.APP: gettext_lazy("приложение отказалось само"),
    Ended.EXPIRED: gettext_lazy("вышел срок"),
    Ended.REUSED: gettext_lazy(
        "доступ закрыт для безопасности: ключом приложения попытались войти второй раз"
    ),
    Ended.SECURITY: gettext_lazy("сменён пароль"),
    Ended.CONSENT: gettext_lazy("отозвано согласие на обработку данных"),
    Ended.CROWDED: gettext_lazy("разрешали слишком часто, старое закончено"),
    Ended.DISABLED: gettext_lazy("приложение отключено оператором Медкарты"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AppRow:
    """An app that may read the record now."""

    id: ClientId
    name: str
    publisher: str
    since: str
    until: str
    last: str
    sees: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FormerRow:
    """A permission that has ended."""

    name: str
    line: str


def present(found: Iterable[AuthorizationView]) -> list[AppRow]:
    """Apps that may read now, in the order given; several permissions of one are one row."""
    apps: dict[ClientId, list[AuthorizationView]] = {}
    for one in found:
        if one.ended_at is None:
            apps.setdefault(one.client.id, []).append(one)
    return [_row(ones) for ones in apps.values()]


def former(found: Iterable[AuthorizationView]) -> list[FormerRow]:
    """Permissions that ended, in the order given."""
    return [
        FormerRow(
            name=one.client.name,
            line=_how_long(dates.day(one.created_at), dates.day(one.ended_at), one.ended_how),
        )
        for one in found
        if one.ended_at is not None and one.ended_how is not None
    ]


def _how_long(since: str, until: str, how: Ended) -> str:
    words = {"day": until, "since": since, "until": until, "how": _ENDED[how]}
    if since == until:
        return _("%(day)s: %(how)s.") % words
    return _("С %(since)s по %(until)s: %(how)s.") % words


def _row(ones: list[AuthorizationView]) -> AppRow:
    client = ones[0].client
    last = max((one.last_used_at for one in ones if one.last_used_at), default=None)
    until = max(one.expires_at for one in ones)
    words = {word for one in ones for word in one.scopes}
    return AppRow(
        id=client.id,
        name=client.name,
        publisher=client.publisher,
        since=dates.day(min(one.created_at for one in ones)),
        until=f"{dates.day(until)}, {dates.clock(until)}",
        last=f"{dates.day(last)}, {dates.clock(last)}" if last else "",
        sees=", ".join(app_scopes.seen(words)),
    )
