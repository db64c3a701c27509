"""The facts of one entry for its page: label and words, of whatever members the entry has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.portal.presenters import dates, ranges
from medkarta.portal.presenters.phrases import Phrase, joined, named, own_words
from medkarta.portal.presenters.references import called, person_name
from medkarta.portal.presenters.scalars import quantity
from medkarta.portal.presenters.shapes import Json, choice, first, mapping, mappings, string
from medkarta.portal.presenters.titles import line
from medkarta.portal.presenters.values import parts_of, value_of

Shared = Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One line of the page."""

    label: str | Promise
    phrase: Phrase


def facts(resource: Json, shared: Shared) -> list[Fact]:
    """Everything that we can say of an entry, in the order in which a person asks."""
    found = [*_patient(resource), *_result(resource), *_concepts(resource), *_times(resource)]
    found += [*_texts(resource), *_people(resource, shared), *_sum(resource)]
    return found


def _patient(resource: Json) -> Iterator[Fact]:
    if resource.get("resourceType") != "Patient":
        return
    name = person_name(resource)
    if name:
        yield Fact(label=_("Имя"), phrase=own_words(name))
    sex = {"male": _("мужской"), "female": _("женский")}.get(str(resource.get("gender")))
    if sex is not None:
        yield Fact(label=_("Пол"), phrase=Phrase(text=str(sex)))
    for address in mappings(resource.get("address")):
        written = string(address.get("text")) or _joined_address(address)
        if written:
            yield Fact(label=_("Адрес"), phrase=own_words(written))
    for contact in mappings(resource.get("telecom")):
        value = string(contact.get("value"))
        if value:
            yield Fact(label=_("Как связаться"), phrase=Phrase(text=value))


def _joined_address(address: Json) -> str:
    lines = address.get("line")
    parts = [*(lines if isinstance(lines, list) else []), address.get("city"), address.get("state")]
    return ", ".join(part for part in parts if isinstance(part, str) and part.strip())


def _result(resource: Json) -> Iterator[Fact]:
    if resource.get("resourceType") != "Observation":
        return
    parts = parts_of(resource)
    value = value_of(resource)
    if choice(resource, "value") is not None or not parts:
        yield Fact(label=_("Результат"), phrase=value.phrase)
        if value.exact:
            yield Fact(label=_("Все цифры источника"), phrase=Phrase(text=value.exact))
    for part in parts:
        exact = part.value.exact
        yield Fact(label=part.name.text, phrase=Phrase(text=exact) if exact else part.value.phrase)
    limits = ranges.own_limits(resource, value)
    written = ranges.range_text(resource)
    if limits or written:
        usual = Phrase(text=limits.text) if limits else own_words(written or "")
        yield Fact(label=_("Обычно в этой лаборатории"), phrase=usual)


_CONCEPTS: dict[str, str | Promise] = {
    "clinicalStatus": _("Состояние"),
    "verificationStatus": _("Подтверждение"),
    "achievementStatus": _("Достигнуто"),
    "maritalStatus": _("Семейное положение"),
    "category": _("Вид"),
    "serviceType": _("Вид"),
    "class": _("Обстоятельства"),
    "severity": _("Тяжесть"),
    "criticality": _("Опасность"),
    "interpretation": _("Отметка лаборатории"),
    "reasonCode": _("Причина"),
    "bodySite": _("Место на теле"),
    "site": _("Куда введено"),
    "route": _("Способ введения"),
    "method": _("Метод"),
    "outcome": _("Исход"),
    "conclusionCode": _("Заключение"),
    "statusReason": _("Почему такой статус"),
}


def _concepts(resource: Json) -> Iterator[Fact]:
    for member, label in _CONCEPTS.items():
        names = [named(one) for one in mappings(resource.get(member))]
        words = joined(names)
        if words is not None:
            yield Fact(label=label, phrase=words)
    series = first(resource.get("series"))
    for member, label in (("modality", _("Способ исследования")), ("bodySite", _("Область"))):
        if mapping(series.get(member)):
            yield Fact(label=label, phrase=named(series[member]))


_PERIODS: dict[str, str | Promise] = {
    "period": _("Когда"),
    "performedPeriod": _("Когда"),
    "effectivePeriod": _("Когда"),
    "billablePeriod": _("За какое время"),
}
_MOMENTS: dict[str, str | Promise] = {
    "effectiveDateTime": _("Когда"),
    "occurrenceDateTime": _("Когда"),
    "performedDateTime": _("Когда"),
    "onsetDateTime": _("Началось"),
    "abatementDateTime": _("Прошло"),
    "authoredOn": _("Назначено"),
    "started": _("Когда"),
    "start": _("Когда"),
    "startDate": _("Начало"),
    "recordedDate": _("Записано врачом"),
    "issued": _("Результат выдан"),
    "expirationDate": _("Годен до"),
    "created": _("Создано"),
    "birthDate": _("Дата рождения"),
}


def _times(resource: Json) -> Iterator[Fact]:
    for member, label in _PERIODS.items():
        text = dates.period(resource.get(member))
        if text:
            yield Fact(label=label, phrase=Phrase(text=text))
    for member, label in _MOMENTS.items():
        found = dates.when(resource.get(member))
        if found:
            yield Fact(label=label, phrase=Phrase(text=found.full))


_STRINGS: dict[str, str | Promise] = {
    "conclusion": _("Заключение"),
    "description": _("Описание"),
    "lotNumber": _("Серия"),
    "patientInstruction": _("Указания пациенту"),
}


def _texts(resource: Json) -> Iterator[Fact]:
    for member, label in _STRINGS.items():
        text = string(resource.get(member))
        if text:
            yield Fact(label=label, phrase=own_words(text))
    for dosage in mappings(resource.get("dosageInstruction") or resource.get("dosage")):
        text = string(dosage.get("text"))
        if text:
            yield Fact(label=_("Как принимать"), phrase=own_words(text))
    dose = quantity(resource.get("doseQuantity"))
    if dose:
        yield Fact(label=_("Доза"), phrase=dose.phrase)
    for note in mappings(resource.get("note")):
        text = string(note.get("text"))
        if text:
            yield Fact(label=_("Заметка"), phrase=own_words(text))


_REFERENCES: tuple[tuple[str, str | Promise, Callable[[Json], object]], ...] = (
    ("performer", _("Кто выполнил"), lambda one: one.get("actor") or one),
    ("participant", _("Кто принимал"), lambda one: one.get("individual")),
    ("requester", _("Кто назначил"), lambda one: one),
    ("recorder", _("Кто записал"), lambda one: one),
    ("asserter", _("Кто установил"), lambda one: one),
    ("author", _("Автор"), lambda one: one),
    ("provider", _("Кто оказал помощь"), lambda one: one),
    ("serviceProvider", _("Где"), lambda one: one),
    ("insurer", _("Страховщик"), lambda one: one),
)


def _people(resource: Json, shared: Shared) -> Iterator[Fact]:
    for member, label, who in _REFERENCES:
        names = [called(who(one), shared) for one in mappings(resource.get(member))]
        words = joined([name for name in names if name is not None])
        if words is not None:
            yield Fact(label=label, phrase=words)


def _sum(resource: Json) -> Iterator[Fact]:
    kind = resource.get("resourceType")
    words = line(resource) if kind in ("Claim", "ExplanationOfBenefit", "CarePlan") else None
    if words is not None:
        label = _("Что входит") if kind == "CarePlan" else _("Сумма")
        yield Fact(label=label, phrase=words)
