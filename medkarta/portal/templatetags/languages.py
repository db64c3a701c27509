"""Texts of others on our pages: a voice reads each in its own language (WCAG 2.2, 3.1.2)."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from medkarta.terminology.languages import wanted
from medkarta.terminology.rules import language_of

register = template.Library()


@register.filter
def marked(text: str) -> SafeString | str:
    """Return the text of a clinic, marked with its language where that is not the page's."""
    language = language_of(text)
    if language == wanted():
        return text
    return format_html('<span lang="{}">{}</span>', language, text)


@register.filter
def tongue(text: str) -> str:
    """Return what `lang` of an element around this text should say."""
    return language_of(text)
