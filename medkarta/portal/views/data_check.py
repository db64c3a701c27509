"""«Проверьте свои данные»: asked after a year, or when a register says otherwise."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from medkarta.accounts.sessions import needs_two_factors
from medkarta.patients import actions as patients_actions
from medkarta.patients import queries as patients
from medkarta.portal import requests
from medkarta.portal.presenters import data_looks
from medkarta.portal.requests import citizen


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
def data_check(request: HttpRequest) -> HttpResponse:
    """What differs, field by field, and three answers."""
    if request.method == "POST":
        return _answered(request)
    requests.person_id(request)
    person = patients.person_of(requests.account_id(request))
    if person is None or not person.data.complete:
        return redirect("profile")
    context = {
        "nav": "profile",
        "person": person,
        "disagreements": data_looks.disagreements(person, now=timezone.now()),
    }
    return render(request, "portal/data_check.html", context)


def _answered(request: HttpRequest) -> HttpResponse:
    later = "later" in request.POST
    act = patients_actions.put_off_look if later else patients_actions.confirm_personal_data
    try:
        act(
            person_id=requests.person_id(request),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except patients_actions.PersonalDataIncompleteError:
        return redirect("profile")
    if not later:
        messages.success(request, _("Спасибо, отметили: данные верны."))
    return redirect("home")
