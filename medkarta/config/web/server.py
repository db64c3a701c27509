"""The web server: granian, several worker processes that share one import of the application."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

from medkarta.config import static
from medkarta.config.environment import Environment
from medkarta.config.processes import die_with_parent
from medkarta.config.start import wait_until_told
from medkarta.config.web.envelope import AsgiApp

_BACKPRESSURE = 512  # connections at once in one process; more wait in the kernel
_HEADER_TIMEOUT = 10_000  # milliseconds
UNREAD = 60_000  # milliseconds that an answer waits for a reader who accepts nothing of it
_WORKER_LOST = "medkarta web: one of its worker processes ended unexpectedly.\n"

# One JSON form for all lines: the server's loggers hand theirs on to ours.
_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


def serve(environment: Environment, *, when_told: bool) -> None:
    """Serve until told to stop. Ends with an exit code of its own when a worker process dies."""
    from granian.constants import HTTPModes, Interfaces, Loops, SSLProtocols
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from medkarta.config.web.unread import UnreadEndsServer

    django.setup()
    static.collect()
    from medkarta.config.asgi import application  # finds the collected files when it is read

    server = UnreadEndsServer(
        "medkarta.config.asgi:application",
        address=environment.host,
        port=environment.port,
        uds=environment.unix_socket,
        uds_permissions=0o660 if environment.unix_socket else None,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=environment.web_workers,
        websockets=False,
        backpressure=_BACKPRESSURE,
        # Left to find out what is spoken it waits for the first byte, and that for ever.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT),
        log_dictconfig=_LOGGING,
        log_level=LogLevels.warning,
        ssl_cert=environment.tls_certificate,
        ssl_key=environment.tls_key,
        ssl_protocol_min=SSLProtocols.tls13,
        workers_kill_timeout=1,
    )
    server.unread = UNREAD
    if when_told:
        wait_until_told()
    # What is imported by now is shared with the workers: the collector must not touch its pages.
    gc.collect()
    gc.freeze()
    try:
        server.serve(target_loader=_loader(application), wrap_loader=False)
    finally:
        if server.interrupt_children:
            sys.stderr.write(_WORKER_LOST)


def _loader(application: AsgiApp) -> Callable[[], AsgiApp]:
    """What a worker process runs first: it must not outlive the server that made it."""
    tie_to_parent = die_with_parent(signal.SIGKILL)

    def load() -> AsgiApp:
        tie_to_parent()
        # The reason to stop is the parent's to pass on; Ctrl-C goes to the supervisor alone.
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medkarta.config.settings")
        return application

    return load
