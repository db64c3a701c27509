"""What a citizen has at hand beside the browser: an authenticator and a mailbox."""

import base64
import hashlib
import hmac
import re
import struct
import time

PERIOD = 30


class Authenticator:
    """Shows one-time codes (RFC 6238), written apart from ours; never the same one twice.

    A step's code is taken half a minute early too, so that two in a row need no waiting; the third
    waits.
    """

    def __init__(self, secret):
        self.key = base64.b32decode("".join(secret.split()))
        self.last = 0

    def code(self):
        step = max(self.last + 1, int(time.time()) // PERIOD)
        while step > int(time.time()) // PERIOD + 1:
            time.sleep(0.2)
        self.last = step
        return self._at(step)

    def wrong_code(self):
        near = {self._at(int(time.time()) // PERIOD + offset) for offset in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)

    def _at(self, step):
        digest = hmac.new(self.key, struct.pack(">Q", step), hashlib.sha1).digest()
        start = digest[-1] & 0x0F
        value = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
        return f"{value % 1_000_000:06d}"


class Mailbox:
    """Letters of one address, as they lie in the outbox."""

    def __init__(self, outbox, address):
        self.outbox = outbox
        self.address = address

    def letters(self):
        texts = [path.read_text(encoding="utf-8") for path in sorted(self.outbox.glob("*.txt"))]
        return [text for text in texts if f"To: {self.address}\n" in text]

    def wait_for_code(self, patience=15):
        """The six digits of the latest letter that has such."""
        deadline = time.monotonic() + patience
        while True:
            for letter in reversed(self.letters()):
                if found := re.search(r"\b\d{3}-?\d{3}\b", letter.partition("\n\n")[2]):
                    return found.group().replace("-", "")
            assert time.monotonic() < deadline, f"no letter with a code for {self.address}"
            time.sleep(0.1)
