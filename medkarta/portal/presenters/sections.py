"""The sections of the record as the person sees them: word, icon, and why one may be empty."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.access.grants import Section

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionWords:
    """How a section is called and drawn."""

    label: Text
    icon: str
    empty: Text


WORDS: dict[Section, SectionWords] = {
    Section.LABS: SectionWords(
        label=_("Анализы"),
        icon="flask",
        empty=_("Результатов пока нет. Так бывает, если лаборатория их ещё не передала."),
    ),
    Section.VITALS: SectionWords(
        label=_("Показатели"),
        icon="heart",
        empty=_("Измерений пока нет. Давление, рост и вес появятся, когда их передаст клиника."),
    ),
    Section.EXAMS: SectionWords(
        label=_("Исследования и процедуры"),
        icon="scan",
        empty=_("Исследований пока нет. Заключения приходят после того, как врач их подписал."),
    ),
    Section.DIAGNOSES: SectionWords(
        label=_("Диагнозы"),
        icon="diagnosis",
        empty=_("Диагнозов и аллергий в карте нет. Так бывает, если клиники их не передали."),
    ),
    Section.VISITS: SectionWords(
        label=_("Приёмы"),
        icon="visit",
        empty=_("Приёмов пока нет. Они появятся, когда клиника закроет запись о посещении."),
    ),
    Section.ORDERS: SectionWords(
        label=_("Назначения"),
        icon="clipboard",
        empty=_("Назначений пока нет. Здесь будут направления и планы лечения."),
    ),
    Section.PRESCRIPTIONS: SectionWords(
        label=_("Рецепты"),
        icon="pill",
        empty=_("Рецептов пока нет. Бумажный рецепт сюда не попадает."),
    ),
    Section.VACCINATIONS: SectionWords(
        label=_("Прививки"),
        icon="syringe",
        empty=_("Прививок пока нет. Так бывает, если их делали до подключения клиники."),
    ),
    Section.HOSPITAL: SectionWords(
        label=_("Госпитализации"),
        icon="bed",
        empty=_("Госпитализаций нет."),
    ),
    Section.DOCUMENTS: SectionWords(
        label=_("Документы"),
        icon="document",
        empty=_("Документов пока нет. Клиника передаёт их после подписи врача."),
    ),
    Section.PAYMENTS: SectionWords(
        label=_("Счета и оплата"),
        icon="wallet",
        empty=_("Счетов нет."),
    ),
    Section.PERSON: SectionWords(
        label=_("Сведения о пациенте"),
        icon="user",
        empty=_("Клиника не передала сведений о вас."),
    ),
    Section.OTHER: SectionWords(
        label=_("Другие записи"),
        icon="dots",
        empty=_("Других записей нет."),
    ),
}

# What the person looks for most stands first; WORDS is in that order.
EVERY = tuple(WORDS)
# The timeline is about events: who the patient is, is not one.
TIMELINE = tuple(section for section in EVERY if section is not Section.PERSON)
