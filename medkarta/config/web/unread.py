"""A server that cuts off whoever asked and does not read the answer.

Neither granian nor hyper limits how long an answer may wait for its reader; Linux does, for each
connection that a listening socket with TCP_USER_TIMEOUT accepts: https://man7.org/linux/man-pages/man7/tcp.7.html.
"""

import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.server.mp import MPServer, WorkerProcess


class UnreadEndsServer(MPServer):
    """granian, with `unread`: milliseconds that a client may accept nothing of its answer."""

    unread: int

    # granian's own class narrows the signature of its base in the same way.
    def _spawn_worker(  # type: ignore[override]
        self, idx: int, target: Callable[..., None], callback_loader: Callable[[], Any]
    ) -> WorkerProcess:
        listening = partial(_listen_and_work, target, self.unread)
        return super()._spawn_worker(idx, listening, callback_loader)


def _listen_and_work(
    work: Callable[..., None],
    unread: int,
    worker_id: int,
    name: str | None,
    loader: Callable[[], Any],
    sockets: tuple[tuple[Any, Any], socket.socket | None],
    *rest: object,
) -> None:
    """In the worker process: it listens on a socket of its own, as it would without us.

    `sockets`: granian's; the address to listen at, or else the open unix socket. That one is a
    proxy's, which does its own waiting.
    """
    (address, holder), shared = sockets
    if address is not None:
        holder = address.build()
        with socket.socket(fileno=os.dup(holder.get_fd())) as ours:
            ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread)
    work(worker_id, name, loader, ((None, holder), shared), *rest)
