"""Kinds of a person's papers in words, and the addresses of their forms."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.patients.queries.papers import PaperView
from medkarta.patients.rules.papers import PaperKind, PaperState
from medkarta.portal.presenters import dates

Words = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class KindWords:
    """One kind: its address, its name, whose or what it is."""

    slug: str
    name: Words
    line: Words
    hint: Words


_FREE: Final = _("Буквы и цифры, как в документе. Пробелы не мешают.")
KINDS: Final[dict[PaperKind, KindWords]] = {
    PaperKind.PASSPORT: KindWords(
        slug="passport",
        name=_("Паспорт гражданина России"),
        line=_("Серия и номер, кем и когда выдан"),
        hint=_("Серия 4 цифры и номер 6 цифр. Например, 4510 123456"),
    ),
    PaperKind.BIRTH_CERTIFICATE: KindWords(
        slug="birth-certificate",
        name=_("Свидетельство о рождении"),
        line=_("Ваше или вашего ребёнка"),
        hint=_("Римская цифра, две буквы и 6 цифр. Например, IV-АБ 123456"),
    ),
    PaperKind.FOREIGN_PASSPORT: KindWords(
        slug="foreign-passport",
        name=_("Паспорт иностранного гражданина"),
        line=_("Паспорт другой страны"),
        hint=_FREE,
    ),
    PaperKind.RESIDENCE_PERMIT: KindWords(
        slug="residence-permit",
        name=_("Вид на жительство"),
        line=_("Для тех, кто постоянно живёт в России"),
        hint=_FREE,
    ),
    PaperKind.TEMPORARY_RESIDENCE: KindWords(
        slug="temporary-residence",
        name=_("Разрешение на временное проживание"),
        line=_("Для тех, кто живёт в России временно"),
        hint=_FREE,
    ),
    PaperKind.REFUGEE: KindWords(
        slug="refugee",
        name=_("Удостоверение беженца"),
        line=_("Выдаёт МВД России"),
        hint=_FREE,
    ),
    PaperKind.ASYLUM: KindWords(
        slug="asylum",
        name=_("Свидетельство о временном убежище"),
        line=_("Выдаёт МВД России"),
        hint=_FREE,
    ),
}
BY_SLUG: Final = {words.slug: kind for kind, words in KINDS.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperRow:
    """One paper in the list, and on the page that asks before it is removed."""

    paper_id: str
    name: Words
    number: str
    issued: str
    seen: bool


def row(paper: PaperView) -> PaperRow:
    """Present one paper."""
    day = str(_("выдан %(day)s")) % {"day": dates.day(paper.issued_on)}
    parts = (day, paper.issued_by, paper.department)
    return PaperRow(
        paper_id=str(paper.paper_id),
        name=KINDS[paper.kind].name,
        number=paper.masked_number,
        issued=", ".join(part for part in parts if part),
        seen=paper.state is PaperState.SEEN,
    )
