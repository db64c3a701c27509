"""Сеансы и устройства: where one is signed in, and who tried. For every account, staff's too."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from medkarta.accounts import actions as accounts
from medkarta.accounts.queries.sessions import known_devices, open_sessions, sign_in_history
from medkarta.accounts.rules import Ending
from medkarta.accounts.sessions import needs_two_factors
from medkarta.portal import requests
from medkarta.portal.presenters.sessions import device_rows, history_rows, session_rows

_FIRST = 10


@require_safe
@needs_two_factors
def sessions_page(request: HttpRequest) -> HttpResponse:
    """Open sessions, and the sign-ins of the last ninety days with the failures among them."""
    now = timezone.now()
    account_id = requests.account_id(request)
    rows = session_rows(open_sessions(account_id, key=request.session.session_key, now=now))
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    history = history_rows(sign_in_history(account_id, now=now))
    return render(
        request,
        "portal/sessions.html",
        {
            "nav": "control",
            "sessions": rows,
            "others": any(not row.present for row in rows),
            "devices": device_rows(known_devices(account_id, token=token, now=now)),
            "history": history[:_FIRST],
            "older": history[_FIRST:],
        },
    )


@require_POST
@needs_two_factors
def end_one(request: HttpRequest) -> HttpResponse:
    """End one of one's own sessions; what has ended already stays ended."""
    try:
        sign_in_id = UUID(request.POST.get("session", ""))
    except ValueError:
        return redirect("sessions")
    ended = accounts.end_session(
        account_id=requests.account_id(request),
        sign_in_id=sign_in_id,
        origin=requests.origin(request),
        now=timezone.now(),
    )
    if ended:
        messages.success(request, _("Сеанс завершён. С того устройства карту больше не открыть."))
    else:
        messages.success(request, _("Этот сеанс уже закончился."))
    return redirect("sessions")


@require_POST
@needs_two_factors
def forget(request: HttpRequest) -> HttpResponse:
    """Make a known browser a stranger again: one that was sold, lost, or somebody else's."""
    try:
        device_id = UUID(request.POST.get("device", ""))
    except ValueError:
        return redirect("sessions")
    forgotten = accounts.forget_device(
        account_id=requests.account_id(request),
        device_id=device_id,
        origin=requests.origin(request),
        now=timezone.now(),
    )
    if forgotten:
        messages.success(request, _("Браузер забыт. О следующем входе с него придёт письмо."))
    return redirect("sessions")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_two_factors
def end_others(request: HttpRequest) -> HttpResponse:
    """What ending all the others means, said before it is done."""
    if request.method != "POST":
        return render(request, "portal/sessions_end.html", {"nav": "control"})
    accounts.end_sessions(
        account_id=requests.account_id(request),
        but_key=request.session.session_key,
        how=Ending.BY_OWNER,
        origin=requests.origin(request),
        now=timezone.now(),
    )
    messages.success(request, _("Остальные сеансы завершены. Открыт только этот."))
    return redirect("sessions")
