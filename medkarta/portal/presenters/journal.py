"""Lines of the log in words: who, in which role, when, what, why, on which ground, with which end.

A code that these tables do not know is shown as it stands: a line is never left out or left blank.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.access.grants import Section
from medkarta.audit.drafts import Draft, Outcome
from medkarta.audit.queries import Line
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import AccountId
from medkarta.portal.presenters import dates
from medkarta.portal.presenters.sections import WORDS
from medkarta.terminology import queries as terminology

Words = str | Promise
_WHOLE = "export"  # no type: all that was open

_ACTIONS: dict[str, Words] = {
    "open-record": _("открытие карты"),
    "write-record": _("клиника записала в свою карту"),
    "export-record": _("выгрузка карты файлами"),
    "watch-record": _("проверка, есть ли новое для программы"),
    "confirm-identity": _("подтверждение личности"),
    "look-at-identity": _("просмотр данных профиля для сверки с документом"),
    "link-policy": _("привязка полиса ОМС"),
    "claim-policy": _("номер полиса принят, реестр пока не ответил"),
    "end-policy": _("полис больше не действует"),
    "refuse-policy-claim": _("реестр ответил о номере полиса"),
    "add-paper": _("добавление документа в профиль"),
    "remove-paper": _("удаление документа из профиля"),
    "see-paper": _("сверка документа с оригиналом"),
    "sign-consent": _("подписание согласия"),
    "withdraw-consent": _("отзыв согласия"),
    "take-consent": _("скачивание подписанного текста"),
    "change-consent-details": _("изменение адреса и документа для согласий"),
    "destroy-record": _("уничтожение копий записей клиник"),
    "request-link": _("запрос на привязку карт клиник"),
    "confirm-link": _("подтверждение привязки карт клиник"),
    "unlink": _("отвязка карты клиники"),
    "change-personal-data": _("изменение личных данных"),
    "confirm-personal-data": _("подтверждение личных данных"),
    "end-session": _("завершение сеанса"),
    "refuse-link": _("найденные карты клиник признаны чужими"),
    "look-at-transfer": _("сверка двух учётных записей с одним СНИЛС"),
    "look-at-candidate": _("сверка похожей карты клиники с данными профиля"),
    "judge-candidate": _("решение о похожей карте клиники"),
    "ask-snils-transfer": _("просьба передать СНИЛС другой учётной записи"),
    "decide-snils-transfer": _("решение о передаче СНИЛС"),
    "forget-device": _("знакомый браузер забыт"),
    "put-off-personal-data": _("проверка личных данных отложена"),
    "check-with-register": _("сверка с регистром населения"),
    "link-esia": _("привязка ЕСИА"),
    "unlink-esia": _("отвязка ЕСИА"),
    "end-link": _("карты клиник отвязаны: в них прежние данные"),
    "add-codes": _("одноразовые коды подключены"),
    "remove-codes": _("одноразовые коды отключены"),
    "add-passkey": _("ключ доступа добавлен"),
    "remove-passkey": _("ключ доступа убран"),
    "renew-recovery-codes": _("получены новые резервные коды"),
    "change-password": _("смена пароля"),
    "ask-password-change": _("просьба сменить пароль"),
    "claim-representation": _("заявление о праве представлять ребёнка или подопечного"),
    "withdraw-claim": _("отзыв заявления о праве представлять"),
    "refuse-claim": _("отказ по заявлению о праве представлять"),
    "look-at-claims": _("просмотр заявлений о праве представлять"),
    "confirm-representation": _("подтверждение законного представителя"),
    "offer-trust": _("приглашение доверенного лица"),
    "withdraw-trust-offer": _("отзыв приглашения доверенного лица"),
    "accept-trust": _("доверенное лицо приняло приглашение"),
    "decline-trust": _("доверенное лицо отказалось"),
    "allow-app": _("разрешение приложению читать карту"),
    "end-app": _("доступ приложения закончен"),
    "end-representation": _("право действовать за другого закончено"),
}
_CONSENTS: dict[Kind, Words] = {
    Kind.PROCESSING: _("обработка персональных данных"),
    Kind.ACCESS: _("доступ врачей к карте"),
    Kind.DENIAL: _("запрет доступа к карте"),
    Kind.LETTERS: _("напоминания по электронной почте"),
}
_PAGES: dict[str, Words] = {
    "home": _("Главная"),
    "card": _("Карта"),
    "labs": _("Анализы"),
    "vitals": _("Показатели"),
    "analyte": _("Показатель"),
    "timeline": _("Лента"),
    "item": _("Запись"),
    "original": _("скачивание документа"),
    "diagnoses": _("Диагнозы"),
    "visits": _("Приёмы"),
    "hospital": _("Госпитализации"),
    "documents": _("Документы"),
    "exams": _("Исследования и процедуры"),
    "orders": _("Назначения"),
    "prescriptions": _("Рецепты"),
    "vaccinations": _("Прививки"),
    "1": _("паспорт гражданина России"),
    "6": _("свидетельство о рождении"),
    "10": _("паспорт иностранного гражданина"),
    "11": _("вид на жительство"),
    "12": _("удостоверение беженца"),
    "13": _("свидетельство о временном убежище"),
    "17": _("разрешение на временное проживание"),
    "passport": _("паспорт"),
    **{
        f"{kind.value}.{version}.{language}": words
        for kind, words in _CONSENTS.items()
        for version in ("1", "2")
        for language in ("ru", "en")
    },
    **{kind.value: words for kind, words in _CONSENTS.items()},
    "confirmation-lost": _("подтверждение личности снято"),
    "log": _("Кто смотрел мою карту"),
    "api": _("через программу"),
    "parent": _("родитель"),
    "guardian": _("опекун"),
    "trustee": _("попечитель"),
    "birth-certificate": _("свидетельство о рождении"),
    "guardianship-act": _("акт органа опеки"),
    "court-incapacity": _("решение суда о недееспособности"),
    "not-confirmed": _("не подтверждён"),
    "ended": _("не действует"),
    "proposed": _("один оператор считает: это один человек"),
    "same": _("два оператора считают: это один человек"),
    "different": _("это разные люди"),
    "moved": _("СНИЛС передан"),
    "declined": _("СНИЛС остался, где был"),
    "requested": _("карты сверяют операторы"),
    "found": _("карты найдены"),
    "not_found": _("карты не найдены"),
    "agrees": _("данные совпали"),
    "differs": _("данные отличаются"),
    "unknown": _("такого СНИЛС там нет"),
}
_ROLES: dict[str, Words] = {
    "citizen": _("пациент"),
    "operator": _("оператор Медкарты"),
    "system": _("система"),
    "clinic-system": _("программа клиники"),
}
_PURPOSES: dict[str, Words] = {
    "own": _("просмотр собственной карты"),
    "treatment": _("лечение"),
    "identity-check": _("проверка личности"),
    "security": _("защита входа"),
    "sign-in": _("защита входа"),
    "representing": _("действует за этого человека"),
    "representation": _("право действовать за другого"),
    "policy-check": _("проверка полиса в реестре"),
    "law": _("исполнение закона"),
}
_GROUNDS: dict[str, Words] = {
    "own": _("это ваша карта"),
    "own-record": _("это ваша карта"),
    "totp": _("подписано одноразовым кодом"),
    "recovery": _("подписано резервным кодом"),
    "passkey": _("подписано ключом доступа"),
    "register": _("по слову реестра застрахованных"),
    "register-silent": _("реестр застрахованных не ответил"),
    "operator": _("оператор проверяет личность по документу"),
    "ended-by-owner": _("вы завершили сеанс сами"),
    "password-changed": _("пароль сменили"),
    "factor-changed": _("способ входа изменили"),
    "too-many": _("открыто больше 20 сеансов"),
    "esia": _("личность подтвердила ЕСИА"),
    "population-register": _("ответ регистра населения"),
    "data-changed": _("личные данные изменились"),
    "snils-moved": _("СНИЛС передан другой учётной записи"),
    "second-factor": _("вход без второго фактора"),
    "level": _("личность не подтверждена"),
    "policy": _("нет действующего полиса"),
    "consent": _("нет согласия"),
    "link": _("карты клиник не привязаны"),
    "withdrawn": _("согласие отозвано, срок хранения вышел"),
    "relation": _("нет права на эту карту"),
    "own-account": _("это ваша учётная запись"),
    "leak": _("пароль мог попасть в утечку"),
    "takeover": _("десять раз подряд введён не тот код"),
    "section": _("этот раздел не открыт представителю"),
    "parent": _("родитель"),
    "guardian": _("опекун"),
    "trustee": _("попечитель"),
    "trusted": _("доверенное лицо"),
    "trust": _("подписано тем, кто доверяет"),
    "term": _("вышел срок"),
    "representing": _("законный представитель"),
    "keeper": _("эту карту ведёт сама клиника"),
    "access-consent": _("вы разрешили доступ"),
    "app-person": _("вы закончили доступ"),
    "app-app": _("приложение отказалось само"),
    "app-expired": _("вышел срок"),
    "app-reused": _("ключ приложения показали дважды"),
    "app-security": _("сменён пароль"),
    "app-consent": _("отозвано согласие на обработку данных"),
    "app-crowded": _("приложению разрешали слишком часто"),
}
_APPS: dict[str, Words] = {
    "portal": _("сайт Медкарты"),
    "backoffice": _("рабочее место оператора"),
    "demo": _("подготовка демонстрации"),
    "cli": _("служебная команда"),
    "system": _("система"),
    "worker": _("служба Медкарты"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRow:
    """What one line says."""

    number: int
    own: bool
    who: str
    role: Words
    organisation: str
    clock: str
    action: Words
    what: str
    purpose: Words
    ground: Words
    refused: bool
    app: Words
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogDay:
    """One day: others' lines open, one's own folded under a sentence."""

    label: str
    others: list[LogRow] = field(default_factory=list)
    own: list[LogRow] = field(default_factory=list)


def days(lines: Iterable[Line], reader: AccountId) -> list[LogDay]:
    """Group lines that come newest first by Moscow's calendar."""
    found: list[LogDay] = []
    for one in lines:
        label = dates.day(one.said.at)
        if not found or found[-1].label != label:
            found.append(LogDay(label=label))
        shown = log_row(one, reader)
        (found[-1].own if shown.own else found[-1].others).append(shown)
    return found


def log_row(line: Line, reader: AccountId) -> LogRow:
    """Present one line."""
    said = line.said
    return LogRow(
        number=line.number,
        own=said.actor_id == reader,
        who=said.actor_name,
        role=_acting_as(said) or role(said.actor_role),
        organisation=said.organisation_name,
        clock=dates.clock(said.at),
        action=_word(_ACTIONS, said.action),
        what=_what(said),
        purpose=_word(_PURPOSES, said.purpose),
        ground=_word(_GROUNDS, said.ground),
        refused=said.outcome is Outcome.REFUSED,
        app=_word(_APPS, said.app),
        address=said.address or "",
    )


def role(code: str) -> Words:
    """Who somebody was when they came."""
    return _word(_ROLES, code)


def _acting_as(said: Draft) -> Words:
    """A citizen in another's record is no patient there, but the one who acts for them."""
    representing = said.actor_role == "citizen" and said.purpose == "representing"
    return _("представитель") if representing else ""


def _what(said: Draft) -> str:
    page = str(_word(_PAGES, said.detail)) if said.detail else ""
    kinds = {one.partition("/")[0].partition("?")[0] for one in said.resources} - {_WHOLE}
    if kinds:
        names = sorted(terminology.resource_type_name(kind) for kind in kinds)
        return " · ".join(filter(None, (page, ", ".join(names))))
    known = {section.value for section in Section}
    every = known - {Section.PERSON.value} <= set(said.sections)
    sections = (
        [str(_("все разделы"))]
        if every
        else [str(WORDS[Section(one)].label) if one in known else one for one in said.sections]
    )
    return " · ".join(filter(None, (page, ", ".join(sections))))


def _word(words: Mapping[str, Words], code: str) -> Words:
    return words.get(code, code)
