"""A word about the password's age, where the person may do something about it."""

from typing import Any

from django import template
from django.utils import timezone

from medkarta.accounts.queries import password_state

register = template.Library()


@register.inclusion_tag("portal/parts/password_reminder.html", takes_context=True)
def password_reminder(context: Any, place: str = "") -> dict[str, object]:  # noqa: ANN401
    """Nothing while no word is due."""
    account = context["request"].user
    due = account.is_authenticated and password_state(account, timezone.now()).reminder_due
    return {"due": due, "place": place}
