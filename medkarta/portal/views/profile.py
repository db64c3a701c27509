"""Профиль: the person's own data."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from medkarta.accounts import queries as accounts
from medkarta.accounts.rules import Level
from medkarta.accounts.sessions import needs_two_factors
from medkarta.patients import actions as patients_actions
from medkarta.patients import queries as patients
from medkarta.patients.queries import PersonView
from medkarta.patients.rules import Sex
from medkarta.portal import requests
from medkarta.portal.forms import PersonalDataForm
from medkarta.portal.requests import citizen


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
def profile(request: HttpRequest) -> HttpResponse:
    """Look at the data, correct them, say that they are right."""
    requests.person_id(request)
    person = patients.person_of(requests.account_id(request))
    if person is None:
        return redirect("home")
    if request.method == "POST":
        return _confirm(request) if "confirm" in request.POST else _correct(request, person)
    form = None
    if "edit" in request.GET or not person.data.complete:
        form = PersonalDataForm(initial=_initial(person), today=timezone.localdate())
    return _profile_page(request, person, form)


def _correct(request: HttpRequest, person: PersonView) -> HttpResponse:
    form = PersonalDataForm(request.POST, today=timezone.localdate())
    return (
        _record(request, person, form) if form.is_valid() else _profile_page(request, person, form)
    )


def _profile_page(
    request: HttpRequest, person: PersonView, form: PersonalDataForm | None
) -> HttpResponse:
    account = accounts.account(requests.account_id(request))
    context = {
        "nav": "profile",
        "person": person,
        "form": form,
        "account": account,
        "verified": account is not None and account.level is Level.VERIFIED,
        "has_codes": accounts.has_second_factor(requests.account_id(request)),
    }
    return render(request, "portal/profile.html", context)


def _initial(person: PersonView) -> dict[str, object]:
    data = person.data
    return {
        "family": data.family,
        "given": data.given,
        "patronymic": data.patronymic,
        "birth_date": data.birth_date,
        "sex": "" if data.sex is Sex.UNKNOWN else data.sex.value,
        "snils": str(data.snils) if data.snils else "",
    }


def _record(request: HttpRequest, person: PersonView, form: PersonalDataForm) -> HttpResponse:
    recorded = patients_actions.record_personal_data(
        person_id=person.person_id,
        data=form.data_input(),
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )
    if recorded.level_dropped:
        messages.warning(
            request,
            _("Данные изменены. Карта закрыта, пока оператор не сверит их с паспортом заново."),
        )
    elif recorded.changed:
        messages.success(request, _("Данные сохранены. Проверьте их ещё раз."))
    return redirect("profile")


def _confirm(request: HttpRequest) -> HttpResponse:
    try:
        patients_actions.confirm_personal_data(
            person_id=requests.person_id(request),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except patients_actions.PersonalDataIncompleteError:
        return redirect("profile")
    messages.success(request, _("Спасибо, отметили: данные верны."))
    return redirect("link")
