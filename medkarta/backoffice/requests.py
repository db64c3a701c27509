"""Who works here and from where, read from a request; and the door that only operators pass."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from medkarta.accounts import queries as accounts
from medkarta.accounts.rules import Role
from medkarta.accounts.sessions import origin_of, to_second_factor, two_factors
from medkarta.audit.drafts import Origin
from medkarta.foundation.ids import AccountId

APP = "backoffice"
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def operators_only(view: View[P]) -> View[P]:
    """For an operator with two factors; to everybody else there is no such page."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_second_factor(request)
        account = accounts.account(account_id(request))
        if account is None or account.role is not Role.OPERATOR:
            raise Http404
        if not two_factors(request):
            return to_second_factor(request)
        return view(request, *args, **kwargs)

    return wrapped


def account_id(request: HttpRequest) -> AccountId:
    """The operator who has signed in."""
    if not request.user.is_authenticated:
        raise Http404
    return AccountId(request.user.pk)


def origin(request: HttpRequest) -> Origin:
    """Where the request came from, for the log."""
    return origin_of(request, APP)
