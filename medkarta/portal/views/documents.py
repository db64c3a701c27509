"""Профиль → Документы: the person's own papers, not the record's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.accounts.sessions import needs_two_factors
from medkarta.insurance import queries as insurance
from medkarta.patients import queries as patients
from medkarta.portal import requests
from medkarta.portal.presenters import policy_card
from medkarta.portal.requests import citizen


@require_safe
@citizen
@needs_two_factors
def documents(request: HttpRequest) -> HttpResponse:
    """The policy with what to do about it, and the СНИЛС."""
    paper = insurance.policy_paper(requests.person_id(request), now=timezone.now())
    person = patients.person_of(requests.account_id(request))
    context = {
        "nav": "profile",
        "card": policy_card.card(paper),
        "claim": policy_card.claim(paper),
        "snils": person.data.snils if person else None,
    }
    return render(request, "portal/documents.html", context)
