"""Words with the language they are in, so that a page can mark what is not the page's own."""

from collections.abc import Mapping
from dataclasses import dataclass

from medkarta.terminology import queries as terminology
from medkarta.terminology.queries import Name


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """A text for the page and its BCP 47 tag."""

    text: str
    language: str = "ru"

    def __str__(self) -> str:
        return self.text


def own_words(text: str) -> Phrase:
    """A text of the source's; where the same words are known in Russian, those."""
    return of_name(terminology.display((None, None, text)))


def named(concept: object) -> Phrase:
    """A CodeableConcept or a Coding by its Russian name, else by the source's own."""
    if isinstance(concept, Mapping) and "code" in concept:
        return of_name(terminology.display(concept))
    return of_name(terminology.concept_name(concept))


def of_name(name: Name) -> Phrase:
    """The plain name as a phrase."""
    return Phrase(text=name.plain, language=name.language)


def joined(phrases: list[Phrase], separator: str = ", ") -> Phrase | None:
    """Several phrases as one; its language is Russian only where all of them are."""
    if not phrases:
        return None
    language = next((one.language for one in phrases if one.language != "ru"), "ru")
    return Phrase(text=separator.join(one.text for one in phrases), language=language)
