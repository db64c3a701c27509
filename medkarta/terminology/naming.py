"""Which of the names that a coded thing carries is the one to show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from medkarta.terminology import languages, rules, seeds

NAMELESS = "Без названия"
_PREFERRED = (seeds.ICD10, seeds.FSLI, seeds.LOINC, seeds.SNOMED, seeds.CVX, seeds.RXNORM)


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A name to show. With a `language` other than the page's it is the source's own text.

    A page marks such a name with `lang` and says «название из источника». `original` is what the
    source wrote, in any language, where it wrote anything: a doctor's own words are not lost
    behind the name of a code.
    """

    plain: str
    official: str | None = None
    code: str | None = None
    system: str | None = None
    language: str = field(default_factory=languages.wanted)
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


def choose(codings: list[Coding], *, text: str | None, language: str | None = None) -> Name:
    """Choose for a reader of `language`, that of the page where none is given.

    A known code, the source's text in that language, a known code of another system, its own words.
    """
    language = language or languages.wanted()
    ranked = sorted(codings, key=_rank)
    preferred = [coding for coding in ranked if _rank(coding) < len(_PREFERRED)]
    others = ranked[len(preferred) :]
    original = text or next((coding.display for coding in ranked if coding.display), None)
    candidates = (
        *_known(preferred, original, language),
        *_written(ranked, text, language),
        *_known(others, original, language),
        *_known_text(ranked, original, language),
    )
    return candidates[0] if candidates else _as_written(ranked, original)


def _known(codings: list[Coding], original: str | None, language: str) -> Iterator[Name]:
    for coding in codings:
        entry = coding.known
        names = _names(entry, language) if entry is not None else None
        if entry is not None and names is not None:
            plain, official = names
            yield Name(
                plain=plain,
                official=official,
                code=coding.code,
                system=coding.system,
                language=language,
                original=original or entry.original,
            )


def _names(entry: seeds.Entry, language: str) -> tuple[str, str | None] | None:
    """The plain and the official name of a known code; None where the language has none."""
    if language == languages.RUSSIAN:
        return entry.plain, entry.official
    plain = languages.english_of(entry)
    official = entry.original if entry.original != plain else None
    return (plain, official) if plain else None


def _written(codings: list[Coding], text: str | None, language: str) -> Iterator[Name]:
    first = codings[0] if codings else Coding(system=None, code=None, display=None)
    for written, coding in ((text, first), *((coding.display, coding) for coding in codings)):
        if written is not None and rules.language_of(written) == language:
            yield Name(
                plain=written,
                code=coding.code,
                system=coding.system,
                language=language,
                original=text or written,
            )


def _known_text(codings: list[Coding], original: str | None, language: str) -> Iterator[Name]:
    plain = seeds.texts().get((original or "").lower())
    if plain is not None and language == languages.RUSSIAN:
        first = codings[0] if codings else Coding(system=None, code=None, display=None)
        yield Name(
            plain=plain,
            code=first.code,
            system=first.system,
            language=language,
            original=original,
        )


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
    nameless = languages.say(NAMELESS)
    plain = f"{nameless} ({code})" if code else nameless
    return Name(plain=plain, code=code, system=first.system)
