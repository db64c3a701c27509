"""What holds for every kind of patch: how much it may do, and what it may not touch."""

import dataclasses
from typing import Any, Final

from medkarta.fhir.json_text import BadJsonError, read_resource
from medkarta.fhir.trees import TooDeepError, Tree, TreeObject, write_tree

MAX_OPERATIONS: Final = 1_000
MAX_RESULT: Final = 5 * 1024 * 1024  # bytes of the patched resource


class PatchError(ValueError):
    """A patch is not taken: `operation` counts from 0, `place` is FHIRPath. No value is quoted."""

    def __init__(
        self, message: str, *, operation: int | None = None, place: str | None = None
    ) -> None:
        super().__init__(message if operation is None else f"operation {operation}: {message}")
        self.message = message
        self.operation = operation
        self.place = place


class BadPatchError(PatchError):
    """The document is no patch, whatever the resource."""


class UnfitPatchError(PatchError):
    """The patch does not fit this resource, or would make of it what it may not become."""


class PatchTestError(UnfitPatchError):
    """A `test` found something else than it named."""


@dataclasses.dataclass(frozen=True, slots=True)
class Identity:
    """What a patch never changes: the store gives it."""

    resource_type: Tree
    id: Tree
    version_id: Tree
    last_updated: Tree

    def check(self, patched: "Identity") -> None:
        for field, name in _FIELDS.items():
            if getattr(self, field) != getattr(patched, field):
                words = f"{name} is given by the server and cannot be changed"
                raise UnfitPatchError(words, place=f"{self.resource_type}.{name}")


_FIELDS: Final = {
    "resource_type": "resourceType",
    "id": "id",
    "version_id": "meta.versionId",
    "last_updated": "meta.lastUpdated",
}


def identity_of(resource: Tree) -> Identity:
    members: TreeObject = resource if isinstance(resource, dict) else {}
    meta: Any = members.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    return Identity(
        resource_type=members.get("resourceType"),
        id=members.get("id"),
        version_id=meta.get("versionId"),
        last_updated=meta.get("lastUpdated"),
    )


def written(resource: Tree, before: Identity) -> str:
    """Write what a patch has made, if it may be made. Raises `UnfitPatchError`."""
    before.check(identity_of(resource))
    try:
        text = write_tree(resource)
        if len(text.encode()) > MAX_RESULT:
            raise UnfitPatchError("the resource would become too large")
        return read_resource(text).text
    except TooDeepError as error:
        raise UnfitPatchError(str(error)) from None
    except BadJsonError as error:
        raise UnfitPatchError(error.message) from None
