"""A small HTTP server on the loopback that plays an outside system, in any of its moods.

`POST /_mood` with `{"mood": "slow", "seconds": 3, "path": "/"}` sets how paths that begin so answer
from now on; `{"mood": "well"}` ends it.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

LOOPBACK = "127.0.0.1"
_LONGEST_BODY = 1_000_000
_DRIPS = 600
_FLOOD = 64 * 1024


class Mood(StrEnum):
    """How an outside system can be."""

    WELL = "well"
    SLOW = "slow"  # answers after some seconds
    DOWN = "down"  # hangs up without a word
    BROKEN = "broken"  # 500 and a page for people
    NONSENSE = "nonsense"  # 200 and something else
    DRIP = "drip"  # a byte a second, for ten minutes
    FLOOD = "flood"  # a body that does not end


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request, read whole."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer, made whole."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def json(cls, content: object, *, status: int = 200) -> "Reply":
        return cls(status=status, body=json.dumps(content, ensure_ascii=False).encode())


Route = Callable[[Asked], Reply]
NOT_FOUND = Reply(status=404, body=b"{}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Weather:
    """The mood of all paths that begin so."""

    path: str
    mood: Mood
    seconds: float


@dataclass
class StandIn:
    """Routes by (method, path); `serve` blocks, `start` serves in a thread."""

    routes: Mapping[tuple[str, str], Route]
    port: int = 0
    weather: _Weather | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        handler = type("Handler", (_Handler,), {"stand_in": self})
        self._server = ThreadingHTTPServer((LOOPBACK, self.port), handler)
        self.port = self._server.server_address[1]

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def serve(self) -> None:
        self._server.serve_forever()

    def start(self) -> "StandIn":
        Thread(target=self.serve, daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def be(self, mood: Mood, *, path: str = "/", seconds: float = 0.0) -> None:
        """Answer so from now on, at the paths that begin so."""
        self.weather = _Weather(path=path, mood=mood, seconds=seconds)

    def answer(self, asked: Asked) -> Reply:
        if (asked.method, asked.path) == ("POST", "/_mood"):
            told = json.loads(asked.body)
            self.be(
                Mood(told["mood"]),
                path=told.get("path", "/"),
                seconds=float(told.get("seconds", 0)),
            )
            return Reply.json({"mood": told["mood"]})
        route = self.routes.get((asked.method, asked.path))
        return NOT_FOUND if route is None else route(asked)

    def mood_at(self, path: str) -> _Weather | None:
        weather = self.weather
        return weather if weather and path.startswith(weather.path) else None


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn
    protocol_version = "HTTP/1.1"
    server_version = "stand-in"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Nothing: query strings hold people's data."""

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = min(int(self.headers.get("content-length") or 0), _LONGEST_BODY)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        weather = None if asked.path == "/_mood" else self.stand_in.mood_at(asked.path)
        mood = weather.mood if weather else Mood.WELL
        if mood is Mood.SLOW and weather:
            time.sleep(weather.seconds)
        if mood in {Mood.WELL, Mood.SLOW}:
            self._send(self.stand_in.answer(asked))
        else:
            self.close_connection = True
            _MOODS[mood](self)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def hang_up(self) -> None:
        self.connection.close()

    def break_down(self) -> None:
        self._send(Reply(status=500, body=b"<h1>500</h1>", content_type="text/html"))

    def talk_nonsense(self) -> None:
        self._send(Reply(body=b'<html>{"found": tru', content_type="text/html"))

    def drip(self) -> None:
        self._endless(b" ", _DRIPS, pause=1.0)

    def flood(self) -> None:
        self._endless(b" " * _FLOOD, 10_000, pause=0.0)

    def _endless(self, part: bytes, times: int, *, pause: float) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            for _ in range(times):
                self.wfile.write(part)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            return  # the other side has had enough


_MOODS: dict[Mood, Callable[[_Handler], None]] = {
    Mood.DOWN: _Handler.hang_up,
    Mood.BROKEN: _Handler.break_down,
    Mood.NONSENSE: _Handler.talk_nonsense,
    Mood.DRIP: _Handler.drip,
    Mood.FLOOD: _Handler.flood,
}
