"""The channels that we have."""

import json
import sys
from pathlib import Path
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from medkarta.foundation.outgoing import Neighbour
from medkarta.notifications.ports import Channel, Letter

_PATH = "/messages"
_LARGEST_ANSWER = 64_000
_SHOWN = 1


class GatewayRefusedError(Exception):
    """The gateway answered with something else than «taken»; the message is tried again."""


class GatewayTokenMissingError(Exception):
    """There is no token to show to the gateway in the keys' folder."""


class FileChannel:
    """Puts each letter as a text file into the outbox folder, readable to its owner alone."""

    def carry(self, letter: Letter) -> None:
        folder = Path(settings.HOME.outbox)
        name = f"{letter.created_at:%Y%m%dT%H%M%S}-{letter.message_id}.txt"
        unfinished = folder / f".{name}.part"
        unfinished.touch(mode=0o600)
        unfinished.write_text(
            f"To: {letter.address}\nSubject: {letter.subject}\n"
            f"Date: {letter.created_at.isoformat()}\n\n{letter.body}\n",
            encoding="utf-8",
        )
        unfinished.replace(folder / name)


class ConsoleChannel:
    """Says on standard output that a letter went out; what it says only where nobody is real."""

    def carry(self, letter: Letter) -> None:
        lines = [f"To: {_masked(letter.address)}  Subject: {letter.subject}"]
        if settings.DEMO:
            lines.append(letter.body)
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


class GatewayChannel:
    """Hands letters to the operator's gateway over HTTP; any 2xx says that it has taken one.

    The idempotency key is the message's id: a gateway that took the letter while its answer was
    lost sees the same key again.
    """

    def carry(self, letter: Letter) -> None:
        gateway = Neighbour(settings.MESSAGE_GATEWAY, largest=_LARGEST_ANSWER)
        body = {
            "id": str(letter.message_id),
            "to": letter.address,
            "subject": letter.subject,
            "text": letter.body,
            "created_at": letter.created_at.isoformat(),
        }
        answer = gateway.ask(
            "POST",
            _PATH,
            body=json.dumps(body, ensure_ascii=False).encode(),
            headers={
                "Authorization": f"Bearer {_token()}",
                "Content-Type": "application/json; charset=utf-8",
                "Idempotency-Key": str(letter.message_id),
            },
        )
        if not 200 <= answer.status < 300:  # noqa: PLR2004  # RFC 9110 §15.3
            raise GatewayRefusedError(str(answer.status))


def channel() -> Channel:
    """The channel that settings name."""
    return cast("Channel", import_string(settings.NOTIFICATION_CHANNEL)())


def _token() -> str:
    try:
        token = Path(settings.HOME.gateway_token).read_text(encoding="utf-8").strip()
    except FileNotFoundError as missing:
        raise GatewayTokenMissingError from missing
    if not token:
        raise GatewayTokenMissingError
    return token


def _masked(address: str) -> str:
    """`a•••@example.test`: enough to know the letter by."""
    name, _, host = address.partition("@")
    return f"{name[:_SHOWN]}•••@{host}"
