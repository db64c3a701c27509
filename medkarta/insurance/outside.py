"""The territorial fund's register of insured persons, asked over HTTP.

`POST /policies/look-up` takes `{"kind", "series", "number"}` and answers `{"line": {…}}` or
`{"line": null}`; `POST /policies/find-for` takes a person and answers `{"lines": [{…}, …]}`. A line
has kind, series, number, family, given, patronymic, birth_date, snils, insurer, active_from and
active_to. Every answer is signed (`foundation.signed_answers`).
"""

import json
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings

from medkarta.foundation.outgoing import Neighbour, OutsideSilentError, OutsideTooMuchError
from medkarta.foundation.policies import PolicyNumber
from medkarta.foundation.signed_answers import REQUEST_ID, UnsignedAnswerError, check, read_key
from medkarta.foundation.snils import Snils
from medkarta.insurance.ports import RegisterSilentError
from medkarta.insurance.rules import Insured, Line
from medkarta.patients.rules import PersonalDataInput, Sex

_PATIENCE: Final = 4.0
_LARGEST: Final = 64 * 1024
_OK: Final = 200
_MOST_LINES: Final = 50
_LONGEST: Final = 200

log = structlog.get_logger(__name__)


class NotALineError(ValueError):
    """The answer is signed and still no line; the message names a field, never its value."""


class OutsideRegister:
    """An answer that is late, unsigned, stale, another request's or nonsense counts as none."""

    def __init__(self) -> None:
        self._neighbour = Neighbour(
            settings.INSURED_REGISTER_ORIGIN, patience=_PATIENCE, largest=_LARGEST
        )
        self._key = read_key(Path(settings.INSURED_REGISTER_KEY or "").read_bytes())

    def look_up(self, number: PolicyNumber, *, now: datetime) -> Insured | None:
        """The line of a number, or None where there is none."""
        asked = {"kind": number.kind.value, "series": number.series, "number": number.number}
        answer = self._ask("/policies/look-up", asked, now)
        try:
            if answer["line"] is None:
                return None
            line = _line(answer["line"])
            if line.number != number:
                raise NotALineError("number")  # said once, below
        except (KeyError, ValueError) as error:
            raise _not_believed("/policies/look-up", "line") from error
        return line.insured

    def find_for(self, person: PersonalDataInput, *, now: datetime) -> tuple[Line, ...]:
        """The lines of a person."""
        asked = {
            "family": person.family,
            "given": person.given,
            "patronymic": person.patronymic,
            "birth_date": person.birth_date.isoformat() if person.birth_date else "",
            "snils": person.snils.digits if person.snils else "",
        }
        answer = self._ask("/policies/find-for", asked, now)
        try:
            lines = answer["lines"]
            if not isinstance(lines, list) or len(lines) > _MOST_LINES:
                raise NotALineError("lines")  # said once, below
            return tuple(_line(one) for one in lines)
        except (KeyError, ValueError) as error:
            raise _not_believed("/policies/find-for", "line") from error

    def _ask(self, path: str, content: Mapping[str, str], now: datetime) -> dict[str, object]:
        """A signed JSON object. Raises `RegisterSilentError` for everything else."""
        request_id = str(uuid.uuid4())
        headers = {REQUEST_ID: request_id, "Content-Type": "application/json"}
        body = json.dumps(content, ensure_ascii=False).encode()
        try:
            answer = self._neighbour.ask("POST", path, body=body, headers=headers)
        except (OutsideSilentError, OutsideTooMuchError) as error:
            raise _not_believed(path, type(error).__name__) from error
        if answer.status != _OK:
            raise _not_believed(path, f"status {answer.status}")
        try:
            check(answer.body, answer.headers, request_id=request_id, now=now, key=self._key)
            read = json.loads(answer.body)
        except UnsignedAnswerError as error:
            raise _not_believed(path, str(error)) from error
        except (ValueError, RecursionError) as error:
            raise _not_believed(path, "not JSON") from error
        if not isinstance(read, dict):
            raise _not_believed(path, "not an object")
        return read


def _not_believed(path: str, why: str) -> RegisterSilentError:
    # Neither the question nor the answer: both tell who somebody is.
    log.warning("register.not_believed", path=path, why=why)
    return RegisterSilentError(why)


def _line(content: object) -> Line:
    if not isinstance(content, dict):
        raise NotALineError("line")
    snils = _text(content, "snils", empty=True)
    return Line(
        number=PolicyNumber.checked(
            kind=_text(content, "kind"),
            series=_text(content, "series", empty=True),
            number=_text(content, "number"),
        ),
        insured=Insured(
            holder=PersonalDataInput(
                family=_text(content, "family"),
                given=_text(content, "given"),
                patronymic=_text(content, "patronymic", empty=True),
                birth_date=date.fromisoformat(_text(content, "birth_date")),
                sex=Sex.UNKNOWN,
                snils=Snils.parse(snils) if snils else None,
            ),
            insurer=_text(content, "insurer"),
            active_from=date.fromisoformat(_text(content, "active_from")),
            active_to=_day_or_none(content),
        ),
    )


def _text(content: Mapping[str, object], name: str, *, empty: bool = False) -> str:
    value = content.get(name, "" if empty else None)
    if not isinstance(value, str) or len(value) > _LONGEST or not (value or empty):
        raise NotALineError(name)
    return value


def _day_or_none(content: Mapping[str, object]) -> date | None:
    if content.get("active_to") is None:
        return None
    return date.fromisoformat(_text(content, "active_to"))
