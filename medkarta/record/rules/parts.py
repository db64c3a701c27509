"""A resource of several people, cut to what concerns one of them (ADR 25).

Left out is what leads to another's: references, also to contained resources that are another's,
addresses, and what holds them, but for what R4 requires of it, in which the reference is masked.
The narratives go, which may tell of all, and contained resources to which nothing refers any more.
Free text is not understood, and stays.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from medkarta.fhir.definitions import elements_of, is_resource_type
from medkarta.fhir.members import PRIMITIVE, Member, members_of
from medkarta.fhir.search.compartment import NOMINATED, OF_SEVERAL
from medkarta.fhir.trees import Tree, TreeObject
from medkarta.foundation.ids import (
    MalformedIdError,
    PatientId,
    ResourceId,
    decode_uuid,
    logical_id,
    parse_logical_id,
)

# https://hl7.org/fhir/R4/extension-data-absent-reason.html
_MASKED: Final = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "masked",
        }
    ]
}
# By an id of ours, whatever base stands before it.
_OWNED: Final = re.compile(r"(?:\S*/)?[A-Z][A-Za-z]+/([a-z2-7]{26}-[a-z2-7]{26})(?:[/?#|]\S*)?")
_Judge: TypeAlias = Callable[[PatientId], bool]


class NotPartedError(ValueError):
    """What is to be left out says that the rest means something else."""


def part_of(whole: TreeObject, patient_id: PatientId) -> TreeObject:
    """What of it concerns one of several who share it. Raises `NotPartedError`."""
    return tied(_Cut(whole, lambda one: one != patient_id).made(), patient_id)


def without(whole: TreeObject, patient_id: PatientId) -> TreeObject:
    """It as if it were not this patient's, too. Raises `NotPartedError`."""
    return _Cut(whole, lambda one: one == patient_id).made()


def tied(whole: TreeObject, patient_id: PatientId) -> TreeObject:
    """What refers to wholes refers to this patient's parts of them."""
    tree: TreeObject = _tied(whole, patient_id)
    return tree


def is_anybodys(whole: TreeObject) -> bool:
    """Whether anybody is left whom it is about, or another whole."""
    return any(_owner(one.get("reference")) or _whole(one) for one in _about(whole).values())


class _Cut:
    """One whole, without those who are `others`."""

    def __init__(self, whole: TreeObject, is_others: _Judge) -> None:
        self._whole = whole
        self._is_others = is_others
        self._theirs: set[str] = set()  # references to contained resources that are another's
        self._theirs = {
            f"#{one.get('id')}"
            for one in whole.get("contained", [])
            if one["resourceType"] == "Patient" or any(map(self._leads, _strings(one)))
        }

    def made(self) -> TreeObject:
        kind = self._whole["resourceType"]
        name = NOMINATED[kind].partition(".")[0]
        named = _about(self._whole)
        about = [
            item
            for number, item in enumerate(self._whole.get(name, []))
            if not (number in named and self._is_of_another(named[number]))
        ]
        left = self._object({**self._whole, name: about}, kind) or {}
        left.pop("text", None)
        self._keep_contained(left)
        return left

    def _keep_contained(self, left: TreeObject) -> None:
        """https://hl7.org/fhir/R4/references.html#contained: each is referred to."""
        contained = {
            f"#{one.get('id')}": {name: value for name, value in one.items() if name != "text"}
            for one in left.pop("contained", [])
        }
        kept: dict[str, TreeObject] = {}
        names = {one for one in _strings(left) if one in contained}
        while names := names - kept.keys() - self._theirs:
            kept |= {one: contained[one] for one in names}
            names = {two for one in names for two in _strings(contained[one]) if two in contained}
        if kept:
            left["contained"] = [one for name, one in contained.items() if name in kept]

    def _object(self, tree: TreeObject, type_name: str) -> TreeObject | None:
        """What is left of an object; None: nothing."""
        known = members_of(type_name)
        left: TreeObject = {}
        gone: list[Member] = []
        for name, value in tree.items():
            member = known.get(name.removeprefix("_"))
            if member is None:  # resourceType
                left[name] = value
            elif (kept := self._member(value, member, type_name)) is not None:
                left[name] = kept
            else:
                gone.append(member)
        if any(one.step == "modifierExtension" for one in gone):
            raise NotPartedError
        if type_name == "Extension" and left != tree:
            return None  # what it says without a part of it, nobody knows
        held = [one for one in gone if one.type == "Reference" and not one.repeats]
        if held and not is_resource_type(type_name):
            left = {name: value for name, value in left.items() if _is_required(name, known)}
        left |= {one.name: _MASKED for one in held if one.required}
        return left or None

    def _member(self, value: Any, member: Member, type_name: str) -> Any:  # noqa: ANN401
        if not isinstance(value, list):
            return self._one(value, member, type_name)
        kept = [None if one is None else self._one(one, member, type_name) for one in value]
        if member.kind in PRIMITIVE:  # each has its place beside the others' extensions
            lost = any(
                one is None and two is not None for one, two in zip(kept, value, strict=True)
            )
            return None if lost or not any(one is not None for one in kept) else kept
        return [one for one in kept if one is not None] or None

    def _one(self, value: Any, member: Member, type_name: str) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return None if self._leads(value) else value
        if not isinstance(value, dict):
            return value
        kind = "Element" if member.kind in PRIMITIVE else member.type
        if kind == "Reference":
            targets = elements_of(type_name)[member.element].targets
            if self._is_of_another(value, may_be_patient=not targets or "Patient" in targets):
                return None
        return self._object(value, value.get("resourceType", kind))

    def _is_of_another(self, reference: TreeObject, *, may_be_patient: bool = True) -> bool:
        """A Patient who is named by no reference may be anybody, and so is for nobody."""
        if isinstance(text := reference.get("reference"), str):
            return self._leads(text)
        kind = reference.get("type")
        return kind == "Patient" or (kind is None and "identifier" in reference and may_be_patient)

    def _leads(self, text: str) -> bool:
        """Whether a text is a reference or an address of what is another's."""
        owner = _owner(text)
        return text in self._theirs or (owner is not None and self._is_others(owner))


def _is_required(name: str, known: dict[str, Member]) -> bool:
    member = known.get(name)
    return member is not None and member.required


def _about(whole: TreeObject) -> dict[int, TreeObject]:
    """The references that say whom it is about, by the place of their item."""
    name, _, inner = NOMINATED[whole["resourceType"]].partition(".")
    items = ((item.get(inner) if inner else item) for item in whole.get(name, []))
    return {number: one for number, one in enumerate(items) if isinstance(one, dict)}


def _tied(value: Any, patient_id: PatientId) -> Any:  # noqa: ANN401
    """The versions of parts are others than those of the whole."""
    if isinstance(value, list):
        return [_tied(one, patient_id) for one in value]
    if not isinstance(value, dict):
        return value
    tied_ = {name: _tied(one, patient_id) for name, one in value.items()}
    if whole := _whole(value):
        kind = value["reference"].partition("/")[0]
        tied_["reference"] = f"{kind}/{logical_id(patient_id, whole)}"
    return tied_


def _whole(reference: TreeObject) -> ResourceId | None:
    """To which whole it leads."""
    kind, _, rest = str(reference.get("reference")).partition("/")
    try:
        return ResourceId(decode_uuid(rest.partition("/")[0])) if kind in OF_SEVERAL else None
    except MalformedIdError:
        return None


def _strings(tree: Tree) -> Iterator[str]:
    """All texts in it but narratives."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name != "div":
                yield from _strings(value)
    elif isinstance(tree, list):
        for one in tree:
            yield from _strings(one)
    elif isinstance(tree, str):
        yield tree


def _owner(text: object) -> PatientId | None:
    """Whose it is to which a reference or an address leads, by an id of ours."""
    found = _OWNED.fullmatch(text) if isinstance(text, str) else None
    try:
        return parse_logical_id(found[1])[0] if found else None
    except MalformedIdError:
        return None
