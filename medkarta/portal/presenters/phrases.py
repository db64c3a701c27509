"""Words with the language they are in, so that a page can mark what is not the page's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from medkarta.terminology import queries as terminology
from medkarta.terminology.languages import wanted
from medkarta.terminology.queries import Name


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """A text for the page and its BCP 47 tag: the page's own where nothing else is said."""

    text: str
    language: str = field(default_factory=wanted)

    def __str__(self) -> str:
        return self.text


def own_words(text: str) -> Phrase:
    """A text of the source's; where the page's language has the same words, those."""
    return of_name(terminology.display((None, None, text)))


def named(concept: object) -> Phrase:
    """A CodeableConcept or a Coding by its name in the page's language, else by the source's."""
    if isinstance(concept, Mapping) and "code" in concept:
        return of_name(terminology.display(concept))
    return of_name(terminology.concept_name(concept))


def of_name(name: Name) -> Phrase:
    """The plain name as a phrase."""
    return Phrase(text=name.plain, language=name.language)


def joined(phrases: list[Phrase], separator: str = ", ") -> Phrase | None:
    """Several phrases as one; its language is the page's only where all of them are."""
    if not phrases:
        return None
    text = separator.join(one.text for one in phrases)
    return Phrase(text=text, language=language_of_all(phrases))


def language_of_all(phrases: list[Phrase]) -> str:
    """The page's language, or that of the first phrase in another one."""
    own = wanted()
    return next((one.language for one in phrases if one.language != own), own)
