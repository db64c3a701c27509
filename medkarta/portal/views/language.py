"""The switch of languages: one form on every page."""

from contextlib import suppress

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from medkarta.accounts import actions as accounts
from medkarta.portal import requests


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Remember the choice in this browser, and in the account; back to the page it was made on.

    Django's own view keeps the cookie, and goes back to no other site.
    """
    if request.user.is_authenticated:
        with suppress(accounts.UnknownLanguageError):
            accounts.choose_language(
                account_id=requests.account_id(request), language=request.POST.get("language", "")
            )
    return set_language(request)
