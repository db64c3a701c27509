"""What would have gone out by mail; in the demo alone."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from medkarta.notifications import queries as notifications


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """What would have gone out by mail; in the demo alone."""
    if not settings.DEMO:
        raise Http404
    context = {"messages_sent": notifications.outbox()}
    return render(request, "backoffice/outbox.html", context)
