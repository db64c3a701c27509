"""Приложения: which apps read one's record, since when, and ending them."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from medkarta.accounts.sessions import needs_two_factors
from medkarta.clients import actions
from medkarta.clients import queries as clients
from medkarta.clients.rules.registration import origin_of
from medkarta.foundation.ids import ClientId
from medkarta.portal import requests
from medkarta.portal.presenters import apps
from medkarta.portal.requests import citizen


@require_safe
@citizen
@needs_two_factors
def apps_page(request: HttpRequest) -> HttpResponse:
    """Apps that may read now, those that can be opened from here, and what has ended."""
    found = clients.authorizations(requests.account_id(request))
    launchable = clients.launchable()
    context = {
        "nav": "control",
        "apps": apps.present(found),
        "former": apps.former(found),
        "launchable": launchable,
    }
    response = render(request, "portal/apps.html", context)
    origins = [origin_of(one.launch_uri) for one in launchable]
    response._csp_update = {"form-action": origins}  # type: ignore[attr-defined]  # noqa: SLF001  # as django-csp's own decorator
    return response


@require_POST
@citizen
@needs_two_factors
def end(request: HttpRequest) -> HttpResponseBase:
    """End one app, wherever it runs."""
    ended = actions.end_app(
        client_id=_named(request),
        account_id=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )
    if ended:
        messages.success(request, _("Доступ закончен. Приложение больше не прочтёт вашу карту."))
    else:
        messages.success(request, _("Доступ этого приложения уже закончен."))
    return redirect("apps")


@require_POST
@citizen
@needs_two_factors
def launch(request: HttpRequest) -> HttpResponseBase:
    """Open an app from here (EHR launch): it still asks on the consent screen."""
    client = clients.client(_named(request))
    if client is None or not client.stands or not client.launch_uri:
        raise Http404
    word = actions.launch_app(
        client_id=client.id,
        account_id=requests.account_id(request),
        session=requests.launching_session(request),
        now=timezone.now(),
    )
    asked = urlencode({"iss": f"{settings.PUBLIC_ORIGIN}/fhir", "launch": word})
    return redirect(f"{client.launch_uri}{'&' if '?' in client.launch_uri else '?'}{asked}")


def _named(request: HttpRequest) -> ClientId:
    try:
        return ClientId(UUID(request.POST.get("app", "")))
    except ValueError as error:
        raise Http404 from error
