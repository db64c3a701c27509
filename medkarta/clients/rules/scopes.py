"""What a program asks to see and do, in the words of SMART.

https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html. Scopes of the first version
(`.read`, `.write`, `.*`) are read as those of the second. A query after `?` narrows one type
(`narrowing`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from medkarta.clients.rules.kinds import Kind
from medkarta.clients.rules.narrowing import Narrowing, ScopesRefusedError, narrowing, together
from medkarta.fhir.definitions import resource_types

ALL_TYPES: Final = "*"
LAUNCH: Final = "launch"
LAUNCH_PATIENT: Final = "launch/patient"
OFFLINE: Final = "offline_access"
OPENID: Final = "openid"
FHIR_USER: Final = "fhirUser"
_PLAIN: Final = frozenset({LAUNCH, LAUNCH_PATIENT, OFFLINE, OPENID, FHIR_USER})
_ACTS: Final = "cruds"
READING: Final = "rs"
_FIRST_VERSION: Final = {"read": "rs", "write": "cud", "*": _ACTS}
_LONGEST: Final = 4000
_MOST: Final = 100
# Each is looked up wherever a statement touches the record.
_MOST_CONDITIONS: Final = 10
_MOST_VALUES: Final = 40
# RFC 6749 §3.3: printable ASCII but for quote and backslash, single spaces between.
_GRAMMAR: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*")
_SCOPE: Final = re.compile(
    r"(?P<context>patient|user|system)/(?P<type>\*|[A-Za-z]+)\."
    r"(?P<acts>read|write|\*|(?=[cruds])c?r?u?d?s?)(?:\?(?P<query>.*))?"
)


class Context(StrEnum):
    """On whose behalf."""

    PATIENT = "patient"
    USER = "user"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope on data; `acts` are letters of `cruds` in that order."""

    context: Context
    resource_type: str
    acts: str
    narrowing: Narrowing | None = None

    def __str__(self) -> str:
        query = "" if self.narrowing is None else f"?{self.narrowing}"
        return f"{self.context}/{self.resource_type}.{self.acts}{query}"

    def covers(self, other: "Scope") -> bool:
        """Whether whoever has this one has the other too."""
        return (
            self.context is other.context
            and self.resource_type in (ALL_TYPES, other.resource_type)
            and set(other.acts) <= set(self.acts)
            and _is_within(other.narrowing, self.narrowing)
        )

    def meet(self, other: "Scope") -> "Scope | None":
        """What both allow; None where that is nothing, or no query is plainly within the other."""
        types = {self.resource_type, other.resource_type} - {ALL_TYPES}
        acts = "".join(act for act in self.acts if act in other.acts)
        if self.context is not other.context or len(types) > 1 or not acts:
            return None
        if _is_within(self.narrowing, other.narrowing):
            narrowing = self.narrowing
        elif _is_within(other.narrowing, self.narrowing):
            narrowing = other.narrowing
        else:
            return None
        resource_type = next(iter(types), ALL_TYPES)
        return replace(self, resource_type=resource_type, acts=acts, narrowing=narrowing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was asked for, as far as it is known here: scopes on data, and words beside them."""

    data: tuple[Scope, ...]
    plain: frozenset[str] = frozenset()

    def words(self) -> tuple[str, ...]:
        """As they are written, each once, in one order."""
        return (*sorted(self.plain), *sorted(map(str, self.data)))


def read(text: str) -> Asked:
    """Read a `scope` parameter: what is not known here is left out, the order is nothing.

    Raises `ScopesRefusedError` where the text is not of RFC 6749's grammar (tabs, two spaces, other
    than ASCII), is too long, mixes `patient/`, `user/` and `system/`, or narrows by queries that
    are not understood, or too many: left out, one would be taken for one that was.
    """
    if len(text) > _LONGEST or not _GRAMMAR.fullmatch(text):
        raise ScopesRefusedError("scope is a list of words with single spaces between")
    words = text.split(" ")
    if len(words) > _MOST:
        raise ScopesRefusedError("too many scopes")
    _check_bounds(filter(None, map(_scope, words)))
    return of(words)


def registered(text: str) -> Asked:
    """What a program is written down for: nothing in it is left out.

    Raises as `read`, and for a word that is not known here and for `user/`: nobody but a citizen,
    by `patient/`, and a clinic's system is a program's user here.
    """
    asked = read(text)
    for word in text.split(" "):
        if word not in _PLAIN and _scope(word) is None:
            raise ScopesRefusedError(f"{word[:60]} is no scope that is known here")
    if any(one.context is Context.USER for one in asked.data):
        raise ScopesRefusedError("user/ is not offered: an app asks for patient/, a system system/")
    return asked


def of(words: Iterable[str]) -> Asked:
    """The same of words that were parted already."""
    every = tuple(words)
    data = _widest(found for one in every if (found := _understood(one)))
    if len({one.context for one in data}) > 1:
        raise ScopesRefusedError("patient/, user/ and system/ do not stand together")
    return Asked(data=data, plain=_PLAIN.intersection(every))


def granted(asked: Asked, registered: Iterable[str], kind: Kind) -> Asked:
    """Asked, and registered, and what a program of this kind may have at all.

    An app of citizens reads its citizen's record (`patient/`, `r` and `s`), a clinic's system acts
    as its clinic (`system/`). Raises `ScopesRefusedError` for too much that narrows.
    """
    ours = of(registered)
    met = _widest(
        both for one in asked.data for other in ours.data if (both := one.meet(other)) is not None
    )
    _check_bounds(met)
    if kind is Kind.SYSTEM:
        return Asked(data=tuple(one for one in met if one.context is Context.SYSTEM))
    reading = (one.meet(Scope(Context.PATIENT, ALL_TYPES, READING, one.narrowing)) for one in met)
    return Asked(data=_widest(filter(None, reading)), plain=told(asked.plain & ours.plain))


def told(plain: frozenset[str]) -> frozenset[str]:
    """Words that mean something together: `fhirUser` is said in an id_token or not at all."""
    return plain if OPENID in plain else plain - {FHIR_USER}


def within(asked: Asked, had: Asked) -> bool:
    """Whether nothing is asked for that is not had already (RFC 6749 §6)."""
    known = asked.plain <= had.plain
    return known and all(any(mine.covers(one) for mine in had.data) for one in asked.data)


def _understood(word: str) -> Scope | None:
    try:
        return _scope(word)
    except ScopesRefusedError:
        return None


def _scope(word: str) -> Scope | None:
    """Raises `ScopesRefusedError` for a query that cannot be kept to."""
    found = _SCOPE.fullmatch(word)
    if found is None or found["type"] not in {ALL_TYPES, *resource_types()}:
        return None
    acts, query = _FIRST_VERSION.get(found["acts"], found["acts"]), found["query"]
    if query is not None and not set(acts) <= set(READING):
        raise ScopesRefusedError("a query narrows reading alone: r, s or rs")
    only = None if query is None else narrowing(found["type"], query)
    return Scope(Context(found["context"]), found["type"], acts, only)


def _check_bounds(data: Iterable[Scope]) -> None:
    queries = defaultdict(list)
    for one in data:
        if one.narrowing:
            queries[one.resource_type].append(one.narrowing)
    found = [each for few in queries.values() for one in together(few) for each in one.conditions]
    if len(found) > _MOST_CONDITIONS or sum(len(one.values) for one in found) > _MOST_VALUES:
        words = f"{_MOST_CONDITIONS} parameters and {_MOST_VALUES} values"
        raise ScopesRefusedError(f"all queries together have {words} at most")


def _is_within(one: Narrowing | None, other: Narrowing | None) -> bool:
    return other is None or (one is not None and one.within(other))


def _widest(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """None that another one covers; of two that say the same, the first."""
    widest: list[Scope] = []
    for one in dict.fromkeys(scopes):
        if not any(other.covers(one) for other in widest):
            widest = [other for other in widest if not one.covers(other)]
            widest.append(one)
    return tuple(widest)
