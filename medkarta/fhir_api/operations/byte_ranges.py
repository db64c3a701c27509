"""Which bytes of a file are asked for: https://www.rfc-editor.org/rfc/rfc9110#section-14.2."""

import re
from dataclasses import dataclass
from typing import Final

_ONE_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Bytes [start, end) of a file; `whole`: the file as if no range had been asked for."""

    start: int
    end: int
    whole: bool

    @property
    def length(self) -> int:
        return self.end - self.start


def span_of(asked: str, only_if: str, *, tag: str, size: int) -> Span | None:
    """The span of a Range header and its If-Range; None: there are no such bytes.

    What is no single range of bytes, or of another version, is answered with the whole.
    """
    whole = Span(start=0, end=size, whole=True)
    match = _ONE_RANGE.fullmatch(asked.replace(" ", ""))
    if not match or match.group(0) == "bytes=-" or (only_if and only_if != tag):
        return whole
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return whole  # no range at all, RFC 9110 §14.1.1
    return Span(start=start, end=end, whole=False) if start < end else None
