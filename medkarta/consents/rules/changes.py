"""What changed between two texts, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"\S+|\n")


class Change(StrEnum):
    """What happened to a run of words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Words in a row with one fate."""

    change: Change
    words: str


def changes(old: str, new: str) -> list[Run]:
    """Runs in reading order: without the removed ones they are the new text, and vice versa."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    runs: list[Run] = []
    for tag, first, last, low, high in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            runs.append(_run(Change.SAME, before[first:last]))
            continue
        runs += [_run(Change.REMOVED, before[first:last])] if last > first else []
        runs += [_run(Change.ADDED, after[low:high])] if high > low else []
    return runs


def _run(change: Change, words: list[str]) -> Run:
    return Run(change=change, words=" ".join(words))
