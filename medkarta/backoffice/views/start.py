"""What there is to do, and how much of it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from medkarta.backoffice.requests import operators_only
from medkarta.clients import queries as clients
from medkarta.patients.queries import candidates, transfers


@require_safe
@operators_only
def start(request: HttpRequest) -> HttpResponseBase:
    """The operators' tasks."""
    context = {
        "candidates": len(candidates.waiting()),
        "clients": sum(one.approved_at is None for one in clients.clients()),
        "transfers": len(transfers.waiting_transfers()),
    }
    return render(request, "backoffice/start.html", context)
