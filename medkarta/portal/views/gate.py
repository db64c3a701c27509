"""The page that stands where the record would be while a gate is closed."""

from collections.abc import Collection

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from medkarta.access import queries as access
from medkarta.access.grants import Gate, Refusal
from medkarta.access.queries import GateState
from medkarta.insurance import queries as insurance
from medkarta.insurance.queries import PolicyView
from medkarta.portal import requests
from medkarta.portal.presenters import gates


def closed(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say which gate is closed, why it is there, and link to the step that opens it."""
    return render(
        request,
        "portal/gate.html",
        {
            "nav": "card",
            "gate": gates.words_of(refusal.gate, _policy(request, refusal.closed)),
            "left": len(refusal.closed),
            "logged": refusal.log_number is not None,
        },
        status=403,
    )


def way(request: HttpRequest) -> gates.Way:
    """How far the account is from its record; reads nothing clinical, so no line in the log."""
    reader = requests.reader(request)
    states = access.gates(
        account_id=reader.account_id, two_factors=reader.two_factors, now=timezone.now()
    )
    return way_of(request, states)


def way_of(request: HttpRequest, states: Collection[GateState]) -> gates.Way:
    """The same, of gates that were asked already."""
    closed = [one.gate for one in states if not one.open]
    return gates.way(states, _policy(request, closed))


def _policy(request: HttpRequest, closed: Collection[Gate]) -> PolicyView | None:
    """What stands behind the policy's closed gate: one that ended, or a number that waits."""
    if Gate.POLICY not in closed:
        return None
    return insurance.policy_of(requests.person_id(request), now=timezone.now())
