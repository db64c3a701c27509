"""How hard a password is to guess for somebody who knows its owner and how people type."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from zxcvbn import zxcvbn

from medkarta.accounts.common_words import on_latin_keys, spellings, spellings_of
from medkarta.foundation.enp import Enp, InvalidEnpError
from medkarta.foundation.snils import InvalidSnilsError, Snils

# zxcvbn: 4 is «very unguessable», more than 10¹⁰ guesses; with 3 «Пароль2026!!!!» would go.
HARD_ENOUGH = 4
# zxcvbn's time grows with the square of the length and it refuses more than 72.
_LOOKED_AT = 64
_OUR_WORDS = ("медкарта", "госуслуги", "госуслуг", "здоровье", "емиас", "эмк", "егисз", "emias")
_SHORTEST_WORD = 3
_SHORTEST_STEM = 5
_ENDING = re.compile(r"[аеиоуыэюяьй]{1,2}$")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_NUMBERS = re.compile(r"\d(?:[ -]?\d){10}(?:(?:[ -]?\d){5})?")
_A_THIRD = 3


class Reason(StrEnum):
    """Why a password is easy to guess."""

    COMMON = "common"
    OWN = "own"
    SERVICE = "service"
    ROWS = "rows"
    REPEATED = "repeated"
    DATES = "dates"
    SIMPLE = "simple"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """From 0 (guessed at once) to 4 (hard enough); the reason only where it is below."""

    step: int
    reason: Reason | None


_PATTERNS = {
    "dictionary": Reason.COMMON,
    "spatial": Reason.ROWS,
    "sequence": Reason.ROWS,
    "repeat": Reason.REPEATED,
    "date": Reason.DATES,
}


def judge(password: str, own: Iterable[str]) -> Judgement:
    """Judge a password in composed signs; `own` is what is known of its owner."""
    typed = _plain(password)
    # What everybody who attacks this account knows makes nothing harder: it is left out.
    left = _numbers_left(_without(typed, _own_spellings(own)))
    bare = _without(left, _our_spellings())
    found = _hardest_guess(bare)
    common = _is_common(typed)
    if found["score"] >= HARD_ENOUGH and not common:
        return Judgement(step=HARD_ENOUGH, reason=None)
    step = min(found["score"], 1 if common else HARD_ENOUGH - 1)
    if common:
        reason = Reason.COMMON
    elif _much(typed, left):
        reason = Reason.OWN
    elif _much(left, bare):
        reason = Reason.SERVICE
    else:
        reason = _pattern(found)
    return Judgement(step=step, reason=reason)


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")


def _hardest_guess(text: str) -> dict[str, Any]:
    """The easier of two readings: as typed, and as the same keys of the Latin layout."""
    if not text:
        return {"score": 0, "sequence": []}
    readings = {text[:_LOOKED_AT], on_latin_keys(text)[:_LOOKED_AT]}
    guesses = [zxcvbn(one, user_inputs=_common_spellings()) for one in sorted(readings)]
    easiest: dict[str, Any] = min(guesses, key=lambda guess: guess["guesses"])
    return easiest


def _pattern(found: dict[str, Any]) -> Reason:
    """What most signs of the password belong to."""
    counts: dict[Reason, int] = {}
    for part in found["sequence"]:
        reason = _PATTERNS.get(part["pattern"])
        if reason:
            counts[reason] = counts.get(reason, 0) + len(part["token"])
    return max(counts, key=counts.__getitem__) if counts else Reason.SIMPLE


def _much(before: str, after: str) -> bool:
    return len(before) - len(after) >= max(1, len(before) // _A_THIRD)


def _is_common(typed: str) -> bool:
    """Whether it is on the list of passwords that leaked, also with digits around it."""
    core = _EDGES.sub("", typed)
    known = _leaked()
    return any(one in known for one in (typed, core, on_latin_keys(core)) if one)


def _numbers_left(text: str) -> str:
    """Without numbers that are a policy or a СНИЛС, whosoever: they stand on papers."""
    return _NUMBERS.sub(lambda found: "" if _of_papers(found.group()) else found.group(), text)


def _of_papers(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    readers: tuple[Callable[[str], object], ...] = (Enp.parse, Snils.parse)
    for read in readers:
        try:
            read(digits)
        except (InvalidEnpError, InvalidSnilsError):
            continue
        return True
    return False


def _own_spellings(own: Iterable[str]) -> list[str]:
    stems = (_stem(_plain(word)) for word in own)
    return [spelling for stem in stems for spelling in spellings_of(stem)]


def _stem(word: str) -> str:
    """Without the ending, so that «Ёлкиной» is «Ёлкина» too."""
    stem = _ENDING.sub("", word)
    return stem if len(stem) >= _SHORTEST_STEM else word


def _without(text: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORTEST_WORD:
            text = text.replace(word, "")
    return text


@cache
def _our_spellings() -> tuple[str, ...]:
    return tuple(spelling for word in _OUR_WORDS for spelling in spellings_of(word))


@cache
def _common_spellings() -> tuple[str, ...]:
    return tuple(spellings())


@cache
def _leaked() -> frozenset[str]:
    """The 20,000 most frequent passwords of leaks, as they come with Django."""
    return frozenset(CommonPasswordValidator().passwords)
