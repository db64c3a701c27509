"""The `div` of a narrative: XHTML that stays the text that it is."""

import html.entities
import re
from typing import Final

from medkarta.fhir.xml import hardened
from medkarta.fhir.xml.hardened import MAX_DEPTH, RefusedError
from medkarta.fhir.xml.shapes import XHTML

_XML_NAMESPACE: Final = "http://www.w3.org/XML/1998/namespace"
_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE: Final = re.compile(r"\A<div(?=[\s/>])(?![^>]*\sxmlns\s*=)")
_OWN_ENTITIES: Final = frozenset({"amp", "apos", "gt", "lt", "quot"})


def checked(div: str) -> str:
    """Return a `div` that may stand in a document, being a document of its own, and XHTML only.

    Entities that HTML 4 knows and XML does not become their characters. What the elements may do
    is not judged here (`narrative_rules`). Raises `hardened.BadXmlError`.
    """
    text = text_of(_with_characters(div))
    guard = Guard()
    parser = hardened.new_parser()
    parser.StartElementHandler = guard.start
    parser.EndElementHandler = guard.end
    parser.ProcessingInstructionHandler = guard.instruction
    hardened.parse(parser, text.encode())
    return text


def document_of(div: str) -> bytes:
    """The `div` of a JSON text as a document: what was stored long ago may have no namespace.

    Raises `hardened.BadXmlError`.
    """
    return _BARE.sub(f'<div xmlns="{XHTML}"', text_of(_with_characters(div)), count=1).encode()


def text_of(div: str) -> str:
    """The `div` alone, without white space around it. Raises `hardened.BadXmlError`."""
    text = div.strip(" \t\r\n")
    if not text.startswith("<div"):
        raise hardened.BadXmlError("not an XHTML <div>")
    return text


def _with_characters(div: str) -> str:
    return _ENTITY.sub(_character, div)


def _character(entity: re.Match[str]) -> str:
    name = entity[1]
    if name in _OWN_ENTITIES or name not in html.entities.name2codepoint:
        return entity[0]
    return chr(html.entities.name2codepoint[name])


class Guard:
    """A parser's handlers: elements of XHTML's namespace, and nothing else."""

    def __init__(self) -> None:
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RefusedError("nested too deeply")
        if not name.startswith(f"{XHTML} ") or (self._depth == 1 and name != f"{XHTML} div"):
            raise RefusedError(f"the narrative is a div of the namespace {XHTML}, and all in it")
        for attribute in attributes:
            if " " in attribute and not attribute.startswith(f"{_XML_NAMESPACE} "):
                raise RefusedError("an attribute of another namespace in the narrative")

    def end(self, _: str) -> None:
        self._depth -= 1

    def instruction(self, *_: str) -> None:
        raise RefusedError("a processing instruction in the narrative")
