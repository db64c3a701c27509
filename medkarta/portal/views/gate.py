"""The page that stands where the record would be while a gate is closed."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from medkarta.access import queries as access
from medkarta.access.grants import Gate, Refusal
from medkarta.consents import queries as consent_queries
from medkarta.foundation.ids import PersonId
from medkarta.portal import requests
from medkarta.portal.presenters import consents, gates
from medkarta.portal.presenters.consents import Renewal
from medkarta.record import destructions


def closed(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say which gate is closed, why it is there, and link to the step that opens it."""
    asked_again, destroyed = [], False
    if refusal.gate is Gate.CONSENT:
        person_id = requests.person_id(request)
        asked_again = renewals(person_id, timezone.now())
        destroyed = bool(destructions.acts_of(person_id))
    return render(
        request,
        "portal/gate.html",
        {
            "nav": "card",
            "renewals": asked_again,
            "destroyed": destroyed,
            "gate": gates.WORDS[refusal.gate],
            "left": len(refusal.closed),
            "logged": refusal.log_number is not None,
        },
        status=403,
    )


def renewals(person_id: PersonId, now: datetime) -> list[Renewal]:
    """Texts that changed since the person signed them: said wherever they come by."""
    return consents.renewals(consent_queries.to_renew(person_id, at=now), now)


def way(request: HttpRequest) -> gates.Way:
    """How far the account is from its record; reads nothing clinical, so no line in the log."""
    reader = requests.reader(request)
    return gates.way(
        access.gates(
            account_id=reader.account_id, two_factors=reader.two_factors, now=timezone.now()
        )
    )
