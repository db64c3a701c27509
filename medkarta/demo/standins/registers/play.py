"""The played registers' answers, and the lies that they tell when told to.

`POST /_lie` with `{"lie": "another"}` makes every answer so from now on, `{"lie": ""}` ends it.
`POST /persons/check` takes family, given, patronymic, birth_date, sex and snils, and answers
`{"state": "agrees" | "differs" | "unknown", "fields": […]}`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from medkarta.demo.standins.registers.lines import NAMES, KnownLine, read
from medkarta.demo.standins.server import Asked, Reply, StandIn
from medkarta.foundation.signed_answers import REQUEST_ID, SIGNATURE, sign

_NUMBER = ("kind", "series", "number")


class Lie(StrEnum):
    """How a register's answer can be wrong although it comes at once and looks well."""

    NONE = ""
    ANOTHER = "another"  # another person under the number asked, truly signed
    OTHER_NUMBER = "other-number"  # the line of another number, truly signed
    UNSIGNED = "unsigned"  # no signature
    FORGED = "forged"  # signed by another key
    STALE = "stale"  # signed ten minutes ago
    REPLAYED = "replayed"  # an answer that was given before
    NONSENSE = "nonsense"  # truly signed, and no line


def _now() -> datetime:
    return datetime.now(tz=UTC)  # noqa: TID251  # a process of its own


@dataclass
class Registers:
    """Routes over a file of lines; answers are signed with `key`."""

    file: Path
    key: Ed25519PrivateKey
    clock: Callable[[], datetime] = _now
    lie: Lie = Lie.NONE
    _given: dict[str, Reply] = field(default_factory=dict)

    def stand_in(self, port: int = 0) -> StandIn:
        return StandIn(
            {
                ("POST", "/policies/look-up"): self._signed(self.look_up),
                ("POST", "/policies/find-for"): self._signed(self.find_for),
                ("POST", "/persons/check"): self._signed(self.check),
                ("POST", "/_lie"): self._tell,
            },
            port=port,
        )

    def look_up(self, asked: Mapping[str, object]) -> object:
        wanted = [asked.get(name) for name in _NUMBER]
        lines = read(self.file)
        if self.lie in {Lie.ANOTHER, Lie.OTHER_NUMBER}:
            line = _another(lines, wanted)
            if line is not None and self.lie is Lie.ANOTHER:
                line |= dict(zip(_NUMBER, wanted, strict=True))
            return {"line": line}
        found = (one for one in lines if [one.kind, one.series, one.number] == wanted)
        return {"line": next(map(asdict, found), None)}

    def find_for(self, asked: Mapping[str, object]) -> object:
        by = ("snils", "birth_date")
        wanted = [asked.get(name) for name in by]
        lines = read(self.file)
        if self.lie is Lie.ANOTHER:
            return {"lines": [asdict(one) for one in lines]}
        return {"lines": [asdict(one) for one in lines if [one.snils, one.birth_date] == wanted]}

    def check(self, asked: Mapping[str, object]) -> object:
        snils = "".join(filter(str.isdigit, str(asked.get("snils", ""))))
        known = next((one for one in read(self.file) if one.snils == snils), None)
        if known is None:
            return {"state": "unknown", "fields": []}
        there = asdict(known)
        differs = [
            name
            for name in NAMES
            if name != "snils" and _folded(asked.get(name, "")) != _folded(there[name])
        ]
        return {"state": "differs" if differs else "agrees", "fields": differs}

    def _signed(self, answer: Callable[[Mapping[str, object]], object]) -> Callable[[Asked], Reply]:
        def reply(asked: Asked) -> Reply:
            try:
                read_body = json.loads(asked.body)
            except ValueError:
                return Reply(status=400, body=b"{}")
            nonsense = {"line": 7, "lines": "many"}
            content = nonsense if self.lie is Lie.NONSENSE else answer(read_body)
            whole = self._seal(Reply.json(content).body, asked.headers.get(REQUEST_ID.lower(), ""))
            # The first answer on each path is kept, to be sent again.
            before = self._given.setdefault(asked.path, whole)
            return before if self.lie is Lie.REPLAYED else whole

        return reply

    def _seal(self, body: bytes, request_id: str) -> Reply:
        key = Ed25519PrivateKey.generate() if self.lie is Lie.FORGED else self.key
        late = timedelta(minutes=10) if self.lie is Lie.STALE else timedelta()
        headers = sign(body, request_id=request_id, at=self.clock() - late, key=key)
        if self.lie is Lie.UNSIGNED:
            headers.pop(SIGNATURE)
        return Reply(body=body, headers=tuple(headers.items()))

    def _tell(self, asked: Asked) -> Reply:
        self.lie = Lie(json.loads(asked.body)["lie"])
        return Reply.json({"lie": self.lie.value})


def _another(lines: tuple[KnownLine, ...], wanted: list[object]) -> dict[str, object] | None:
    others = (one for one in lines if [one.kind, one.series, one.number] != wanted)
    return next(map(asdict, others), None)


def _folded(value: object) -> str:
    return " ".join(str(value).casefold().replace("ё", "е").replace("-", " ").split())
