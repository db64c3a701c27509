"""Questions to a resource's content: what it refers to, and whether two texts say the same."""

from medkarta.fhir.json_text import JsonObject


def references_of(resource: JsonObject) -> list[str]:
    """Return every `reference` and `url` string in the order of the text, repeated ones too; no Extension.url."""
    raise NotImplementedError


def same_content(a_text: str, b_text: str) -> bool:
    """Compare but for id, meta.versionId and meta.lastUpdated; an empty meta is none.

    Order of members is irrelevant (RFC 8259 gives it no meaning), order of lists is not. Numbers are the same when
    they are written the same: FHIR's decimals carry their precision.
    """
    raise NotImplementedError
