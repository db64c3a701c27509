"""Requests that leave the house: to one origin, bounded in time and size, never redirected."""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

_CHUNK = 64 * 1024
_SCHEMES = ("http", "https")


class OutsideSilentError(Exception):
    """No whole answer within the time: nobody there, a broken connection, a slow drip."""


class OutsideTooMuchError(Exception):
    """The answer is larger than anything that this neighbour has to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back. Whether it makes sense is for the caller to judge."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Neighbour:
    """An outside system at one origin.

    Connections go to that scheme, host and port whatever a path or an answer says: no redirect is
    followed, no proxy asked, nothing tried twice. `patience` (seconds) bounds the whole exchange,
    `largest` (bytes, after decompression) the body. `address`: connect there, whatever the host's
    name leads to by now; the certificate must still be the host's.
    """

    def __init__(
        self,
        origin: str,
        *,
        patience: float = 5.0,
        largest: int = 1_000_000,
        authorities: Path | None = None,
        address: str | None = None,
    ) -> None:
        parts = urlsplit(origin)
        if parts.scheme not in _SCHEMES or not parts.hostname or parts.path.strip("/"):
            raise ValueError("an origin is a scheme, a host and perhaps a port")
        self._patience, self._largest = patience, largest
        self._host = parts.netloc
        self._pool: HTTPConnectionPool
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=authorities)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self._pool = HTTPSConnectionPool(
                address or parts.hostname,
                parts.port,
                ssl_context=context,
                assert_hostname=parts.hostname,
                server_hostname=parts.hostname,
            )
        else:
            self._pool = HTTPConnectionPool(address or parts.hostname, parts.port)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request. Raises `OutsideSilentError` and `OutsideTooMuchError`."""
        deadline = time.monotonic() + self._patience
        try:
            answer = self._pool.urlopen(
                method,
                path if path.startswith("/") else f"/{path}",
                body=body,
                headers={"Host": self._host, **(headers or {})},
                timeout=urllib3.Timeout(total=self._patience),
                redirect=False,
                retries=False,
                preload_content=False,
            )
            try:
                content = self._read(answer, deadline)
            finally:
                answer.close()
        except (HTTPError, OSError) as error:
            raise OutsideSilentError(type(error).__name__) from error
        return Answer(status=answer.status, headers=answer.headers, body=content)

    def _read(self, answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := answer.read1(_CHUNK):
            size += len(part)
            if size > self._largest:
                raise OutsideTooMuchError
            if time.monotonic() > deadline:
                raise OutsideSilentError("slow")
            parts.append(part)
        return b"".join(parts)
