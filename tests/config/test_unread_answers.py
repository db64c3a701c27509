"""B150: whoever asks and does not read the answer. The real web server, with a short limit."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running_service import Service, temporary_home, wait_until

LIMIT = 1000  # milliseconds here; a minute in use
WEB = f"""
from medkarta.config import environment
from medkarta.config.web import server

server.UNREAD = {LIMIT}
server.serve(environment.read(), when_told=False)
"""
ASKED = b"GET /fhir/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
MANY = 40  # more than the kernel keeps for a reader
ESTABLISHED = "01"


class WebAlone(Service):
    """The web processes, beside no database."""

    def begin(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", WEB], env=self.environment, stdout=log, stderr=log
            )
        wait_until(lambda: self.serves() or self.process.poll() is not None, 30)
        assert self.serves(), self.output()
        return self

    def held(self):
        """How many connections our side keeps."""
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        ours = (line.split() for line in lines)
        return sum(
            int(local.rpartition(":")[2], 16) == self.port and state == ESTABLISHED
            for _, local, _, state, *_ in ours
        )


@pytest.fixture(scope="module")
def web():
    nowhere = "postgresql://app:x@127.0.0.1:9/medkarta"
    web = WebAlone(temporary_home(), DATABASE_URL=nowhere, DATABASE_OWNER_URL=nowhere)
    try:
        yield web.begin()
    finally:
        web.clear()


def client(web):
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # before it connects, or it grows
    one.connect(("127.0.0.1", web.port))
    one.sendall(ASKED * MANY)
    return one


def test_who_reads_nothing_is_cut_off_and_others_are_answered_meanwhile(web):
    asking = [client(web) for _ in range(10)]
    try:
        time.sleep(LIMIT / 3000)
        assert web.held() == len(asking)
        assert web.get("/livez")[0] == 200
        wait_until(lambda: not web.held(), 4 * LIMIT / 1000)
    finally:
        for one in asking:
            one.close()


def test_who_reads_slowly_gets_everything(web):
    whole = len(web.get("/fhir/openapi.json")[2].encode())
    with client(web) as slow:
        began = time.monotonic()
        got = 0
        while time.monotonic() - began < 1.5 * LIMIT / 1000:
            got += len(slow.recv(65536))
            time.sleep(LIMIT / 10_000)
        slow.settimeout(5)
        while got < whole * MANY:
            part = slow.recv(1_000_000)
            assert part
            got += len(part)
