"""A signed text cut for screen and paper: its own words in order, headings and lists told."""

import re
from dataclasses import dataclass

_NUMBERED = re.compile(r"\d+\. ")
_DASH = "— "


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A stretch between blank lines."""

    heading: str
    lines: list[str]
    items: list[str]


def blocks(body: str) -> list[Block]:
    """Split a text; every word of it is in exactly one place."""
    stretches = (part.splitlines() for part in re.split(r"\n\s*\n", body.strip()))
    return [_block([line.strip() for line in lines]) for lines in stretches]


def _block(lines: list[str]) -> Block:
    heading = lines[0] if len(lines) > 1 and _NUMBERED.match(lines[0]) else ""
    rest = lines[1:] if heading else lines
    items = [line.removeprefix("— ") for line in rest if line.startswith(_DASH)]
    return Block(
        heading=heading, lines=[line for line in rest if not line.startswith(_DASH)], items=items
    )
