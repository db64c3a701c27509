"""The English catalogue: gather every text, keep its translation, compile.

    python tools/catalogue.py           write the .po and the .mo, name what has no translation
    python tools/catalogue.py --check   write nothing; fail where something is missing or stale

Source strings are Russian. They are found without xgettext: Python is parsed, and templates are
turned into calls by Django's own `templatize`. A text that is said nowhere any more leaves the
catalogue, so that what a translator reads is what a person can see.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "medkarta"
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
# What a call of gettext is named, and how many leading arguments are texts.
_CALLS = {
    "_": 1,
    "gettext": 1,
    "gettext_lazy": 1,
    "gettext_noop": 1,
    "ngettext": 2,
    "pgettext": 2,
    "pgettext_lazy": 2,
}
_IN_TEMPLATE = re.compile(
    r"\b(?:_|gettext)\((u?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'))\)", re.DOTALL
)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")
_METADATA = {
    "Project-Id-Version": "medkarta",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def texts() -> dict[str, list[str]]:
    """Every text that goes through gettext, with the files that say it, in their order."""
    if not settings.configured:
        settings.configure()
    found: dict[str, list[str]] = {}
    for file in sorted(PACKAGE.rglob("*")):
        for text in _texts_of(file):
            places = found.setdefault(text, [])
            place = file.relative_to(ROOT).as_posix()
            if place not in places:
                places.append(place)
    return found


def _texts_of(file: Path) -> Iterator[str]:
    if file.suffix == ".py" and "migrations" not in file.parts:
        yield from _of_code(file.read_text(encoding="utf-8"))
    elif file.suffix in {".html", ".txt"} and "templates" in file.parts:
        yield from _of_template(file.read_text(encoding="utf-8"))


def _of_code(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        first = node.args[0] if node.args else None
        if _CALLS.get(name) is None or not isinstance(first, ast.Constant):
            continue
        if _CALLS[name] != 1:
            # Counts go by `counted`; a context has not been needed. Neither is kept here.
            raise SystemExit(f"{name}({first.value!r}): this catalogue knows plain texts only")
        if isinstance(first.value, str) and first.value:
            yield first.value


def _of_template(source: str) -> Iterator[str]:
    for found in _IN_TEMPLATE.finditer(templatize(source)):
        yield str(ast.literal_eval(found[1]))


def placeholders(text: str) -> set[str]:
    """What must stand in the translation too: «%(day)s», «{number}»."""
    return set(_PLACEHOLDER.findall(text))


def gathered(known: dict[str, str]) -> polib.POFile:
    """The catalogue as it should be, with the translations that are known."""
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = dict(_METADATA)
    said = sorted(texts().items(), key=lambda one: one[1][0])
    for text, places in said:
        entry = polib.POEntry(
            msgid=text,
            msgstr=known.get(text, ""),
            occurrences=[(place, "") for place in places],
        )
        if "%(" in text:
            entry.flags.append("python-format")
        catalogue.append(entry)
    return catalogue


def complaints(catalogue: polib.POFile) -> list[str]:
    """Texts without a translation, and translations that lost or gained a placeholder."""
    return [
        f"{entry.occurrences[0][0]}: {entry.msgid!r} → {entry.msgstr!r}"
        for entry in catalogue
        if not entry.msgstr or placeholders(entry.msgid) != placeholders(entry.msgstr)
    ]


def stored() -> dict[str, str]:
    """The translations that are in the catalogue now."""
    if not CATALOGUE.exists():
        return {}
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE))}


def compiled(catalogue: polib.POFile) -> bytes:
    """The .mo; the same catalogue gives the same bytes on every machine."""
    return bytes(catalogue.to_binary())


def stale(catalogue: polib.POFile) -> list[str]:
    """Which of the two files is not what the sources and the catalogue say."""
    wrong = []
    if not CATALOGUE.exists() or CATALOGUE.read_text(encoding="utf-8") != f"{catalogue}\n":
        wrong.append(f"{CATALOGUE.relative_to(ROOT)} is not what the sources say")
    if not COMPILED.exists() or COMPILED.read_bytes() != compiled(catalogue):
        wrong.append(f"{COMPILED.relative_to(ROOT)} is not what the catalogue says")
    return wrong


def main() -> int:
    """Write or check; the exit code says whether all is well."""
    catalogue = gathered(stored())
    problems = complaints(catalogue)
    if "--check" in sys.argv[1:]:
        problems += stale(catalogue)
    else:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_text(f"{catalogue}\n", encoding="utf-8")
        COMPILED.write_bytes(compiled(catalogue))
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(catalogue)} texts, {len(problems)} to mend")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
