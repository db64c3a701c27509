"""The page that stands where the record would be while a gate is closed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from medkarta.access import queries as access
from medkarta.access.grants import Refusal
from medkarta.portal import acting, requests
from medkarta.portal.presenters import acting_gates, gates


def closed(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say which gate is closed, why it is there, and link to the step that opens it."""
    on_behalf = acting.current(request)
    if on_behalf is not None:
        words = acting_gates.words(refusal.gate, legal=on_behalf.legal)
        context = {"nav": "card", "gate": words}
        return render(request, "portal/acting_closed.html", context, status=403)
    return render(
        request,
        "portal/gate.html",
        {
            "nav": "card",
            "gate": gates.WORDS[refusal.gate],
            "left": len(refusal.closed),
            "logged": refusal.log_number is not None,
        },
        status=403,
    )


def way(request: HttpRequest) -> gates.Way:
    """How far the account is from its record; reads nothing clinical, so no line in the log."""
    reader = requests.reader(request)
    return gates.way(
        access.gates(
            account_id=reader.account_id, two_factors=reader.two_factors, now=timezone.now()
        )
    )
