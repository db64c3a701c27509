"""The design system keeps its promises: contrast, and nothing that a strict policy forbids."""

import re
from pathlib import Path

import pytest

PORTAL = Path(__file__).parents[2] / "medkarta" / "portal"
TOKENS = dict(
    re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", (PORTAL / "static/portal/tokens.css").read_text())
)
TEXT = [
    ("ink", "page"),
    ("ink", "surface"),
    ("ink", "tint"),
    ("ink-soft", "page"),
    ("ink-soft", "surface"),
    ("ink-soft", "tint-soft"),
    ("primary", "surface"),
    ("primary", "page"),
    ("primary", "tint"),
    ("primary-hover", "tint-soft"),
    ("surface", "primary"),
    ("surface", "good"),
    ("surface", "bad"),
    ("good", "good-tint"),
    ("warn", "warn-tint"),
    ("bad", "bad-tint"),
    ("bad", "surface"),
    ("ink", "warm"),
]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_stands_out_from_its_ground(text, ground):
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(
    ("line", "ground"), [("field-line", "surface"), ("ring", "ring-inner"), ("ring", "page")]
)
def test_borders_of_fields_and_the_focus_ring_stand_out(line, ground):
    assert contrast(line, ground) >= 3


def sources(*endings):
    files = [file for ending in endings for file in PORTAL.rglob(f"*.{ending}")]
    assert files
    return {str(file.relative_to(PORTAL)): file.read_text(encoding="utf-8") for file in files}


def test_no_template_has_style_or_script_of_its_own():
    bad = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:")
    assert [name for name, text in sources("html", "svg").items() if bad.search(text)] == []


def test_nothing_is_asked_of_another_host():
    foreign = re.compile(r"(?:src|href)=\"(?:https?:)?//|url\(\s*['\"]?(?:https?:)?//|@import")
    assert [
        n for n, text in sources("html", "css", "js", "svg").items() if foreign.search(text)
    ] == []


def test_scripts_keep_nothing_in_the_browser():
    storage = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.")
    assert [name for name, text in sources("js").items() if storage.search(text)] == []


def test_every_icon_that_a_template_asks_for_is_drawn():
    drawn = set(re.findall(r'id="i-([a-z]+)"', sources("svg")["templates/portal/parts/icons.svg"]))
    asked = {
        name
        for text in sources("html", "py").values()
        for name in re.findall(r'#i-([a-z]+)"|icon="([a-z]+)"', text)
    }
    assert {one or other for one, other in asked} <= drawn
