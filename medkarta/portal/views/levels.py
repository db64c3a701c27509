"""Уровни учётной записи: what each opens, which is mine, and the ways to the next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from medkarta.accounts import queries as accounts
from medkarta.accounts.esia.configuration import configuration
from medkarta.accounts.rules import Role
from medkarta.foundation.ids import AccountId
from medkarta.portal.presenters import levels as presenter


@require_safe
def levels(request: HttpRequest) -> HttpResponse:
    """The table that the gates go by, for everybody; signed in, also where one stands."""
    account = (
        accounts.account(AccountId(request.user.pk)) if request.user.is_authenticated else None
    )
    level = account.level if account is not None and account.role is Role.CITIZEN else None
    context = {
        "nav": "help",
        "rows": presenter.rows(),
        "own": presenter.standing(level) if level else None,
        "esia": configuration() is not None,
    }
    return render(request, "portal/levels.html", context)
