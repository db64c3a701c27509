"""What is in a value set: codes, and branches of ICD-10, whose codes nobody lists here."""

from collections.abc import Iterable
from typing import NamedTuple

from medkarta.fhir.code_systems import Coded
from medkarta.fhir.search.hierarchies import is_within
from medkarta.fhir.search.sought import SoughtRange


class UnexpandableError(ValueError):
    """What the value set holds cannot be told here; the words say why."""


class Content(NamedTuple):
    """(system, code) of what is in it, and of each branch all that is below its top."""

    codes: frozenset[Coded]
    branches: frozenset[SoughtRange] = frozenset()

    def of_system(self, system: str) -> "Content":
        """What of it is of this code system."""
        return Content(
            frozenset(one for one in self.codes if one[0] == system),
            frozenset(one for one in self.branches if one.system == system),
        )

    def holds(self, coded: Coded) -> bool:
        """Whether this code is in it."""
        return coded in self.codes or any(is_within(one, *coded) for one in self.branches)


def together(parts: Iterable[Content]) -> Content:
    """All that is in any of them."""
    few = list(parts)
    return Content(
        frozenset(code for one in few for code in one.codes),
        frozenset(branch for one in few for branch in one.branches),
    )


def pairs(one: Content, other: Content) -> int:
    """How many codes are compared with how many branches where both are brought together."""
    return len(one.codes) * len(other.branches) + len(other.codes) * len(one.branches)


def in_both(one: Content, other: Content) -> Content:
    """What is in each of the two. Raises `UnexpandableError`: it is part of a branch."""
    if any(_meets_another(branch, other) for branch in one.branches):
        raise UnexpandableError("it has what several branches of ICD-10 have together")
    return Content(
        frozenset(filter(other.holds, one.codes)) | frozenset(filter(one.holds, other.codes)),
        one.branches & other.branches,
    )


def without(one: Content, other: Content) -> Content:
    """What is in the first alone. Raises `UnexpandableError`: it is part of a branch."""
    left = one.branches - other.branches
    if any(_meets_another(branch, other) or _has_any(branch, other) for branch in left):
        raise UnexpandableError("it leaves out a part of a branch of ICD-10")
    return Content(frozenset(code for code in one.codes if not other.holds(code)), left)


def _meets_another(branch: SoughtRange, other: Content) -> bool:
    """Whether another branch of its system may have a part of its codes."""
    return any(one.system == branch.system and one != branch for one in other.branches)


def _has_any(branch: SoughtRange, other: Content) -> bool:
    return any(is_within(branch, *code) for code in other.codes)
