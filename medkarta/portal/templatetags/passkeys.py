"""What a browser is asked for a passkey with, and the part of a form that proves a deed."""

import json

from django import template
from django.forms import Form
from django.http import HttpRequest

from medkarta.accounts import queries as accounts
from medkarta.foundation.ids import AccountId

register = template.Library()


@register.filter
def as_json(value: object) -> str:
    """Return the value as JSON for an attribute; the template escapes it as any text."""
    return json.dumps(value)


@register.inclusion_tag("portal/parts/proof.html", takes_context=True)
def proof(context: dict[str, object], form: Form, act: str, subject: str) -> dict[str, object]:
    """Return the fields of a `ProofForm`: a code always, a passkey where the account has one."""
    request = context["request"]
    passkey = False
    if isinstance(request, HttpRequest) and request.user.is_authenticated:
        passkey = accounts.has_passkey(AccountId(request.user.pk))
    return {"form": form, "act": act, "subject": subject, "passkey": passkey}
