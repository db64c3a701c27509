"""Demo people in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_SHOWS: dict[str, str | Promise] = {
    "no-account": _("учётной записи ещё нет: можно пройти весь путь с регистрации"),
    "no-second-factor": _("не подключены одноразовые коды"),
    "not-confirmed": _("личность не подтверждена"),
    "no-policy": _("нет полиса"),
    "no-consent": _("нет согласия"),
    "no-link": _("карты клиник не привязаны"),
    "open": _("карта открыта"),
    "operator": _("подтверждает личность граждан"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPerson:
    """One row of the demonstration's list."""

    name: str
    shows: str | Promise
    email: str
    password: str
    code: str
    data: list[tuple[str, str]]


def present(person: Mapping[str, str], *, code: str) -> DemoPerson:
    """Present one entry of demo-people.json; without an account, what to sign up with."""
    state = person.get("state", "")
    new = state == "no-account"
    born = person.get("birth_date", "")
    facts = (
        (_("Дата рождения"), ".".join(reversed(born.split("-")))),  # as the form asks for it
        (_("СНИЛС"), person.get("snils", "")),
        (_("Полис ОМС"), person.get("policy", "")),
    )
    full = " ".join(person.get(part, "") for part in ("family", "given", "patronymic"))
    return DemoPerson(
        name=full.strip() if new and full.strip() else person.get("name", ""),
        shows=_SHOWS.get(state, person.get("shows", "")),
        email=person.get("email", ""),
        password=person.get("password", ""),
        code=code,
        data=[(str(label), value) for label, value in facts if new and value],
    )
