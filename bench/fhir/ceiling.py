"""How much the clients themselves can do, against a server that does next to nothing."""

import itertools
import multiprocessing
import select
import socket

from bench.fhir.load import Sendable, Take, run

_BODY = b'{"resourceType":"Observation","text":"' + b"x" * 1_000 + b'"}'
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)
_ASKED = Sendable(
    b"GET /fhir/Observation/ceiling HTTP/1.1\r\nHost: ceiling\r\nAuthorization: Bearer "
    + b"x" * 43
    + b"\r\nAccept: application/fhir+json\r\n\r\n",
    frozenset({b"200"}),
)


def ceiling(*, connections: int, seconds: float) -> Take:
    """Reads of a kilobyte; the server is another process, on another core where there is one."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = multiprocessing.get_context("fork").Process(target=_serve, args=(listening,))
        server.start()
        try:
            return run(
                listening.getsockname(),
                itertools.repeat(_ASKED),
                connections=connections,
                seconds=seconds,
            )
        finally:
            server.kill()
            server.join()


def _serve(listening: socket.socket) -> None:
    epoll = select.epoll()
    epoll.register(listening, select.EPOLLIN)
    peers: dict[int, socket.socket] = {}
    while True:
        for number, _ in epoll.poll():
            if number == listening.fileno():
                peer, _ = listening.accept()
                peers[peer.fileno()] = peer
                epoll.register(peer, select.EPOLLIN)
            elif not _answered(peers[number]):
                epoll.unregister(number)
                peers.pop(number).close()


def _answered(peer: socket.socket) -> bool:
    """Whether the peer is still there."""
    try:
        return bool(peer.recv(65_536)) and bool(peer.send(_ANSWER))
    except OSError:
        return False
