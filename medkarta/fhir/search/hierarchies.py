"""What is above and below: https://hl7.org/fhir/R4/search.html#modifiers, #recurse.

A code is above and below itself. R4's own systems have their hierarchy in tables; ICD-10 has it in
the spelling: E11.9 is an E11, of the block E10-E14, of chapter IV.
"""

import re
from collections.abc import Iterator
from typing import Final

from medkarta.fhir.code_systems import codes_in, with_those_above, with_those_below
from medkarta.fhir.search.sought import Modifier, Sought, SoughtCodes, SoughtRange, SoughtToken

# ICD-10 by its names: of HL7, of WHO, and of the Russian dictionaries; and the American edition.
_ICD_10: Final = frozenset(
    {
        *("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"),
        *("urn:oid:2.16.840.1.113883.6.3", "urn:oid:2.16.840.1.113883.6.90"),
        *("urn:oid:1.2.643.5.1.13.13.11.1005", "urn:oid:1.2.643.5.1.13.2.1.1.718"),
    }
)
_CHAPTERS: Final = dict(
    one.split()
    for one in (
        *("I A00-B99", "II C00-D48", "III D50-D89", "IV E00-E90", "V F00-F99", "VI G00-G99"),
        *("VII H00-H59", "VIII H60-H95", "IX I00-I99", "X J00-J99", "XI K00-K93", "XII L00-L99"),
        *("XIII M00-M99", "XIV N00-N99", "XV O00-O99", "XVI P00-P96", "XVII Q00-Q99"),
        *("XVIII R00-R99", "XIX S00-T98", "XX V01-Y98", "XXI Z00-Z99", "XXII U00-U99"),
    )
)
_IMPLIED: Final = "?fhir_vs"
_KINDS: Final = {"": None, "isa": Modifier.BELOW, "above": Modifier.ABOVE}
_BLOCK: Final = re.compile(r"([A-Z][0-9][0-9A-Z])-([A-Z][0-9][0-9A-Z])")
# Types whose resources are parts of others of the type, and the parameter that says so.
PART_OF: Final = {"Location": "partof", "Organization": "partof"}
_CODE: Final = re.compile(r"([A-Z][0-9][0-9A-Z])(?:\.([0-9A-Z]{1,4}))?")


def kin(token: SoughtToken, modifier: Modifier, bound: frozenset[tuple[str, str]]) -> Sought | None:
    """What `:above` or `:below` asks of a token; None: no hierarchy of its system is known here.

    A parameter of a `code` element has its system from the binding: `bound`.
    """
    if token.code is None:
        return None
    if token.system in _ICD_10:
        below = modifier is Modifier.BELOW
        return (_icd_below if below else _icd_above)(token.system, token.code.upper())
    systems = {token.system} if token.system else {one for one, code in bound if code == token.code}
    walk = with_those_below if modifier is Modifier.BELOW else with_those_above
    found = [(system, walk(system, token.code)) for system in sorted(filter(None, systems))]
    codes = tuple((system, code) for system, some in found if some for code in sorted(some))
    return SoughtCodes(codes) if codes else None


def branch_address(system: str, code: str, modifier: Modifier) -> str:
    """A value set's address that says by itself what is in it: what `:above` or `:below` asks.

    As https://hl7.org/fhir/R4/snomedct.html#implicit has it, of any system.
    """
    return f"{system}{_IMPLIED}={'isa' if modifier is Modifier.BELOW else 'above'}/{code}"


def branch_of(address: str) -> tuple[str, Modifier | None, str] | None:
    """System, modifier and code of such an address; with neither of these: the whole system."""
    system, marked, choice = address.rpartition(_IMPLIED)
    kind, _, code = choice.removeprefix("=").partition("/")
    if not (system and marked) or kind not in _KINDS or bool(kind) != bool(code):
        return None
    return system, _KINDS[kind], code


def is_loaded(system: str) -> bool:
    """Whether the hierarchy of a system is known here, whatever anybody stored."""
    return system in _ICD_10 or bool(codes_in(system))


def is_within(branch: SoughtRange, system: str, code: str) -> bool:
    """Whether a code is in a branch of ICD-10, one that `:below` asks for."""
    if system != branch.system:
        return False
    start = code[: len(branch.low)]
    if branch.low == branch.high:
        return start == branch.low and code[3:4] != "-"
    return branch.low <= start <= branch.high or code in branch.besides


def _icd_below(system: str, code: str) -> Sought | None:
    chapter = _CHAPTERS.get(code)
    block = _BLOCK.fullmatch(chapter or code)
    if block:
        # The chapter's numeral is no code that begins so, and still one of those meant.
        return SoughtRange(system, block[1], block[2], (code,) if chapter else ())
    return SoughtRange(system, code, code, ()) if _CODE.fullmatch(code) else None


def _icd_above(system: str, code: str) -> Sought | None:
    if code in _CHAPTERS:
        return SoughtCodes(((system, code),))
    block, single = _BLOCK.fullmatch(code), _CODE.fullmatch(code)
    if not (block or single):
        return None
    low, high = (block[1], block[2]) if block else (code[:3], code[:3])
    chapters = [name for name, span in _CHAPTERS.items() if span[:3] <= low and high <= span[-3:]]
    return SoughtRange(system, low, high, (*_shorter(code, single), *chapters), around=True)


def _shorter(code: str, single: re.Match[str] | None) -> Iterator[str]:
    """The code, and it without its last signs: E11.12, E11.1, E11."""
    yield code
    if single and single[2]:
        yield from (code[:end] for end in range(len(code) - 1, 4, -1))
        yield single[1]
