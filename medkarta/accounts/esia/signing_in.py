"""A known external identity in the place of the password: our sign-in goes on from there."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse

from medkarta.accounts.models import Account
from medkarta.accounts.sessions import ESIA
from medkarta.foundation.ids import AccountId


def sign_in(request: HttpRequest, account_id: AccountId) -> HttpResponse:
    """Sign in as after a right password: the second factor and all other steps still follow."""
    account = Account.objects.get(pk=account_id)
    record_authentication(request, account, ESIA)
    answer: HttpResponse = perform_login(request, Login(user=account))
    return answer
