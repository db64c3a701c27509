"""The place where a page ends, as an opaque text that only we can have made.

It holds the whole search, so that a link to the next page tells nothing of it, and is sealed, as
what one sorts by is about a person: AES-256-GCM, bound to the type. Changed by a bit or cut short
it does not open; it says to which reader it was given.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from medkarta.fhir.search.query import read_query, within
from medkarta.fhir.search.query_text import pairs
from medkarta.fhir.search.sought import BadSearchError, Query
from medkarta.foundation.ids import MalformedIdError, decode_uuid, encode_uuid
from medkarta.foundation.sealing import NotSealedHereError, Sealer
from medkarta.record.search.ordering import Place, same_length

# Base64 is read leniently: what is no letter of it, or comes after its end, would change nothing.
_CURSOR: Final = re.compile(r"[A-Za-z0-9_.-]{1,20000}")

_BESIDE: Final = frozenset({"_cursor", "_format", "_pretty"})


class BadCursorError(ValueError):
    """Not a page's place that was given out to this reader."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A search and the place after which its page begins; None: from the first.

    `reader` is to whom the place was given. Whose search it is says the search itself, so this is
    read before it is known who asks: whoever opens the record compares the two.
    """

    query: Query
    after: Place | None
    reader: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """Writes and reads cursors."""

    sealer: Sealer

    def write(self, query: Query, place: Place | None, *, reader: str) -> str:
        """The cursor of the page that begins after a place, for who asks through which program.

        None: of the first page.
        """
        content = [reader, query.text, *(_written(place) if place else ())]
        text = json.dumps(content, ensure_ascii=False)
        about = _about(query.resource_type, query.compartment)
        return self.sealer.seal(text, about=about).rstrip("=")

    def read(
        self, resource_type: str, raw: bytes | str, *, base: str = "", patient: str | None = None
    ) -> Asked:
        """Read a query string as `read_query` does, the place included where it names one.

        `patient` is the id of whose compartment is searched. Raises `BadSearchError`,
        `BadCursorError`.
        """
        query = read_query(resource_type, raw, base=base)
        cursor = query.controls.cursor
        if cursor is None:
            return Asked(query=_within(query, patient), after=None)
        if not {name for name, _ in pairs(query.text)} <= _BESIDE:
            raise BadSearchError("_cursor", "it holds the whole search, and stands alone")
        reader, text, place = self._read(_about(resource_type, patient), cursor)
        resumed = _within(read_query(resource_type, text, base=base), patient)
        if place is not None and not same_length(resumed, place):
            raise BadCursorError("made for another order")
        return Asked(query=resumed, after=place, reader=reader)

    def _read(self, about: str, cursor: str) -> tuple[str, str, Place | None]:
        if not _CURSOR.fullmatch(cursor):
            raise BadCursorError("not given out here")
        sealed = cursor + "=" * (-len(cursor.rpartition(".")[2]) % 4)
        try:
            opened = self.sealer.open(sealed, about=about)
            reader, text, *place = json.loads(opened)
            return reader, text, _place(*place) if place else None
        except (NotSealedHereError, MalformedIdError, ValueError) as error:
            raise BadCursorError("not given out here") from error


def _written(place: Place) -> list[str | None]:
    patient = encode_uuid(place.patient_id) if place.patient_id else None
    return [patient, encode_uuid(place.resource_id), *place.keys]


def _place(patient: str | None, resource: str, *keys: str | None) -> Place:
    return Place(keys, decode_uuid(patient) if patient else None, decode_uuid(resource))


def _within(query: Query, patient: str | None) -> Query:
    return query if patient is None else within(query, patient)


def _about(resource_type: str, patient: str | None) -> str:
    return f"page of {resource_type}" + (f" of Patient/{patient}" if patient else "")
