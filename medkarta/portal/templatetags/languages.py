"""Texts of others on our pages: a voice reads each in its own language (WCAG 2.2, 3.1.2)."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from medkarta.terminology.languages import wanted
from medkarta.terminology.rules import language_of

register = template.Library()
_RUSSIAN_RUN = re.compile(r"([\u0410-\u044f\u0401\u0451](?:[^A-Za-z]*[^A-Za-z\s])?)")


@register.filter
def marked(text: str) -> SafeString | str:
    """Return the text of a clinic, marked with its language where that is not the page's."""
    language = language_of(text)
    if language == wanted():
        return text
    return format_html('<span lang="{}">{}</span>', language, text)


@register.filter
def foreign(text: str, language: str) -> SafeString | str:
    """Return a line of a paper of ours, with the Russian words in an English one marked."""
    if language != "en":
        return text
    parts = _RUSSIAN_RUN.split(text)
    return format_html_join(
        "",
        "{}{}",
        (
            (plain, format_html('<span lang="ru">{}</span>', run) if run else "")
            for plain, run in zip(parts[::2], [*parts[1::2], ""], strict=True)
        ),
    )


@register.filter
def tongue(text: str) -> str:
    """Return what `lang` of an element around this text should say."""
    return language_of(text)
