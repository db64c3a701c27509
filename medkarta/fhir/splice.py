"""Put id, meta and resolved references into a resource's text and leave every other character alone."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What the store knows better than the sender; the rest of `meta` stays byte for byte.

    `last_updated` is written in UTC to the millisecond (R4 instant).
    """

    version_id: str
    last_updated: datetime


def splice(resource_text: str, *, id: str, meta: Meta, references: Mapping[str, str]) -> str:
    """Replace or insert `id`, `meta.versionId`, `meta.lastUpdated`, and replace references.

    `references` maps a whole value to a whole value; members named `reference` or `url` are looked up in it at any
    depth. `resource_text` is what `read_resource` or `read_bundle` let pass.
    """
    raise NotImplementedError
