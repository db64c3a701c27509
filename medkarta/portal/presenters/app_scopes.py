"""What an app would see, in words: each choice that the person can leave out, with examples."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.clients.rules import scopes
from medkarta.clients.rules.scopes import ALL_TYPES, Asked, Scope
from medkarta.fhir.search.compartment import OWNED
from medkarta.portal.presenters.app_narrowing import narrowed
from medkarta.terminology import queries as terminology

Words = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of the record as a person thinks of it."""

    key: str
    title: Words
    example: Words
    types: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One box to tick; `words` are the scopes behind it."""

    key: str
    title: Words
    example: Words
    words: tuple[str, ...]


def _part(key: str, title: Words, example: Words, types: str) -> Part:
    return Part(key=key, title=title, example=example, types=frozenset(types.split()))


PARTS: Final = (
    _part(
        "results",
        gettext_lazy("Анализы и измерения"),
        gettext_lazy("Гемоглобин, холестерин, давление, вес, заключения лаборатории"),
        "Observation DiagnosticReport Specimen",
    ),
    _part(
        "diagnoses",
        gettext_lazy("Диагнозы и аллергии"),
        gettext_lazy("Болезни, которые у вас есть или были, и на что у вас аллергия"),
        "Condition AllergyIntolerance ClinicalImpression FamilyMemberHistory",
    ),
    _part(
        "medicines",
        gettext_lazy("Рецепты и лекарства"),
        gettext_lazy("Что вам выписали, что и когда вы получили и принимаете"),
        "MedicationRequest MedicationStatement MedicationDispense MedicationAdministration",
    ),
    _part(
        "vaccinations",
        gettext_lazy("Прививки"),
        gettext_lazy("От чего и когда вы привиты, какие прививки впереди"),
        "Immunization ImmunizationEvaluation ImmunizationRecommendation",
    ),
    _part(
        "visits",
        gettext_lazy("Приёмы и госпитализации"),
        gettext_lazy("У кого вы были на приёме, когда и в какой больнице лежали"),
        "Encounter EpisodeOfCare Appointment AppointmentResponse",
    ),
    _part(
        "exams",
        gettext_lazy("Исследования и процедуры"),
        gettext_lazy("УЗИ, рентген, операции и их заключения"),
        "Procedure ImagingStudy Media",
    ),
    _part(
        "orders",
        gettext_lazy("Назначения и планы лечения"),
        gettext_lazy("Направления, план наблюдения, кто вас ведёт"),
        "ServiceRequest CarePlan CareTeam Goal Task",
    ),
    _part(
        "documents",
        gettext_lazy("Документы"),
        gettext_lazy("Выписки, справки и заключения целиком, с их файлами"),
        "DocumentReference DocumentManifest Composition Bundle Binary",
    ),
    _part(
        "person",
        gettext_lazy("Сведения о вас"),
        gettext_lazy("Имя, дата рождения, пол, адрес и телефон, как их записали клиники"),
        "Patient RelatedPerson",
    ),
    _part(
        "payments",
        gettext_lazy("Счета и оплата"),
        gettext_lazy("Страховка, счета и что по ним заплатили"),
        "Coverage Account Claim ClaimResponse ExplanationOfBenefit Invoice ChargeItem"
        " PaymentNotice",
    ),
)
_NAMED: Final = frozenset[str]().union(*(part.types for part in PARTS))
_OTHER: Final = Part(
    key="other",
    title=gettext_lazy("Другие записи"),
    example=gettext_lazy("Анкеты, оценки рисков, устройства и всё, что не вошло выше"),
    types=OWNED - _NAMED,
)
# About nobody: without them a doctor's or a clinic's name could not be shown beside an entry.
_BESIDE: Final = ("Location", "Medication", "Organization", "Practitioner", "PractitionerRole")
# A type that is asked for by itself; a part's words would promise more than it shows.
_ALONE: Final[dict[str, tuple[Words, Words]]] = {
    "AllergyIntolerance": (
        gettext_lazy("Аллергии"),
        gettext_lazy("На что у вас аллергия и как она проявлялась"),
    ),
    "Condition": (gettext_lazy("Диагнозы"), gettext_lazy("Болезни, которые у вас есть или были")),
    "DiagnosticReport": (
        gettext_lazy("Заключения"),
        gettext_lazy("Заключения лаборатории и по исследованиям"),
    ),
    "DocumentReference": (
        gettext_lazy("Документы"),
        gettext_lazy("Выписки, справки и заключения, без их файлов"),
    ),
    "Encounter": (
        gettext_lazy("Приёмы и госпитализации"),
        gettext_lazy("У кого вы были на приёме, когда и в какой больнице лежали"),
    ),
    "Immunization": (gettext_lazy("Прививки"), gettext_lazy("От чего и когда вы привиты")),
    "MedicationRequest": (
        gettext_lazy("Рецепты"),
        gettext_lazy("Что вам выписали и как принимать"),
    ),
    "Observation": (
        gettext_lazy("Анализы и измерения"),
        gettext_lazy("Гемоглобин, холестерин, давление, вес"),
    ),
    "Patient": (
        gettext_lazy("Сведения о вас"),
        gettext_lazy("Имя, дата рождения, пол, адрес и телефон, как их записали клиники"),
    ),
    "Procedure": (gettext_lazy("Процедуры"), gettext_lazy("Операции и другие вмешательства")),
}
OFFLINE: Final = scopes.OFFLINE
_IDENTITY: Final[dict[str, tuple[Words, Words]]] = {
    scopes.OPENID: (
        gettext_lazy("Узнать вас, когда вы придёте снова"),
        gettext_lazy(
            "Приложение получит номер, по которому знает вас только оно. Ни имени, ни почты, ни "
            "СНИЛС в нём нет"
        ),
    ),
    scopes.FHIR_USER: (
        gettext_lazy("Узнать, какая запись клиники о вас самих"),
        gettext_lazy("Адрес вашей записи в клинике, тот же, что и у других приложений"),
    ),
}
# Words that are given only where their own box is ticked.
_TICKED: Final = frozenset({OFFLINE, *_IDENTITY})


def choices(offered: Asked) -> list[Choice]:
    """The boxes for what an app may be given; for the whole record a box for each part of it."""
    whole = next((one for one in offered.data if one.resource_type == ALL_TYPES), None)
    if whole is not None:
        return [
            Choice(
                key=part.key,
                title=part.title,
                example=part.example,
                words=tuple(f"patient/{name}.{whole.acts}" for name in sorted(part.types)),
            )
            for part in (*PARTS, _OTHER)
        ]
    return [_choice(one) for one in offered.data]


def titles(few: Iterable[Choice]) -> str:
    """All of them in one sentence, for whoever opens no fold."""
    return "; ".join(str(one.title) for one in few) + "."


def identity(offered: Asked) -> list[Choice]:
    """The boxes for what an app may know of who signed in."""
    return [
        Choice(key=word, title=title, example=example, words=(word,))
        for word, (title, example) in _IDENTITY.items()
        if word in offered.plain
    ]


def approved(offered: Asked, keys: Collection[str]) -> Asked:
    """What was offered, as far as it was ticked; no data where nothing was."""
    plain = scopes.told(offered.plain - (_TICKED - frozenset(keys)))
    every = choices(offered)
    ticked = [one for one in every if one.key in keys]
    if len(ticked) == len(every):
        return Asked(data=offered.data, plain=plain)
    words = [word for one in ticked for word in one.words]
    whole = next((one for one in offered.data if one.resource_type == ALL_TYPES), None)
    if whole is not None and words:
        words += [f"patient/{name}.{whole.acts}" for name in _BESIDE]
    return Asked(data=scopes.of(words).data, plain=plain)


def seen(words: Iterable[str]) -> list[str]:
    """What an app was allowed to see, as titles."""
    asked = scopes.of(words)
    who = [_("кто вы")] if scopes.OPENID in asked.plain else []
    if any(one.resource_type == ALL_TYPES for one in asked.data):
        return [_("всю карту"), *who]
    wholly = {one.resource_type for one in asked.data if one.narrowing is None}
    parts = [part for part in (*PARTS, _OTHER) if part.types <= wholly]
    covered = frozenset[str]().union(*(part.types for part in parts), _BESIDE)
    rest = [one for one in asked.data if one.narrowing or one.resource_type not in covered]
    return [*(str(part.title) for part in parts), *(str(_choice(one).title) for one in rest), *who]


def _choice(one: Scope) -> Choice:
    named = (terminology.resource_type_name(one.resource_type), "")
    title, example = _ALONE.get(one.resource_type, named)
    if one.narrowing is not None:
        title, example = f"{title}: {narrowed(one.resource_type, one.narrowing)}", ""
    return Choice(key=str(one), title=title, example=example, words=(str(one),))
