"""Calls the ASGI application as the server does, and reads its answers."""

import asyncio
import json
import time
from dataclasses import dataclass

from psycopg_pool import AsyncConnectionPool

from medkarta.fhir_api.app import FhirApi

BASE = "http://localhost:8000/fhir"


@dataclass(frozen=True)
class Heard:
    """An answer."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def words(self):
        """What an OperationOutcome says."""
        return " ".join(issue["diagnostics"] for issue in self.json["issue"])


class Machine:
    """Somebody's program, and the web process that it talks to, with a loop of its own."""

    def __init__(self, target):
        self.target = target
        self._loop = asyncio.Runner()
        self._pool = None
        self.app = FhirApi(base=BASE, database=self)

    def __enter__(self):
        self._loop.__enter__()
        return self

    def __exit__(self, *raised):
        self._loop.run(self.app.close())
        if self._pool:
            self._loop.run(self._pool.close())
        self._loop.__exit__(*raised)

    async def pool(self):
        """What the web process gives the API."""
        if self._pool is None:
            self._pool = AsyncConnectionPool(
                kwargs={**self.target, "autocommit": True}, min_size=0, max_size=4, open=False
            )
            await self._pool.open()
        return self._pool

    def get(self, path, token=None, **headers):
        return self.call("GET", path, token, **headers)

    def call(self, method, path, token=None, body=b"", **headers):
        """`headers` with underscores for hyphens; a body that is no bytes goes as FHIR JSON."""
        return self._loop.run(self._ask(*_request(method, path, token, body, headers)))

    def together(self, *calls):
        """Several at once, each (method, path, token[, body[, headers]]); answers in order."""

        async def ask_all():
            return await asyncio.gather(*(self._ask(*_request(*call)) for call in calls))

        return self._loop.run(ask_all())

    def during(self, act, method, path, token, body):
        """A call's answer, while a thread does something else."""

        async def ask_and_act():
            asked = self._ask(*_request(method, path, token, body, {}))
            return (await asyncio.gather(asked, asyncio.to_thread(act)))[0]

        return self._loop.run(ask_and_act())

    def begin(self, *call):
        """A call as of `together` that goes on while others are made."""
        return self._loop.get_loop().create_task(self._ask(*_request(*call)))

    def end(self, *begun):
        """Their answers, in order, which come within some seconds or not at all."""

        async def ended():
            async with asyncio.timeout(20):
                return await asyncio.gather(*begun)

        return self._loop.run(ended())

    def timed(self, *calls):
        """As `together`, and the seconds that each took."""

        async def ask(method, path, token):
            began = time.monotonic()
            return await self._ask(
                *_request(method, path, token, b"", {})
            ), time.monotonic() - began

        async def ask_all():
            return await asyncio.gather(*(ask(*call) for call in calls))

        return zip(*self._loop.run(ask_all()), strict=True)

    def flood(self, method, path, token, chunk):
        """The answer to a body that never ends, and how many chunks were taken of it."""
        scope, _ = _request(method, path, token, b"", {"content_type": "application/fhir+json"})
        scope["headers"] = [one for one in scope["headers"] if one[0] != b"content-length"]
        taken = []

        async def receive():
            taken.append(1)
            return {"type": "http.request", "body": chunk, "more_body": True}

        return self._loop.run(self._ask(scope, b"", receive)), len(taken)

    async def _ask(self, scope, body, receive=None):
        sent = []

        async def whole():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        await self.app(scope, receive or whole, send)
        start, *parts = sent
        return Heard(
            start["status"],
            {name.decode(): value.decode() for name, value in start["headers"]},
            b"".join(part["body"] for part in parts),
        )


def _request(method, path, token, body=b"", headers=None):
    path, _, query = path.partition("?")
    headers = dict(headers or {})
    if not isinstance(body, bytes):
        body = (body if isinstance(body, str) else json.dumps(body)).encode()
        headers.setdefault("content_type", "application/fhir+json")
    if token:
        headers["authorization"] = f"Bearer {token}"
    sent = {"x-request-id": "test", "user-agent": "a test", "content-length": str(len(body))}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "method": method,
        "path": "/fhir/" + path if path else "/fhir",
        "query_string": query.encode(),
        "headers": [(n.encode(), v.encode("latin-1")) for n, v in sent.items()],
        "client": ("192.0.2.7", 1),
    }
    return scope, body
