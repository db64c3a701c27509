"""The one XML parser: no DOCTYPE, so no entity and nothing from outside; bounded in every way.

A start tag is looked at before it is parsed, as a parser holds all of its attributes at once.
"""

import re
from typing import Final
from xml.parsers import expat

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_DEPTH: Final = 64  # elements inside one another
MAX_ELEMENTS: Final = 2_000_000  # some 50 MB of resources
MAX_TAG: Final = 8 * 1024 * 1024  # bytes; an attachment stands in an attribute
MAX_COMMENT: Final = 64 * 1024
MAX_ATTRIBUTES: Final = 32  # of one element; FHIR has three, XHTML's tables a dozen

_CROWDED: Final = re.compile(
    rb"<[A-Za-z_:\x80-\xff][^<>\"']*+"
    rb"(?:\"[^\"<]*+\"[^<>\"']*+|'[^'<]*+'[^<>\"']*+){%d}" % (MAX_ATTRIBUTES + 1)
)
# The parser takes pieces of 1 MB and looks at a tag from its start again with each of them. An
# attribute may hold a >, never a <: so the text behind a tag counts too, and none is as long.
_LONG: Final = re.compile(rb"<[^<]{%d}" % MAX_TAG)
_WORDY: Final = re.compile(
    rb"<(?:!--(?:[^-]|-(?!->)){%(most)d}|\?(?:[^?]|\?(?!>)){%(most)d})" % {b"most": MAX_COMMENT}
)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class BadXmlError(ValueError):
    """The text is not the XML that we read.

    `place` is FHIRPath, None where no element is at fault; `line` counts from 1. The words never
    quote a value.
    """

    def __init__(self, message: str, *, place: str | None = None, line: int = 1) -> None:
        super().__init__(f"{message} ({place or 'XML'}, line {line})")
        self.message = message
        self.place = place
        self.line = line


class RefusedError(ValueError):
    """Raised in a handler; `parse` says where."""


def new_parser() -> expat.XMLParserType:
    """Make a parser of UTF-8 with namespaces ("uri name"), which the caller gives its handlers."""
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _check_declaration
    parser.buffer_text = True
    return parser


def _refuse_doctype(*_: object) -> None:
    raise RefusedError("a DOCTYPE is not taken")


def _check_declaration(_: str, encoding: str | None, __: int) -> None:
    if encoding is not None and encoding.lower() != "utf-8":
        raise RefusedError("the encoding is not UTF-8")


def parse(parser: expat.XMLParserType, data: bytes) -> None:
    """Run a parser over a whole document. Raises `BadXmlError`; handlers may raise it themselves.

    `data` has no byte order mark any more (`without_mark`).
    """
    _check_bounds(data)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        words = f"not well-formed: {expat.errors.messages[error.code]}"
        raise BadXmlError(words, line=error.lineno) from None
    except RefusedError as error:
        raise BadXmlError(str(error), line=parser.CurrentLineNumber) from None


def without_mark(data: bytes) -> bytes:
    """XML may begin with a byte order mark, other than JSON."""
    return data.removeprefix(_BYTE_ORDER_MARK)


def _check_bounds(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise BadXmlError("the document is too large")
    for unwanted, words in (
        (_CROWDED, "an element has too many attributes"),
        (_LONG, "a tag or the text behind it is too long"),
        (_WORDY, "a comment or processing instruction is too long"),
    ):
        found = unwanted.search(data)
        if found:
            raise BadXmlError(words, line=data.count(b"\n", 0, found.start()) + 1)
