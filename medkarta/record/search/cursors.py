"""The place where a page ends, as an opaque text that only we can have made.

It holds the whole search, so that a link to the next page tells nothing of it, and is sealed, as
what one sorts by is about a person: AES-256-GCM with the reader and the type as what it is bound
to. Changed by a bit, cut short, or brought by another reader, it does not open.
"""

import json
from dataclasses import dataclass

from medkarta.fhir.search.query import read_query
from medkarta.fhir.search.sought import BadSearchError, Query
from medkarta.foundation.ids import MalformedIdError, decode_uuid, encode_uuid
from medkarta.foundation.sealing import NotSealedHereError, Sealer
from medkarta.record.search.ordering import Place, same_length

_LONGEST = 20_000


class BadCursorError(ValueError):
    """Not a page's place that was given out to this reader."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A search and the place after which its page begins; None: from the first."""

    query: Query
    after: Place | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """Writes and reads cursors of one reader: `reader` is who asks, through which program."""

    sealer: Sealer
    reader: str

    def write(self, query: Query, place: Place) -> str:
        """The cursor of the page that begins after a place."""
        patient = encode_uuid(place.patient_id) if place.patient_id else None
        content = [query.text, patient, encode_uuid(place.resource_id), *place.keys]
        text = json.dumps(content, ensure_ascii=False)
        return self.sealer.seal(text, about=self._about(query.resource_type))

    def asked(self, resource_type: str, raw: bytes | str, *, base: str = "") -> Asked:
        """Read a search as `read_query` does, or with `_cursor` the one that it was given for.

        Raises `BadSearchError`, `BadCursorError`.
        """
        query = read_query(resource_type, raw, base=base)
        cursor = query.controls.cursor
        if cursor is None:
            return Asked(query=query, after=None)
        if query.criteria or query.unknown:
            raise BadSearchError("_cursor", "it holds the whole search, and stands alone")
        text, place = self._read(resource_type, cursor)
        resumed = read_query(resource_type, text, base=base)
        if not same_length(resumed, place):
            raise BadCursorError("made for another order")
        return Asked(query=resumed, after=place)

    def _read(self, resource_type: str, cursor: str) -> tuple[str, Place]:
        if len(cursor) > _LONGEST:
            raise BadCursorError("not given out here")
        try:
            opened = self.sealer.open(cursor, about=self._about(resource_type))
            text, patient, resource, *keys = json.loads(opened)
            owner = decode_uuid(patient) if patient else None
            return text, Place(tuple(keys), owner, decode_uuid(resource))
        except (NotSealedHereError, MalformedIdError, ValueError) as error:
            raise BadCursorError("not given out here") from error

    def _about(self, resource_type: str) -> str:
        return f"page of {resource_type} for {self.reader}"
