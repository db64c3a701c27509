"""HTTP/1.1 answers taken from the bytes of a kept connection, one at a time."""

from collections.abc import Iterator

_END_OF_HEAD = b"\r\n\r\n"
_WITHOUT_BODY = (b"204", b"304")


class UnreadableError(ValueError):
    """An answer whose end cannot be told."""


class Answer:
    """Fed with what the socket gives until it says that the answer is whole."""

    __slots__ = ("_chunks", "_left", "_parts", "head", "last", "status")

    def __init__(self) -> None:
        self.head = b""
        self.status = b""
        self.last = False  # the server closes the connection after it
        self._left = 0
        self._parts: list[bytes] = []
        self._chunks: Iterator[int] | None = None

    def feed(self, data: bytes) -> bool:
        """Whether the answer is whole now. `UnreadableError` where nothing says how long it is."""
        if not self.status:
            self.head += data
            end = self.head.find(_END_OF_HEAD)
            if end < 0:
                return False
            data = self.head[end + 4 :]
            self.head = self.head[:end]
            self._read_head()
        self._parts.append(data)
        if self._chunks is not None:
            return next(self._chunks) == 0
        self._left -= len(data)
        return self._left <= 0

    def body(self) -> bytes:
        return b"".join(self._parts)

    def header(self, name: bytes) -> bytes:
        """The value, or nothing. `name` in lower case."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.lower() == name:
                return value.strip()
        return b""

    def _read_head(self) -> None:
        self.status = self.head[9:12]
        names = self.head.lower()
        self.last = b"\r\nconnection: close" in names
        start = names.find(b"\r\ncontent-length:")
        if start >= 0:
            self._left = int(names[start + 17 :].split(b"\r\n", 1)[0])
        elif b"\r\ntransfer-encoding: chunked" in names:
            self._chunks = self._through_chunks()
        elif self.status not in _WITHOUT_BODY:
            raise UnreadableError("an answer without Content-Length, not in chunks")

    def _through_chunks(self) -> Iterator[int]:
        """1 while more is to come, 0 at the end; leaves the content alone in `_parts`."""
        raw = bytearray()
        content: list[bytes] = []
        while True:
            raw += self._parts.pop()
            while (line := raw.find(b"\r\n")) >= 0:
                size = int(raw[:line].split(b";")[0], 16)
                end = line + 2 + size + 2
                if len(raw) < end:
                    break
                if not size:
                    self._parts = content
                    yield 0
                content.append(bytes(raw[line + 2 : end - 2]))
                del raw[:end]
            yield 1
