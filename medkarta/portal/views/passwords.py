"""The password: its strength while it is typed, why it must be changed, when to be reminded."""

import json

from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from medkarta.accounts import actions as accounts
from medkarta.accounts import passwords, queries
from medkarta.portal import requests
from medkarta.portal.requests import citizen

LARGEST = 1024  # bytes: a password of 256 signs and an address
_SECURITY = "security"


@require_POST
@sensitive_variables()
def strength(request: HttpRequest) -> JsonResponse:
    """How strong what is being typed is. Nothing of it is kept or written down anywhere."""
    if not ratelimit.consume(request, action="password_strength", key=_browser(request)):
        return JsonResponse({"words": _("Проверим пароль при сохранении.")}, status=429)
    if int(request.headers.get("content-length") or 0) > LARGEST:
        return JsonResponse({"words": passwords.too_long()}, status=413)
    typed = _typed(request)
    if typed is None:
        return JsonResponse({"words": _("Проверим пароль при сохранении.")}, status=400)
    account = request.user if request.user.is_authenticated else None
    found = passwords.strength(typed["password"], account=account, email=typed["email"])
    return JsonResponse({"step": found.step, "words": found.words})


@require_safe
def asked(request: HttpRequest) -> HttpResponseBase:
    """Before anything else: why the password must be changed, and where."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    state = queries.password_state(request.user, timezone.now())
    if state.asked_because is None:
        return redirect("home")
    context = {"because": state.asked_because.value}
    return render(request, "portal/password_asked.html", context)


@require_POST
@citizen
def later(request: HttpRequest) -> HttpResponse:
    """«Напомнить позже», and back."""
    accounts.put_reminder_off(account_id=requests.account_id(request), now=timezone.now())
    return redirect("mfa_index" if request.POST.get("from") == _SECURITY else "home")


def _typed(request: HttpRequest) -> dict[str, str] | None:
    """Both fields, or None where that is not what came."""
    try:
        given = json.loads(request.body)
    except ValueError:
        return None
    if not isinstance(given, dict):
        return None
    fields = {name: given.get(name, "") for name in ("password", "email")}
    return fields if all(isinstance(one, str) for one in fields.values()) else None


def _browser(request: HttpRequest) -> str:
    """What tells one browser from another that shares its address."""
    cookie = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    return request.session.session_key or cookie
