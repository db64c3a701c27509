"""What system a `code` element's codes are of: its required binding says, the element does not."""

import functools

from medkarta.fhir.definitions import codes_of, elements_of


@functools.cache
def bound_codes(resource_type: str, expression: str) -> frozenset[tuple[str, str]] | None:
    """(system, code) that a parameter's element may have; None where it brings its own system."""
    first, *names = expression.split(".")
    if first != resource_type:
        return None
    kind, binding = resource_type, ""
    for name in names:
        element = elements_of(kind).get(name)
        if element is None:
            return None
        kind, binding = element.types[0], element.binding
    return codes_of(binding) if kind == "code" and binding else None
