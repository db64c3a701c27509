"""Who may what: the policy as a table, against which the matrix holds the API."""

from dataclasses import dataclass
from typing import Final

from medkarta.fhir.search.compartment import OWNED
from medkarta.record.rules.sharing import WITHOUT_PATIENT

ALL: Final = None
NOBODY: Final = frozenset()
OWNERS: Final = frozenset(
    {"anna_x", "anna_y", "boris_x", "nobodys_x", "kept_by_x", "shared", "nothing"}
)
# Where many are answered alike one is tried, and of each kind that is told apart one.
ONE_OWNER: Final = frozenset({"anna_x", "shared", "nothing"})
OWN_AND_ANOTHERS: Final = ONE_OWNER | {"anna_y", "boris_x"}
KEPT_AND_ANOTHERS: Final = ONE_OWNER | {"anna_y"}
ABOUT_NOBODY: Final = frozenset({"shared", "kept_by_x"})
EITHER_TYPES: Final = WITHOUT_PATIENT & OWNED  # some are a patient's, others nobody's


@dataclass(frozen=True, kw_only=True)
class Role:
    """`sees`: whose resources. `closed`: whose own app it is, with a gate that is closed.

    `reads` and `searches` are the types that the scopes open, `hides` those of them that a query
    narrows to what is not there. A system names one patient at a time.
    `door`: what every request is answered. `tries`: whose resources it asks for.
    """

    sees: frozenset[str] = NOBODY
    closed: frozenset[str] = NOBODY
    reads: frozenset[str] | None = ALL
    searches: frozenset[str] | None = ALL
    hides: frozenset[str] = NOBODY
    system: bool = False
    door: int | None = None
    tries: frozenset[str] = OWNERS


ROLES: Final = {
    "nobody": Role(door=401, tries=ONE_OWNER),
    "somebody who invents a token": Role(door=401, tries=ONE_OWNER),
    "a citizen's session as bearer": Role(door=401, tries=ONE_OWNER),
    "a program that is disabled": Role(door=401, tries=ONE_OWNER),
    "Anna's app": Role(sees=frozenset({"anna_x", "anna_y"})),
    "Anna's narrow app": Role(
        sees=frozenset({"anna_x", "anna_y"}),
        reads=frozenset({"Condition", "Observation", "Location", "Procedure"}),
        searches=frozenset({"Condition", "Encounter", "Location", "Procedure"}),
        hides=frozenset({"Procedure"}),
        tries=OWN_AND_ANOTHERS,
    ),
    "Boris's app": Role(sees=frozenset({"boris_x"})),
    "the app of Clara, who withdrew": Role(
        closed=frozenset({"clara_x"}), tries=OWNERS | {"clara_x"}
    ),
    "clinic X": Role(
        sees=frozenset({"anna_x", "boris_x", "nobodys_x", "clara_x", "kept_by_x"}),
        tries=OWNERS | {"clara_x"},
        system=True,
    ),
    "clinic Y": Role(sees=frozenset({"anna_y"}), system=True),
    "clinic X, narrow": Role(
        sees=frozenset({"anna_x", "boris_x", "nobodys_x", "clara_x", "kept_by_x"}),
        reads=frozenset({"Observation", "Patient"}),
        searches=frozenset({"Observation", "Patient"}),
        system=True,
    ),
}
SCOPES: Final = {
    "Anna's narrow app": (
        *("launch/patient", "patient/Observation.r", "patient/Encounter.s", "patient/Location.rs"),
        # As every resource there is, and as none is in whole.
        "patient/Condition.rs?_tag=urn:of-the-matrix|&_tag=urn:of-the-matrix|another,marked",
        "patient/Procedure.rs?_tag=urn:of-the-matrix|another&_tag=urn:of-the-matrix|marked",
    ),
    "clinic X, narrow": ("system/Observation.rs", "system/Patient.cruds"),
}


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to a resource.

    `letter` is the scope's. A search finds nothing of what is shut; elsewhere that is not found,
    404. `one`: the address names the resource, and so its owner. `through` are types that it goes
    through beside the one that it is about, `brought`: that one is only brought along. `shows` is
    what is in the answer: the type itself, another one, or nothing.
    """

    letter: str = "s"
    search: bool = True
    one: bool = False
    through: tuple[str, ...] = ()
    brought: bool = False
    shows: str | None = "itself"


READ: Final = Way(letter="r", search=False, one=True)
WAYS: Final = {
    "read": READ,
    "head": Way(letter="r", search=False, one=True, shows=None),
    "vread": READ,
    "history": READ,
    "read as XML": READ,
    "$meta": READ,
    "$everything": Way(search=False, one=True, brought=True),
    "$summary": Way(search=False, one=True),
    "$summary of all": Way(search=False, through=("Patient",), brought=True),
    "search by _id": Way(one=True),
    "search": Way(),
    "search by form": Way(),
    "search as XML": Way(),
    "compartment": Way(one=True),
    "type of a whole compartment": Way(one=True),
    "whole compartment": Way(one=True, brought=True),
    "count": Way(shows=None),
    "_include": Way(),
    "_revinclude": Way(through=("Patient",), brought=True),
    "chain": Way(through=("Patient",)),
    "_has": Way(through=("Patient",), shows="Patient"),
    "history of a type": Way(),
    "history of a type by patient": Way(search=False),
    "$meta of a type": Way(search=False),
}
# Ways that do not keep to one type.
THROUGH: Final = frozenset({"_include", "_revinclude", "chain", "_has"})


def opens(role: Role, letter: str, kind: str) -> bool:
    """Whether the scopes name the type."""
    types = role.reads if letter == "r" else role.searches
    return types is ALL or kind in types


def visible(role: Role, letter: str, owner: str, kind: str) -> bool:
    """Whether this resource may be in an answer at all, asked for or not."""
    theirs = owner == "shared" or owner in role.sees
    hidden = kind in role.hides
    return role.door is None and theirs and opens(role, letter, kind) and not hidden


def status(role: Role, name: str, kind: str, owner: str) -> int:
    """What asking for this owner's resource of this type is answered."""
    way = WAYS[name]
    asked = way.through if way.brought else (kind, *way.through)
    # What does not keep to one type finds nothing of another's, before it is asked through what.
    others = owner not in role.sees | {"shared", "nothing"}
    unasked = others and (name == "$summary" or (role.system and name in THROUGH))
    if role.door:
        return role.door
    if not unasked and not all(opens(role, way.letter, one) for one in asked):
        return 403
    if owner == "kept_by_x" and owner not in role.sees and not way.search and way.one:
        return 404
    return 200 if about_nobody(name, kind, owner) else _of_a_person(role, name, kind, owner)


def _of_a_person(role: Role, name: str, kind: str, owner: str) -> int:
    way = WAYS[name]
    if owner in role.closed or (role.closed and (owner in ABOUT_NOBODY or not way.one)):
        return 403
    either = kind in EITHER_TYPES  # of which it is told what is nobody's
    unnamed = (name == "history of a type" and not either) or owner == "nothing"
    if role.system and unnamed and way.search:
        return 403  # a system names its patient
    at_large = way.search or not (way.one or role.system)
    there = owner == "shared" or (owner in role.sees and kind not in role.hides)
    return 200 if at_large or there else 404


def about_nobody(name: str, kind: str, owner: str) -> bool:
    """Whether a request is about no person: no gate of anybody's, and no line in a log."""
    if name in {"history of a type", "$meta of a type"}:
        either = EITHER_TYPES if name == "history of a type" else frozenset()
        return kind in WITHOUT_PATIENT - either
    alone = kind in WITHOUT_PATIENT - EITHER_TYPES and name != "_include"
    return owner in ABOUT_NOBODY and (alone or not WAYS[name].search)


def shown(role: Role, name: str, kind: str, owner: str) -> str | None:
    """The type of this owner's that is in the answer."""
    way = WAYS[name]
    if status(role, name, kind, owner) != 200 or not way.shows:
        return None
    ones = owner not in ABOUT_NOBODY and kind in EITHER_TYPES
    if name == "history of a type" and ones and role.system:
        return None
    seen = kind if way.shows == "itself" else way.shows
    needed = {kind, seen}
    return seen if all(visible(role, way.letter, owner, one) for one in needed) else None
