"""The page that stands where the record would be while a gate is closed."""

from collections.abc import Collection
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from medkarta.access import queries as access
from medkarta.access.grants import Gate, Refusal
from medkarta.access.queries import GateState
from medkarta.access.representing import gates_of_principal
from medkarta.consents import queries as consent_queries
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import PersonId
from medkarta.insurance import queries as insurance
from medkarta.insurance.queries import PolicyView
from medkarta.patients.rules.representation import Doing
from medkarta.portal import acting, requests
from medkarta.portal.presenters import acting_gates, consents, destruction, gates
from medkarta.portal.presenters.consents import Renewal
from medkarta.portal.requests import View
from medkarta.record import destructions

P = ParamSpec("P")


def closed(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say which gate is closed, why it is there, and link to the step that opens it."""
    on_behalf = acting.current(request)
    if on_behalf is not None:
        words = acting_gates.words(refusal.gate, legal=on_behalf.legal)
        context = {"nav": "card", "gate": words}
        return render(request, "portal/acting_closed.html", context, status=403)
    asked_again, withdrawn = [], None
    if refusal.gate is Gate.CONSENT:
        person_id = requests.person_id(request)
        asked_again = renewals(person_id, timezone.now())
        processing = (
            one for one in consent_queries.history(person_id) if one.kind is Kind.PROCESSING
        )
        withdrawn = destruction.withdrawn(next(processing, None), destructions.acts_of(person_id))
    return render(
        request,
        "portal/gate.html",
        {
            "nav": "card",
            "renewals": asked_again,
            "withdrawn": withdrawn,
            "gate": gates.words_of(refusal.gate, _policy(request, refusal.closed)),
            "left": len(refusal.closed),
            "logged": refusal.log_number is not None,
        },
        status=403,
    )


def of_the_way(view: View[P]) -> View[P]:
    """For the steps to an open record: one's own, or those of a child one signs for.

    Acting for anybody else the step is refused in words. It never falls back to one's own record:
    a parent must not sign for themselves what they read as the child's.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        on_behalf = acting.current(request)
        if on_behalf is not None and not on_behalf.may(Doing.SIGN):
            words = acting_gates.OVER if not on_behalf.stands else acting_gates.OWN_SAY
            context = {"nav": "card", "gate": words, "unlogged": True}
            return render(request, "portal/acting_closed.html", context, status=403)
        return view(request, *args, **kwargs)

    return wrapped


def renewals(person_id: PersonId, now: datetime) -> list[Renewal]:
    """Texts that changed since the person signed them: said wherever they come by."""
    return consents.renewals(consent_queries.to_renew(person_id, at=now), now)


def way(request: HttpRequest) -> gates.Way:
    """How far the record is from opening; reads nothing clinical, so no line in the log."""
    on_behalf = acting.current(request)
    if on_behalf is not None and on_behalf.view is not None:
        return way_of(request, gates_of_principal(on_behalf.view, now=timezone.now()))
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
    return insurance.policy_of(requests.subject_id(request), now=timezone.now())
