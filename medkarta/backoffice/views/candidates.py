"""Clinics' entries that are like a person's: two operators compare each pair."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from medkarta.backoffice import requests
from medkarta.backoffice.forms import JudgementForm
from medkarta.backoffice.requests import operators_only
from medkarta.patients import actions as patients
from medkarta.patients.queries import candidates
from medkarta.patients.queries.candidates import CandidateView
from medkarta.patients.rules import CandidateState

PROBLEMS: dict[type[Exception], Callable[[], str]] = {
    patients.ReasonMissingError: lambda: _("Напишите, почему вы так решили: хотя бы 10 знаков."),
    patients.ComparedChangedError: lambda: _(
        "Пока вы смотрели, данные изменились. Сверьте их ещё раз."
    ),
    patients.SecondOperatorNeededError: lambda: _(
        "Вы уже предложили считать их одним человеком. Согласиться должен второй оператор."
    ),
}
DONE: dict[CandidateState, Callable[[], str]] = {
    CandidateState.PROPOSED: lambda: _("Записано. Теперь пару сверит второй оператор."),
    CandidateState.SAME: lambda: _("Записано. Человек увидит карту и подтвердит, что она его."),
    CandidateState.DIFFERENT: lambda: _("Записано: это разные люди. Карта не покажется."),
}


@require_safe
@operators_only
def candidate_list(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first."""
    return render(request, "backoffice/candidates.html", {"waiting": candidates.waiting()})


@require_http_methods(["GET", "HEAD", "POST"])
@operators_only
def candidate(request: HttpRequest, candidate_id: UUID) -> HttpResponseBase:
    """Both side by side, what differs marked, and the judgement."""
    if request.method != "POST":
        found = _look(request, candidate_id)
        form = JudgementForm(initial={"compared": found.compared})
        return _page(request, found, form)
    form = JudgementForm(request.POST)
    if not form.is_valid():
        return _page(request, _look(request, candidate_id), form, status=400)
    try:
        state = patients.judge_candidate(
            candidate_id=candidate_id,
            judgement=patients.Judgement(
                same=form.cleaned_data["answer"] == "same",
                compared=form.cleaned_data["compared"],
                why=form.cleaned_data["why"],
            ),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except patients.UnknownCandidateError as error:
        raise Http404 from error
    except tuple(PROBLEMS) as error:
        found = _look(request, candidate_id)
        again = JudgementForm({**request.POST.dict(), "compared": found.compared})
        again.add_error("why", PROBLEMS[type(error)]())
        return _page(request, found, again, status=409)
    messages.success(request, DONE[state]())
    return redirect("backoffice-candidates")


def _look(request: HttpRequest, candidate_id: UUID) -> CandidateView:
    try:
        return patients.look_at_candidate(
            candidate_id=candidate_id,
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except patients.UnknownCandidateError as error:
        raise Http404 from error


def _page(
    request: HttpRequest, found: CandidateView, form: JudgementForm, *, status: int = 200
) -> HttpResponse:
    rows = [
        (_("Фамилия"), found.person.family, found.entry.family, "family" in found.differ),
        (_("Имя"), found.person.given, found.entry.given, "given" in found.differ),
        (
            _("Отчество"),
            found.person.patronymic,
            found.entry.patronymic,
            "patronymic" in found.differ,
        ),
        (
            _("Дата рождения"),
            found.person.birth_date,
            found.entry.birth_date,
            "birth_date" in found.differ,
        ),
        (_("Пол"), _SEX[found.person.sex](), _SEX[found.entry.sex](), "sex" in found.differ),
        (
            _("СНИЛС"),
            found.person.snils and found.person.snils.masked(),
            found.entry.snils and found.entry.snils.masked(),
            "snils" in found.differ,
        ),
    ]
    context = {"found": found, "rows": rows, "form": form}
    return render(request, "backoffice/candidate.html", context, status=status)


_SEX: dict[str, Callable[[], str]] = {
    "male": lambda: _("мужской"),
    "female": lambda: _("женский"),
    "unknown": lambda: _("не указан"),
}
