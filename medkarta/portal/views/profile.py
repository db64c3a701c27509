"""Профиль: the person's own data."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from medkarta.accounts import queries as accounts
from medkarta.accounts.esia.configuration import configuration
from medkarta.accounts.esia.protocol import sign_out_address
from medkarta.accounts.rules import Level, ProvedBy
from medkarta.accounts.sessions import needs_two_factors
from medkarta.patients import actions as patients_actions
from medkarta.patients import queries as patients
from medkarta.patients.queries import PersonView
from medkarta.patients.rules import Sex
from medkarta.portal import requests
from medkarta.portal.forms import PersonalDataForm
from medkarta.portal.presenters import levels, register_words
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
    account_id = requests.account_id(request)
    account = accounts.account(account_id)
    level = account.level if account else Level.SIMPLIFIED
    ours = configuration()
    context = {
        "nav": "profile",
        "person": person,
        "form": form,
        "account": account,
        "verified": level is Level.VERIFIED,
        "by_esia": level is Level.VERIFIED and accounts.proved_by(account_id) is ProvedBy.ESIA,
        "standing": levels.standing(level),
        "check": None if level is Level.VERIFIED else register_words.told(person),
        "esia": ours is not None,
        "linked": accounts.external_identity(account_id, ours.issuer) if ours else None,
        "esia_out": sign_out_address(ours, request.build_absolute_uri("/")) if ours else "",
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
    _compare(request, person)
    if recorded.level_dropped:
        messages.warning(
            request,
            _("Данные изменены. Карта закрыта, пока вы не подтвердите личность заново."),
        )
    elif recorded.changed:
        messages.success(request, _("Данные сохранены. Проверьте их ещё раз."))
    return redirect("profile")


def _compare(request: HttpRequest, person: PersonView) -> None:
    """Ask the register about what was just written; a silent one is asked again by a job."""
    try:
        patients_actions.check_person(
            person_id=person.person_id,
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except patients_actions.PersonalDataIncompleteError:
        return
    except patients_actions.TooManyChecksError:
        text = _(
            "Данные сохранены. Сегодня с регистром населения больше не сверяем, завтра сверим."
        )
        messages.warning(request, text)


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
