"""Choosing how to protect the sign-in, and asking a passkey to sign a deed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from medkarta.accounts import actions as accounts
from medkarta.accounts import queries
from medkarta.accounts.sessions import needs_two_factors
from medkarta.portal import requests


@require_safe
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """A passkey or one-time codes, both in plain words."""
    if queries.has_second_factor(requests.account_id(request)):
        return redirect("mfa_index")
    return render(request, "mfa/choose.html")


@require_POST
@needs_two_factors
def deed(request: HttpRequest) -> HttpResponse:
    """What the browser hands to the passkey so that it signs this act on this subject."""
    asked = accounts.Deed(act=request.POST.get("act", ""), subject=request.POST.get("subject", ""))
    try:
        options = accounts.ask_for_deed(
            account_id=requests.account_id(request), deed=asked, now=timezone.now()
        )
    except accounts.UnknownDeedError:
        return JsonResponse({"error": "unknown deed"}, status=400)
    return JsonResponse({"request_options": options})
