"""A server that gives the answers it was told to, one for each request, whatever is asked."""

import itertools
import socket
import time
from contextlib import contextmanager
from threading import Thread


def answer(status=200, body=b"{}", *headers):
    """The bytes of an answer with its length."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@contextmanager
def serving(*answers, pause=0.0):
    """Its address and the requests' bytes as they come; None for an answer hangs up instead.

    Each answer comes so many seconds after its request.
    """
    seen = []
    following = itertools.cycle(answers)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=_accept, args=(listening, following, seen, pause), daemon=True).start()
        yield listening.getsockname(), seen
        listening.shutdown(socket.SHUT_RDWR)  # closing alone leaves who waits in accept there


def _accept(listening, following, seen, pause):
    while True:
        try:
            peer, _ = listening.accept()
        except OSError:
            return
        Thread(target=_serve, args=(peer, following, seen, pause), daemon=True).start()


def _serve(peer, following, seen, pause):
    with peer:
        while request := _whole(peer):
            seen.append(request)
            told = next(following)
            time.sleep(pause)
            if told is None:
                return
            peer.sendall(told)


def _whole(peer):
    data = b""
    while b"\r\n\r\n" not in data:
        part = peer.recv(65_536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    while len(body) < length:
        body += peer.recv(65_536)
    return head + b"\r\n\r\n" + body
