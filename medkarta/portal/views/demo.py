"""Sign-ins of the invented people, for whoever tries the demonstration. Not there outside it."""

import json
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.accounts import totp
from medkarta.portal.presenters import demo_people


@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """Who can be tried, with password and the present one-time code."""
    if not settings.DEMO:
        raise Http404
    try:
        book = json.loads(settings.HOME.demo_people.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Http404 from error
    now = timezone.now()
    people = [demo_people.present(one, code=_code(one, now)) for one in book]
    return render(request, "portal/demo.html", {"people": people})


def _code(person: dict[str, str], now: datetime) -> str:
    secret = person.get("totp_secret")
    return totp.code_at(secret, totp.step_at(now)) if secret else ""
