"""A resource of several people, cut to what concerns one of them (ADR 25).

Left out are, where its type says whom it is about, those who are others, and in every list the
references to what is another's; other such references are masked. With that go the narrative, which
may tell of all, and contained resources to which nothing refers any more. Free text is not
understood, and stays.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from medkarta.fhir.search.compartment import NOMINATED, OF_SEVERAL
from medkarta.fhir.trees import Tree, TreeObject, write_tree
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
_OF_REFERENCE: Final = {"id", "extension", "type", "identifier", "display"}
_Judge: TypeAlias = Callable[[PatientId], bool]


def part_of(whole: TreeObject, patient_id: PatientId) -> TreeObject:
    """What of it concerns one of those who share it; what refers to a whole, refers to a part."""
    part: TreeObject = _tied(_cut(whole, lambda one: one != patient_id), patient_id)
    return part


def without(whole: TreeObject, patient_id: PatientId) -> TreeObject:
    """It as if it were not this patient's, too."""
    return _cut(whole, lambda one: one == patient_id)


def is_anybodys(whole: TreeObject) -> bool:
    """Whether anybody is left whom it is about, or another whole."""
    return any(_owner(one) or _whole(one) for one in _about(whole).values())


def _cut(whole: TreeObject, is_others: _Judge) -> TreeObject:
    name = NOMINATED[whole["resourceType"]].partition(".")[0]
    named = _about(whole)
    about = [
        item
        for number, item in enumerate(whole.get(name, []))
        if not _leads_to_another(named.get(number), is_others)
    ]
    left: TreeObject = _pruned({**whole, name: about}, is_others)
    if left != whole:
        left.pop("text", None)
        _drop_contained(left)
    return left


def _about(whole: TreeObject) -> dict[int, TreeObject]:
    """The references that say whom it is about, by the place of their item."""
    name, _, inner = NOMINATED[whole["resourceType"]].partition(".")
    items = ((item.get(inner) if inner else item) for item in whole.get(name, []))
    return {number: one for number, one in enumerate(items) if isinstance(one, dict)}


def _pruned(value: Any, is_others: _Judge) -> Any:  # noqa: ANN401  # a tree in, the same out
    """Without what is another's; JSON of FHIR has no list that is empty, and no such object."""
    if isinstance(value, dict):
        if _leads_to_another(value, is_others):
            return _MASKED
        left = {name: _pruned(one, is_others) for name, one in value.items()}
        return {name: one for name, one in left.items() if one not in ([], {})}
    if isinstance(value, list):
        return [_pruned(one, is_others) for one in value if not _is_to_go(one, is_others)]
    return value


def _is_to_go(item: Tree, is_others: _Judge) -> bool:
    """It is a reference to what is another's, or an extension that is one."""
    return isinstance(item, dict) and any(
        _leads_to_another(one, is_others) for one in (item, item.get("valueReference"))
    )


def _leads_to_another(value: Tree, is_others: _Judge) -> bool:
    """A Patient who is named, and by no reference, is none of those who share it."""
    if (owner := _owner(value)) is not None:
        return is_others(owner)
    if not isinstance(value, dict) or "reference" in value:
        return False
    return value.get("type") == "Patient" and value.keys() <= _OF_REFERENCE


def _drop_contained(resource: TreeObject) -> None:
    """https://hl7.org/fhir/R4/references.html#contained: each is referred to."""
    while contained := resource.get("contained"):
        text = write_tree(resource)
        kept = [one for one in contained if f'"#{one.get("id")}"' in text]
        if len(kept) == len(contained):
            return
        resource["contained"] = kept
    resource.pop("contained", None)


def _tied(value: Any, patient_id: PatientId) -> Any:  # noqa: ANN401
    """References to wholes as those to this patient's parts, of which the versions are others."""
    if isinstance(value, list):
        return [_tied(one, patient_id) for one in value]
    if not isinstance(value, dict):
        return value
    tied = {name: _tied(one, patient_id) for name, one in value.items()}
    if whole := _whole(value):
        kind = value["reference"].partition("/")[0]
        tied["reference"] = f"{kind}/{logical_id(patient_id, whole)}"
    return tied


def _whole(reference: TreeObject) -> ResourceId | None:
    """To which whole it leads."""
    kind, _, rest = str(reference.get("reference")).partition("/")
    try:
        return ResourceId(decode_uuid(rest.partition("/")[0])) if kind in OF_SEVERAL else None
    except MalformedIdError:
        return None


def _owner(reference: Tree) -> PatientId | None:
    """Whose it is to which it leads, by an id of ours."""
    text = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(text, str):
        return None
    try:
        return parse_logical_id("".join(text.split("/")[1:2]))[0]
    except MalformedIdError:
        return None
