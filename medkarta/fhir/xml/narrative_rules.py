"""What R4 lets stand in a narrative: https://hl7.org/fhir/R4/narrative.html#xhtml, txt-1, txt-2.

Text with its form, links and pictures; nothing that acts or loads anything else.
"""

import re
from typing import Final
from xml.parsers import expat

from medkarta.fhir.xml.hardened import BadXmlError, RefusedError, new_parser, parse
from medkarta.fhir.xml.narratives import Guard, text_of
from medkarta.fhir.xml.shapes import XHTML

_WORDS: Final = (
    "a abbr acronym address b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt"
    " em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre q samp small span strong sub sup table tbody td"
    " tfoot th thead tr tt ul var"
)
_MARKS: Final = (
    "abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign"
    " char charoff charset cite class colspan compact coords dir frame headers height href hreflang"
    " hspace id lang longdesc name nowrap rel rev rowspan rules scope shape span src start style"
    " summary tabindex title type valign value vspace width"
)
_ELEMENTS: Final = frozenset(_WORDS.split())
_ATTRIBUTES: Final = frozenset(_MARKS.split())
_MOST_ELEMENTS: Final = 100_000
_ADDRESSES: Final = frozenset({"href", "src", "cite", "longdesc"})
# Browsers leave white space and control characters out of an address before they look at it.
_IGNORED: Final = re.compile(r"[\x00-\x20\x7f]+")
_SCHEME: Final = re.compile(r"([^/?#:]*):")
_BLANK: Final = " \t\r\n"  # as XPath's normalize-space, by which R4 writes txt-2
_UNKNOWN_ENTITY: Final = expat.errors.XML_ERROR_UNDEFINED_ENTITY
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel", "urn", "cid"})


def fault_of(div: str) -> str | None:
    """Say in words what R4 does not let stand in a `div`, or None; no value of it is quoted."""
    guard = _Strict()
    parser = new_parser()
    parser.StartElementHandler = guard.start
    parser.EndElementHandler = guard.end
    parser.CharacterDataHandler = guard.text
    parser.ProcessingInstructionHandler = guard.instruction
    try:
        parse(parser, text_of(div).encode())
    except BadXmlError as error:
        if error.message.endswith(_UNKNOWN_ENTITY):
            return "an entity that XML does not name: write the character itself, or &#…; (txt-1)"
        return error.message
    return None if guard.says else "neither text nor a picture in the narrative (txt-2)"


class _Strict(Guard):
    def __init__(self) -> None:
        super().__init__()
        self._elements = 0
        self.says = False  # anything that a reader sees

    def text(self, text: str) -> None:
        self.says = self.says or bool(text.strip(_BLANK))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise RefusedError("the narrative has too many elements")
        if name.removeprefix(f"{XHTML} ") not in _ELEMENTS:
            raise RefusedError("an element that R4 does not let stand in a narrative")
        if name == f"{XHTML} img" and "src" in attributes:
            self.says = True
        for attribute, value in attributes.items():
            if " " in attribute:  # of the namespace of XML itself
                continue
            if attribute not in _ATTRIBUTES:
                raise RefusedError("an attribute that R4 does not let stand in a narrative")
            if attribute in _ADDRESSES:
                _check_address(attribute, value)


def _check_address(attribute: str, value: str) -> None:
    scheme = _SCHEME.match(address := _IGNORED.sub("", value).lower())
    picture = attribute == "src" and address.startswith("data:image/")
    if scheme and scheme[1] not in _SCHEMES and not picture:
        raise RefusedError("a narrative's address is http, https, mailto, tel, urn or cid")
