"""What a Reference may point at: https://hl7.org/fhir/R4/references.html."""

from typing import Any

from medkarta.fhir.definitions import is_resource_type, resource_types
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.search.references import read_reference
from medkarta.fhir.structure.issues import Check, Context, Faults, Issue, IssueCode, fault, within

_NOT_CONTAINED = fault(IssueCode.INVARIANT, "no contained resource has this id (ref-1)")
_NO_REFERENCE = fault(
    IssueCode.VALUE, "neither Type/id nor a URL, a URN or a contained resource's #id"
)
_CONTRADICTION = fault(IssueCode.VALUE, "another type than that of the reference")


def pointing_at(check: Check, targets: frozenset[str]) -> Check:
    """Add to the check of a Reference where it leads; no targets: to any resource.

    What a URL or a URN leads to is known from the bundle or by its own end, or not at all.
    """
    names = ", ".join(sorted(targets))
    faults = fault(IssueCode.STRUCTURE, f"points at something else than R4 allows here: {names}")

    def check_reference(value: Any, context: Context) -> Faults:  # noqa: ANN401 - any JSON
        found = check(value, context)
        if found:
            return found
        text, stated = value.get("reference"), value.get("type")
        if text is None:
            pointed = stated if stated in resource_types() else None
        else:
            pointed = _type_of(text, context)
            if isinstance(pointed, list):
                return within(".reference", pointed)
            if stated and pointed and stated != pointed:
                return within(".type", _CONTRADICTION)
        return faults if targets and pointed and pointed not in targets else None

    return check_reference


def pointed_type(value: JsonObject, context: Context) -> str | None:
    """Type of what a Reference points at, as `pointing_at` finds it; None: it is not known."""
    text, stated = value.get("reference"), value.get("type")
    pointed = _type_of(text, context) if isinstance(text, str) else stated
    return pointed if is_resource_type(pointed) else None


def _type_of(text: str, context: Context) -> str | list[Issue] | None:
    if text in context.types:
        return context.types[text]
    if text.startswith("#"):
        # A lone # is the resource that contains the one in which it stands.
        return None if text == "#" else context.contained.get(text[1:], _NOT_CONTAINED)
    target = read_reference(text)
    return target.type if target else _NO_REFERENCE


def contained_types(resource: JsonObject) -> dict[str, str]:
    """Id → type of a resource's contained ones, as far as they have both."""
    contained = resource.get("contained")
    return {
        one["id"]: one["resourceType"]
        for one in (contained if isinstance(contained, list) else ())
        if isinstance(one, dict)
        and isinstance(one.get("id"), str)
        and isinstance(one.get("resourceType"), str)
    }
