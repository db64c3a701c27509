"""Small whole answers of the ASGI side."""

from dataclasses import dataclass

import orjson

from medkarta.config.web.envelope import Send

_ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, type and body; `head` leaves the body out and keeps its length."""

    status: int
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    head: bool = False

    async def send(self, send: Send) -> None:
        headers = [
            (b"content-type", self.content_type.encode("ascii")),
            (b"content-length", str(len(self.body)).encode("ascii")),
            *_ALWAYS,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if self.head else self.body})


def json_answer(status: int, content: object, *, head: bool = False) -> Answer:
    return Answer(
        status=status,
        body=orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE),
        content_type="application/json",
        head=head,
    )
