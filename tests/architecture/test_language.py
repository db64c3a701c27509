"""Every word on a screen can be said in the other language: it goes through gettext."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CYRILLIC = re.compile("[а-яёА-ЯЁ]+")
SAID_THROUGH_GETTEXT = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*trans(?:late)?\s.*?%}"
    r"|\b_\(\s*(?:\"[^\"]*\"|'[^']*')\s*\)"
    r"|{%\s*comment\b.*?{%\s*endcomment\s*%}"
    r"|{#.*?#}",
    re.DOTALL,
)
GETTEXT = re.compile(r"^(_|[np]{0,2}gettext(_lazy|_noop)?)$")


def bare_words_of_template(source: str) -> list[str]:
    return CYRILLIC.findall(SAID_THROUGH_GETTEXT.sub("", source))


def bare_words_of_code(source: str) -> list[str]:
    """Russian string literals that are neither docstrings nor arguments of gettext."""
    tree = ast.parse(source)
    said = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        or (isinstance(node, ast.Call) and GETTEXT.match(ast.unparse(node.func)))
        for part in (ast.walk(node) if isinstance(node, ast.Call) else [node.value])
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in said
        and CYRILLIC.search(node.value)
    ]


def test_the_check_sees_bare_words_and_no_others():
    assert bare_words_of_template("<p>{% translate 'Да' %} {# нет #} Мимо</p>") == ["Мимо"]
    assert bare_words_of_template("{% blocktranslate %}Да{% endblocktranslate %}") == []
    assert bare_words_of_template('{% include "a.html" with title=_("Да") %}') == []
    assert bare_words_of_code('"""Да."""\nx = _("Да")\ny = "Мимо"') == ["Мимо"]


def test_templates_speak_through_gettext():
    bare = {
        str(file.relative_to(ROOT)): words
        for file in (ROOT / "medkarta").rglob("*.html")
        if (words := bare_words_of_template(file.read_text(encoding="utf-8")))
    }
    assert bare == {}


def test_doors_speak_through_gettext():
    bare = {
        str(file.relative_to(ROOT)): words
        for door in ["portal", "backoffice", "fhir_api"]
        for file in (ROOT / "medkarta" / door).rglob("*.py")
        if (words := bare_words_of_code(file.read_text(encoding="utf-8")))
    }
    assert bare == {}
