"""Which of the names that a coded thing carries is the one to show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from medkarta.terminology import rules, seeds

NAMELESS = "Без названия"
_PREFERRED = (seeds.ICD10, seeds.FSLI, seeds.LOINC, seeds.SNOMED, seeds.CVX, seeds.RXNORM)


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A name to show. With `language` other than "ru" it is the source's own text.

    A page marks such a name with `lang` and says «название из источника». `original` is what the
    source wrote, in any language, where it wrote anything: a doctor's own words are not lost
    behind the name of a code.
    """

    plain: str
    official: str | None = None
    code: str | None = None
    system: str | None = None
    language: str = "ru"
    original: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Coding:
    """One coding as it came, with everything that is no text left out."""

    system: str | None
    code: str | None
    display: str | None

    @property
    def known(self) -> seeds.Entry | None:
        if self.code is None or self.system is None:
            return None
        return seeds.find(self.system, self.code)


def coding_of(raw: object) -> Coding:
    """Read a FHIR Coding, a (system, code, display) or a bare text."""
    if isinstance(raw, Mapping):
        fields = [raw.get("system"), raw.get("code"), raw.get("display")]
    elif isinstance(raw, list | tuple):
        fields = [*raw, None, None, None][:3]
    else:
        fields = [None, None, raw]
    system, code, shown = (rules.clean(field) for field in fields)
    return Coding(system=system, code=code, display=shown)


def _rank(coding: Coding) -> int:
    system = seeds.canonical(coding.system or "")
    return _PREFERRED.index(system) if system in _PREFERRED else len(_PREFERRED)


def choose(codings: list[Coding], *, text: str | None) -> Name:
    """Choose: a known code, the source's Russian, a known code of another system, its own words."""
    ranked = sorted(codings, key=_rank)
    preferred = [coding for coding in ranked if _rank(coding) < len(_PREFERRED)]
    others = ranked[len(preferred) :]
    original = text or next((coding.display for coding in ranked if coding.display), None)
    candidates = (
        *_known(preferred, original),
        *_russian(ranked, text),
        *_known(others, original),
        *_known_text(ranked, original),
    )
    return candidates[0] if candidates else _as_written(ranked, original)


def _known(codings: list[Coding], original: str | None) -> Iterator[Name]:
    for coding in codings:
        entry = coding.known
        if entry is not None:
            yield Name(
                plain=entry.plain,
                official=entry.official,
                code=coding.code,
                system=coding.system,
                original=original or entry.original,
            )


def _russian(codings: list[Coding], text: str | None) -> Iterator[Name]:
    first = codings[0] if codings else Coding(system=None, code=None, display=None)
    for written, coding in ((text, first), *((coding.display, coding) for coding in codings)):
        if written is not None and rules.language_of(written) == "ru":
            yield Name(
                plain=written, code=coding.code, system=coding.system, original=text or written
            )


def _known_text(codings: list[Coding], original: str | None) -> Iterator[Name]:
    plain = seeds.texts().get((original or "").lower())
    if plain is not None:
        first = codings[0] if codings else Coding(system=None, code=None, display=None)
        yield Name(plain=plain, code=first.code, system=first.system, original=original)


def _as_written(codings: list[Coding], original: str | None) -> Name:
    first = codings[0] if codings else Coding(system=None, code=None, display=None)
    if original is not None:
        return Name(
            plain=original,
            code=first.code,
            system=first.system,
            language=rules.language_of(original),
            original=original,
        )
    code = next((coding.code for coding in codings if coding.code), None)
    plain = f"{NAMELESS} ({code})" if code else NAMELESS
    return Name(plain=plain, code=code, system=first.system)
