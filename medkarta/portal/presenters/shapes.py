"""Reading parsed JSON of any shape: what is not there is None or empty, never an error."""

from collections.abc import Iterator, Mapping

Json = Mapping[str, object]

_NOTHING: Json = {}


def mapping(value: object) -> Json:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else _NOTHING


def mappings(value: object) -> Iterator[Json]:
    """The objects of a list; of a lone object, itself."""
    items = value if isinstance(value, list) else [value]
    return (item for item in items if isinstance(item, Mapping))


def first(value: object) -> Json:
    """The first object of a list, or an empty one."""
    return next(mappings(value), _NOTHING)


def string(value: object) -> str | None:
    """The value where it is a text that says something."""
    return value.strip() or None if isinstance(value, str) else None


def choice(resource: Json, stem: str) -> tuple[str, object] | None:
    """The member of a choice element (`value[x]`) that is there: its type and what it holds."""
    for name, value in resource.items():
        if name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper():
            return name[len(stem) :], value
    return None
