"""What the played registers know: a JSON file of lines, read anew when it changes."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

NAMES = ("family", "given", "patronymic", "birth_date", "sex", "snils")


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownLine:
    """One policy of one person. Dates as YYYY-MM-DD, `active_to` None without an end."""

    kind: str
    series: str
    number: str
    family: str
    given: str
    patronymic: str
    birth_date: str
    sex: str
    snils: str
    insurer: str
    active_from: str
    active_to: str | None


def written(lines: Iterable[KnownLine]) -> str:
    """The file's text."""
    return json.dumps([asdict(one) for one in lines], ensure_ascii=False, indent=1) + "\n"


def read(file: Path) -> tuple[KnownLine, ...]:
    """The lines of the file; none where there is no file yet."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    return tuple(KnownLine(**one) for one in json.loads(text))
