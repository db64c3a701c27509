"""The attachment of a document: what of it may be shown, and how it is handed out.

A document comes from outside. Nothing of it reaches a page but text that the template escapes: of
HTML the words alone, of anything else nothing. The original is downloaded, byte for byte.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from medkarta.fhir.documents import composition_of
from medkarta.portal.presenters.shapes import Json, first, mapping, mappings, string
from medkarta.record.stored import StoredResource
from medkarta.terminology.rules import language_of

# Types that a browser may be told; whatever else comes is a file without a type.
_ENDINGS = {
    "text/plain": "txt",
    "text/html": "html",
    "application/pdf": "pdf",
    "application/xml": "xml",
    "text/xml": "xml",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
}
_OTHER = "application/octet-stream"
_MOST_SHOWN = 200_000
# Invisible marks that turn or hide text; line breaks and tabs stay.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Original:
    """The bytes as they came, and what to call them."""

    content: bytes
    media_type: str
    ending: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A document as a page shows it: its paragraphs, or why there are none."""

    paragraphs: tuple[str, ...]
    language: str
    downloadable: bool
    ending: str
    size: int
    cut: bool
    elsewhere: bool
    logical_id: str


def paper(resource: StoredResource) -> Paper:
    """Present the first attachment of a DocumentReference; of a Composition, its sections.

    Of a document that came whole, a Bundle, those of its Composition.
    """
    composition = composition_of(resource.data)
    if composition or resource.resource_type == "Composition":
        return _paper(resource, None, _narrative(composition or resource.data))
    found = original(resource)
    text = _text_of(found, attachment(resource.data)) if found else ""
    return _paper(resource, found, text)


def original(resource: StoredResource) -> Original | None:
    """The bytes of the first attachment, where the document carries them itself."""
    one = attachment(resource.data)
    data = string(one.get("data"))
    if data is None:
        return None
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    media = (string(one.get("contentType")) or "").partition(";")[0].strip().lower()
    known = media if media in _ENDINGS else _OTHER
    return Original(content=content, media_type=known, ending=_ENDINGS.get(known, "bin"))


def attachment(resource: Json) -> Json:
    """The first attachment."""
    return mapping(first(resource.get("content")).get("attachment"))


def words_of_html(text: str) -> str:
    """The words of an HTML text, a line for each block; no tag, no script, no style."""
    reader = _Words()
    reader.feed(text)
    reader.close()
    return "".join(reader.words)


def _paper(resource: StoredResource, found: Original | None, text: str) -> Paper:
    shown = _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    paragraphs = tuple(part.strip("\n") for part in _BLANK.split(shown[:_MOST_SHOWN]))
    return Paper(
        paragraphs=tuple(part for part in paragraphs if part.strip()),
        language=language_of(shown[:2000]),
        downloadable=found is not None,
        ending=found.ending.upper() if found else "",
        size=len(found.content) if found else 0,
        cut=len(shown) > _MOST_SHOWN,
        elsewhere=found is None and bool(string(attachment(resource.data).get("url"))),
        logical_id=resource.logical_id,
    )


def _text_of(found: Original, one: Json) -> str:
    if found.media_type not in {"text/plain", "text/html"}:
        return ""
    said = re.search(r"charset=\"?([\w-]+)", string(one.get("contentType")) or "", re.ASCII)
    text = _decoded(found.content, said[1] if said else "utf-8")
    return words_of_html(text) if found.media_type == "text/html" else text


def _decoded(content: bytes, charset: str) -> str:
    for one in (charset, "utf-8", "cp1251"):
        try:
            return content.decode(one)
        except (LookupError, UnicodeError):
            continue
    return content.decode("utf-8", errors="replace")


def _narrative(resource: Json) -> str:
    return "\n\n".join(_sections(resource))


def _sections(holder: Json) -> Iterator[str]:
    for section in mappings(holder.get("section") or []):
        title = string(section.get("title"))
        if title:
            yield title
        yield words_of_html(string(mapping(section.get("text")).get("div")) or "")
        yield from _sections(section)


class _Words(HTMLParser):
    """Collects what a reader would see."""

    _SILENT = frozenset({"script", "style", "template", "title"})
    _BLOCKS = frozenset(
        {"p", "div", "br", "li", "tr", "table", "ul", "ol", "section", "article", "hr", "dt", "dd"}
        | {f"h{level}" for level in range(1, 7)}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in self._SILENT:
            self._silent += 1
        elif tag in self._BLOCKS:
            self.words.append("\n")
        elif tag in {"td", "th"}:
            self.words.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self._BLOCKS:
            self.words.append("\n" if tag == "br" else "\n\n" if tag in {"p", "table"} else "\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(re.sub(r"\s+", " ", data))
