"""Whom the person lets read what: the decision, on plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from medkarta.foundation.ids import ClinicId


class Audience(StrEnum):
    """Whom a document is about. A word of its own, so that a missing clinic is never «all»."""

    NOBODY = "nobody"
    ONE = "one"
    ALL = "all"


class Effect(StrEnum):
    """What a document does to what it names."""

    ALLOW = "allow"
    DENY = "deny"


PURPOSE = "treatment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One document's word: which organisation, which sections, what for, in which [start, end)."""

    effect: Effect
    audience: Audience
    organisation: ClinicId | None
    sections: frozenset[str]
    purpose: str
    start: datetime
    end: datetime | None

    def speaks_of(self, asked: "Asked") -> bool:
        """Whether it is about who asks, what for and when. Whatever is not clear speaks of none."""
        whom = self.audience is Audience.ALL or (
            self.audience is Audience.ONE and self.organisation == asked.organisation
        )
        when = self.start <= asked.at and (self.end is None or asked.at < self.end)
        return whom and when and self.purpose == asked.purpose


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which connected organisation wants to read, what for, when."""

    organisation: ClinicId
    purpose: str
    at: datetime


def open_sections(terms: Iterable[Term], asked: Asked) -> frozenset[str]:
    """The sections that are open to who asks: what is allowed less what is denied.

    A denial wins whatever was signed later or says it more closely. No terms, no sections.
    """
    allowed: set[str] = set()
    denied: set[str] = set()
    for term in terms:
        if term.speaks_of(asked):
            (allowed if term.effect is Effect.ALLOW else denied).update(term.sections)
    return frozenset(allowed - denied)
