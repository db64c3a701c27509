"""Texts of others on Russian pages: a voice reads each in its own language (WCAG 2.2, 3.1.2)."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from medkarta.terminology.rules import language_of

register = template.Library()
_RUSSIAN = "ru"


@register.filter
def marked(text: str) -> SafeString | str:
    """Return the text of a clinic, marked with its language where that is not Russian."""
    language = language_of(text)
    if language == _RUSSIAN:
        return text
    return format_html('<span lang="{}">{}</span>', language, text)
