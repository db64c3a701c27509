"""From FHIR's XML to its JSON, element by element, without a tree of the document.

Stricter than it need be where two readers could see two things: elements stand in R4's order, all
names are R4's, nothing stands between elements, nothing is empty.
"""

import re
from json.encoder import encode_basestring  # the C function behind json.dumps
from typing import Final

from medkarta.fhir.definitions import is_resource_type
from medkarta.fhir.json_text import BadJsonError, Cursor
from medkarta.fhir.members import PRIMITIVE, Kind, Member
from medkarta.fhir.xml import hardened, narratives
from medkarta.fhir.xml.hardened import MAX_DEPTH, MAX_ELEMENTS, BadXmlError, RefusedError
from medkarta.fhir.xml.shapes import FHIR, XHTML, Shape, shape_of

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}", re.ASCII)
_SPACE: Final = " \t\r\n"


def json_of(data: bytes, *, most_entries: int | None = None) -> str:
    """Return the JSON of a resource's XML, in the order of the elements, numbers digit for digit.

    It is well-formed JSON of R4's members and cardinalities (0..1 or 0..*); what they hold is for
    `json_text.read_resource` and `structure.check` to judge. Comments and processing instructions
    between elements are dropped. Of a Bundle no more than `most_entries` are read. Raises
    `BadXmlError`.
    """
    return _Reader(hardened.without_mark(data), most_entries).read()


class _Open:
    """An element whose end has not come yet."""

    __slots__ = ("extras", "last", "member", "parts", "shape", "texts", "token")

    def __init__(self, member: Member | None, shape: Shape | None) -> None:
        self.member = member
        self.shape = shape  # None: holds a resource
        self.parts: list[str] = []  # members that are attributes in XML, or the resource held
        self.texts: dict[str, list[str | None]] = {}
        self.extras: dict[str, dict[int, str]] = {}  # of primitives: id and extensions, by index
        self.last = 0
        self.token: str | None = None  # of a primitive: its value


class _Reader:
    def __init__(self, data: bytes, most_entries: int | None) -> None:
        self._data = data
        self._most_entries = most_entries
        self._open: list[_Open] = []
        self._elements = 0
        self._text = ""
        self._in_narrative = 0
        self._narrative_start = 0
        self._parser = hardened.new_parser()
        self._read_elements()

    def read(self) -> str:
        try:
            hardened.parse(self._parser, self._data)
        except BadXmlError as error:
            place = self._place() if self._open else None
            raise BadXmlError(error.message, place=place, line=error.line) from None
        return self._text

    def _read_elements(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._between

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count(len(self._open))
        if not self._open:
            self._start_resource(name, attributes, None)
            return
        above = self._open[-1]
        if above.shape is None:
            if above.parts:
                raise RefusedError("holds more than one resource")
            self._start_resource(name, attributes, above.member)
            return
        member = above.shape.children.get(name)
        if member is None:
            raise RefusedError(_unknown("element", name))
        self._check_place(above, member)
        if member.kind in PRIMITIVE:
            self._start_primitive(member, attributes)
        elif member.kind is Kind.COMPLEX:
            opened = _Open(member, shape_of(member.type))
            self._open.append(opened)
            self._take_attributes(opened, attributes)
        else:
            self._start_other(member, attributes)

    def _check_place(self, above: _Open, member: Member) -> None:
        if member.order < above.last:
            raise RefusedError(f"{member.name} stands too late; R4 has an order of elements")
        if member.order == above.last and not (member.repeats and member.name in above.texts):
            raise RefusedError(f"{member.name} may stand once only")
        above.last = member.order
        if above.member is None and member.type == "Bundle.entry":
            self._check_entries(above)

    def _check_entries(self, bundle: _Open) -> None:
        most = self._most_entries
        if most is not None and len(bundle.texts.get("entry", ())) >= most:
            raise RefusedError(f"it has more than {most} entries: send them in parts")

    def _start_resource(self, name: str, attributes: dict[str, str], member: Member | None) -> None:
        space, _, kind = name.rpartition(" ")
        if space != FHIR or not is_resource_type(kind):
            raise RefusedError(f"no resource of R4 in the namespace {FHIR}")
        opened = _Open(member, shape_of(kind))
        opened.parts.append(f'"resourceType":"{kind}"')
        self._open.append(opened)
        self._take_attributes(opened, attributes)

    def _start_primitive(self, member: Member, attributes: dict[str, str]) -> None:
        opened = _Open(member, shape_of("Element"))
        self._open.append(opened)
        value = attributes.pop("value", None)
        if value is not None:
            opened.token = _token(member.kind, value)
        if attributes:
            self._take_attributes(opened, attributes)

    def _start_other(self, member: Member, attributes: dict[str, str]) -> None:
        self._open.append(_Open(member, None))
        if member.kind is Kind.XHTML:
            self._narrative_start = self._parser.CurrentByteIndex
            self._in_narrative = 1
            self._parser.StartElementHandler = self._start_in_narrative
            self._parser.EndElementHandler = self._end_in_narrative
            self._parser.CharacterDataHandler = None
        elif attributes:
            raise RefusedError(_unknown("attribute", next(iter(attributes))))

    def _take_attributes(self, opened: _Open, attributes: dict[str, str]) -> None:
        known = opened.shape.attributes if opened.shape else frozenset()
        for name, value in attributes.items():
            if name not in known:
                raise RefusedError(_unknown("attribute", name))
            opened.parts.append(f'"{name}":{encode_basestring(value)}')

    def _end(self, _: str) -> None:
        closed = self._open[-1]
        text = _object(closed) if closed.parts or closed.texts else ""
        if not text and closed.token is None:
            raise RefusedError("empty; FHIR leaves out what is not there")
        self._open.pop()
        member = closed.member
        if not self._open:
            self._text = text
        elif self._open[-1].shape is None:
            self._open[-1].parts.append(text)
        elif member is not None:
            self._add(self._open[-1], member, text, closed.token)

    def _add(self, above: _Open, member: Member, text: str, token: str | None) -> None:
        texts = above.texts.get(member.name)
        if texts is None:
            texts = above.texts[member.name] = []
        if member.kind not in PRIMITIVE:
            texts.append(text)
            return
        if text:
            above.extras.setdefault(member.name, {})[len(texts)] = text
        texts.append(token)

    def _between(self, text: str) -> None:
        if text.strip(_SPACE):
            raise RefusedError("text between elements; a value stands in the attribute `value`")

    def _start_in_narrative(self, *_: object) -> None:
        self._count(len(self._open) + self._in_narrative)
        self._in_narrative += 1

    def _end_in_narrative(self, name: str) -> None:
        self._in_narrative -= 1
        if self._in_narrative:
            return
        end = self._data.index(b">", self._parser.CurrentByteIndex) + 1
        # As every reader of XML sees the ends of lines.
        div = self._data[self._narrative_start : end].decode().replace("\r\n", "\n")
        try:
            checked = narratives.checked(div.replace("\r", "\n"))
        except BadXmlError as error:
            raise RefusedError(error.message) from None
        self._open[-1].parts.append(encode_basestring(checked))
        self._read_elements()
        self._end(name)

    def _count(self, depth: int) -> None:
        self._elements += 1
        if depth >= MAX_DEPTH:
            raise RefusedError("nested too deeply")
        if self._elements > MAX_ELEMENTS:
            raise RefusedError("too many elements")

    def _place(self) -> str:
        """FHIRPath of the innermost open element."""
        place = ""
        for above, opened in zip([None, *self._open], self._open, strict=False):
            if above is None:
                place = opened.parts[0].split('"')[3]
            elif above.shape is not None and opened.member is not None:
                place += f".{opened.member.step}"
                if opened.member.repeats:
                    place += f"[{len(above.texts.get(opened.member.name, ()))}]"
        return place


def _token(kind: Kind, value: str) -> str:
    if kind is Kind.TEXT:
        return encode_basestring(value)
    if kind is Kind.BOOLEAN:
        if value not in ("true", "false"):
            raise RefusedError("not true or false")
        return value
    if not _NUMBER.fullmatch(value):
        raise RefusedError("not a number as FHIR writes them")
    try:
        Cursor(value).value()
    except BadJsonError as error:
        raise RefusedError(error.message) from None
    return value


def _object(closed: _Open) -> str:
    if closed.shape is None:
        return closed.parts[0]
    parts, members = closed.parts, closed.shape.members
    for name, texts in closed.texts.items():
        repeats = members[name].repeats
        if any(texts):
            parts.append(f'"{name}":{_values(texts, repeats=repeats)}')
        extras = closed.extras.get(name)
        if extras:
            others = [extras.get(index) for index in range(len(texts))]
            parts.append(f'"_{name}":{_values(others, repeats=repeats)}')
    return f"{{{','.join(parts)}}}"


def _values(texts: list[str | None], *, repeats: bool) -> str:
    written = ",".join(text or "null" for text in texts)
    return f"[{written}]" if repeats else written


def _unknown(what: str, name: str) -> str:
    space, _, local = name.rpartition(" ")
    if local == "div":
        return f"the narrative is a div of the namespace {XHTML}"
    if what == "element" and space != FHIR:
        return "an element of another namespace"
    if what == "attribute" and space:
        return "an attribute of another namespace"
    return f"R4 has no {what} {local} here" if _NAME.fullmatch(local) else "a name that is not R4's"
