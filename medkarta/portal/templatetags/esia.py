"""Whether there is an ESIA to sign in by, for pages that have no view of ours."""

from django import template

from medkarta.accounts.esia.configuration import configuration

register = template.Library()


@register.simple_tag
def esia_here() -> bool:
    """Say whether the button makes sense."""
    return configuration() is not None
