"""Log lines: JSON on standard error, without SQL, query strings, names or bodies."""

import asyncio
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

import orjson
import structlog

# Lines of these below the level named carry addresses, SQL or parameters.
_QUIET = {
    "django.db.backends": logging.WARNING,
    "django.request": logging.ERROR,
    "django.security": logging.ERROR,
    "fido2": logging.WARNING,
    "psycopg": logging.WARNING,
    "psycopg.pool": logging.ERROR,
    "procrastinate": logging.WARNING,
    "asyncio": logging.WARNING,
    "_granian": logging.WARNING,
}
_REQUESTS: Final = logging.getLogger("medkarta.access")
_ended: list[bytes] = []  # lines of requests that are to be written


def configure(level: str) -> None:
    """Send both structlog's and other libraries' lines through one JSON form. Repeatable."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _without_messages,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, root.level))


def request_line(**said: object) -> None:
    """The line of one request, in the form of all lines, at a tenth of what logging costs.

    Called on an event loop: lines of requests that end in one turn of it are written together.
    """
    if not _REQUESTS.isEnabledFor(logging.INFO):
        return
    line = {
        **said,
        "event": "request",
        "level": "info",
        "logger": _REQUESTS.name,
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    if not _ended:
        asyncio.get_running_loop().call_soon(_write_ended)
    _ended.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _write_ended() -> None:
    lines = b"".join(_ended)
    _ended.clear()
    sys.stderr.buffer.write(lines)
    sys.stderr.buffer.flush()


def _json(line: object, default: Callable[[object], object]) -> str:
    return orjson.dumps(line, default=default).decode()


def _without_messages(
    _logger: object, _method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """An exception becomes its kinds and places.

    Its message stays out: PostgreSQL quotes the row that broke a rule, and a form what was typed.
    """
    given = line.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        line["error"] = " from ".join(type(link).__qualname__ for link in _chain(error))
        line["trace"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return line


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
