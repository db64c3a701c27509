"""Documents that wait for a signature: the text of a kind with this person's blanks filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.conf import settings

from medkarta.accounts import queries as accounts
from medkarta.clinics import queries as clinics
from medkarta.consents import texts
from medkarta.consents.models import Consent, ConsentDetails
from medkarta.consents.rules import (
    CURRENT_VERSION,
    LANGUAGES,
    SECTIONS,
    ZONES,
    Audience,
    Choice,
    ConsentText,
    Kind,
    fill,
)
from medkarta.foundation.ids import AccountId, ClinicId, PersonId
from medkarta.patients.queries import PersonView
from medkarta.patients.queries import representation as representations

# НСИ 1.2.643.5.1.13.13.99.2.48, the kinds by which an operator tells an adult citizen.
_DOCUMENTS: Final = MappingProxyType(
    {
        "1": (
            "паспорт гражданина Российской Федерации",
            "passport of a citizen of the Russian Federation",
        ),
        "10": ("паспорт иностранного гражданина", "passport of a foreign citizen"),
        "11": ("вид на жительство", "residence permit"),
    }
)
# НСИ 1.2.643.5.1.13.13.99.2.313, the kinds that an operator takes.
_PAPERS: Final = MappingProxyType(
    {
        "birth-certificate": ("свидетельство о рождении", "birth certificate"),
        "guardianship-act": ("акт органа опеки", "act of the guardianship authority"),
        "court-incapacity": ("решение суда о недееспособности", "court decision on incapacity"),
    }
)
_UNTIL_LIFTED: Final = ("до отзыва", "until it is withdrawn")


class DetailsMissingError(Exception):
    """The subject's address and identity document are not known: article 9(4) wants them."""


class OperatorUnknownError(Exception):
    """The installation does not say who its operator is: nobody can be consented to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """What is before the person.

    `after` is the latest signature of its kind: a form that was opened before a withdrawal signs
    nothing after it.
    """

    choice: Choice
    text: ConsentText
    after: UUID | None


def papers(person: PersonView, choice: Choice, *, by: AccountId) -> dict[str, Paper]:
    """The documents that may be signed now, one a language, by digest.

    Raises `DetailsMissingError`, `OperatorUnknownError`.
    """
    found = (paper(person, choice, language, by=by) for language in LANGUAGES)
    return {one.text.sha256: one for one in found}


def paper(person: PersonView, choice: Choice, language: str, *, by: AccountId) -> Paper:
    """The document that this account would sign now; in Russian where there is none other."""
    language = language if language in LANGUAGES else LANGUAGES[0]
    version = CURRENT_VERSION[choice.kind]
    values = {**_subject(person, language, by), **_operator(), **_chosen(choice, language)}
    body = fill(texts.template(choice.kind, version, language), values)
    text = ConsentText(kind=choice.kind, version=version, language=language, body=body)
    return Paper(choice=choice, text=text, after=latest(person.person_id, choice))


def latest(person_id: PersonId, choice: Choice) -> UUID | None:
    """The newest signature of this kind about this organisation, ended or not."""
    found = Consent.objects.filter(
        person_id=person_id, kind=choice.kind.value, organisation_id=choice.organisation
    )
    return found.order_by("-signed_at", "-id").values_list("pk", flat=True).first()


def _subject(person: PersonView, language: str, by: AccountId) -> Mapping[str, str]:
    details = ConsentDetails.objects.filter(pk=person.person_id).first()
    if details is None:
        raise DetailsMissingError
    data = person.data
    return {
        "subject": data.full_name,
        "birth_date": f"{data.birth_date:%d.%m.%Y}" if data.birth_date else "—",
        "snils": str(data.snils) if data.snils else "—",
        "address": details.address,
        "document": _document(person, details, language),
        "representative": _representative(person, by, language),
    }


def _representative(person: PersonView, by: AccountId, language: str) -> str:
    """Who signs for the subject, and by which paper (article 9(4), 2)."""
    if person.account_id == by:
        return _in(language, "нет, подписываю за себя", "none, I sign for myself")
    rights = representations.of_principal(person.person_id)
    right = next((one for one in rights if one.representative.account_id == by), None)
    if right is None:
        return "—"
    data = right.representative.data
    born = f"{data.birth_date:%d.%m.%Y}" if data.birth_date else "—"
    named = f"{data.full_name}, {born}, СНИЛС {data.snils or '—'}"
    seen = _in(language, "полномочия по документу", "entitled by")
    return (
        f"{named}; {seen}: {_in(language, *_PAPERS[right.right.paper])}"
        if right.right.paper
        else named
    )


def _document(person: PersonView, details: ConsentDetails, language: str) -> str:
    seen = accounts.identity_check(person.account_id) if person.account_id else None
    kind = _DOCUMENTS.get(seen.document_kind if seen else "")
    named = _in(language, *kind) if kind else _in(language, "документ", "document")
    number = details.document_number
    issued = details.document_issued
    said = f"{named}, № {number}, " + _in(language, f"выдан: {issued}", f"issued: {issued}")
    if seen is None:
        return said
    day = f"{seen.checked_at:%d.%m.%Y}"
    return said + _in(language, f"; оператор сверил {day}", f"; compared by the operator on {day}")


def _operator() -> Mapping[str, str]:
    if not settings.OPERATOR_NAME or not settings.OPERATOR_ADDRESS:
        raise OperatorUnknownError
    return {"operator": settings.OPERATOR_NAME, "operator_address": settings.OPERATOR_ADDRESS}


def _chosen(choice: Choice, language: str) -> Mapping[str, str]:
    if not choice.about_others:
        return {}
    place = LANGUAGES.index(language)
    sections = [words[place] for name, words in SECTIONS.items() if name in choice.sections]
    return {
        "organisation": _organisation(choice, language),
        "sections": ", ".join(sections),
        "until": _until(choice, language),
    }


def _organisation(choice: Choice, language: str) -> str:
    if choice.audience is Audience.ALL:
        return _in(
            language,
            "все медицинские организации, подключённые к Медкарте",
            "all medical organisations that are connected to Medkarta",
        )
    names = clinics.names([choice.organisation]) if choice.organisation else {}
    return names[ClinicId(choice.organisation)] if choice.organisation else ""


def _until(choice: Choice, language: str) -> str:
    if choice.until is None:
        words = _UNTIL_LIFTED if choice.kind is Kind.ACCESS else ("до снятия", "until it is lifted")
        return _in(language, *words)
    day = f"{choice.until:%d.%m.%Y}"
    zone = _in(language, *ZONES[choice.zone])
    return _in(language, f"по {day} включительно, {zone}", f"through the whole of {day}, {zone}")


def _in(language: str, russian: str, english: str) -> str:
    return english if language == "en" else russian
