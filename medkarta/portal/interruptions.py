"""What a person is asked before anything else, once a sign-in: ESIA's offer, a look at the data."""

from django.http import HttpRequest
from django.utils import timezone

from medkarta.accounts.esia import flow
from medkarta.accounts.sessions import two_factors
from medkarta.foundation.ids import AccountId
from medkarta.patients import queries as patients
from medkarta.portal.presenters import data_looks

_ASKED = "data_asked"
# Pages on which the person is answering already.
_ANSWERING = frozenset({"esia_confirm", "data_check", "profile"})


def waiting(request: HttpRequest) -> str | None:
    """The name of the page to show first. Reading is interrupted, sending never is."""
    name = request.resolver_match.url_name if request.resolver_match else None
    if request.method not in {"GET", "HEAD"}:
        # Whoever has just written their data is told there and then what differs.
        if name in _ANSWERING:
            request.session[_ASKED] = True
        return None
    if name in _ANSWERING or not two_factors(request):
        return None
    if flow.has_offer(request.session):
        return "esia_confirm"
    return "data_check" if _first_asking(request) and _look_is_due(request) else None


def _first_asking(request: HttpRequest) -> bool:
    if request.session.get(_ASKED):
        return False
    request.session[_ASKED] = True
    return True


def _look_is_due(request: HttpRequest) -> bool:
    if not request.user.is_authenticated:
        return False
    person = patients.person_of(AccountId(request.user.pk))
    return person is not None and data_looks.due(person, now=timezone.now())
