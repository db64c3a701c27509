"""Профиль: the person's own data, and their papers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from medkarta.accounts import queries as accounts
from medkarta.accounts.esia.configuration import configuration
from medkarta.accounts.esia.protocol import sign_out_address
from medkarta.accounts.rules import Level, ProvedBy
from medkarta.accounts.sessions import needs_two_factors
from medkarta.insurance import actions as insurance_actions
from medkarta.insurance import queries as insurance
from medkarta.patients import actions as patients_actions
from medkarta.patients import queries as patients
from medkarta.patients.queries import PersonView
from medkarta.patients.rules import Sex
from medkarta.portal import requests
from medkarta.portal.forms import PersonalDataForm, PolicyForm
from medkarta.portal.presenters import levels, register_words
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate


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


@require_safe
@citizen
@needs_two_factors
@gate.of_the_way
def documents(request: HttpRequest) -> HttpResponse:
    """Документы of the person, not of the record: the policy."""
    policy = insurance.policy_of(requests.subject_id(request), now=timezone.now())
    return render(request, "portal/documents.html", {"nav": "profile", "policy": policy})


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def policy(request: HttpRequest) -> HttpResponse:
    """One question: the number of the OMS policy."""
    form = PolicyForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/policy.html", {"nav": "profile", "form": form})
    try:
        _link_policy(request, form)
    except insurance_actions.IdentityNotConfirmedError:
        text = _("Сначала подтвердите личность: полис сверяют с вашими данными.")
        messages.warning(request, text)
    except insurance_actions.RegisterSilentError:
        return redirect("documents")
    except tuple(_REFUSED) as error:
        form.add_error("number", str(_REFUSED[type(error)]))
        return render(request, "portal/policy.html", {"nav": "profile", "form": form})
    else:
        messages.success(request, _("Полис привязан: реестр застрахованных его подтвердил."))
    return redirect("link")


def _link_policy(request: HttpRequest, form: PolicyForm) -> None:
    insurance_actions.link_policy(
        person_id=requests.subject_id(request),
        number=form.cleaned_data["number"],
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )


_REFUSED: dict[type[Exception], Promise] = {
    insurance_actions.PolicyNotConfirmedError: gettext_lazy(
        "Реестр не подтвердил, что это ваш действующий полис. Проверьте 16 цифр и свои данные "
        "в профиле: фамилия, имя, отчество и дата рождения должны совпадать с полисом. "
        "Номер менялся — запросите новый в страховой."
    ),
    insurance_actions.PolicyEndedError: gettext_lazy(
        "Этот полис больше не действует. Новый номер подскажет страховая компания."
    ),
    insurance_actions.TooManyAttemptsError: gettext_lazy(
        "За сутки было пять неудачных попыток, поэтому ввод номера остановлен. "
        "Попробуйте завтра, а пока уточните номер в страховой."
    ),
}
