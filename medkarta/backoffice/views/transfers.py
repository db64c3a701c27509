"""A СНИЛС that two accounts claim: asked by one operator, decided by a second."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from medkarta.backoffice import requests
from medkarta.backoffice.forms import TransferForm, VerdictForm
from medkarta.backoffice.requests import operators_only
from medkarta.patients import actions as patients
from medkarta.patients.rules import TransferState

PROBLEMS: dict[type[Exception], Callable[[], str]] = {
    patients.ReasonMissingError: lambda: _("Напишите, почему вы так решили: хотя бы 10 знаков."),
    patients.SecondOperatorNeededError: lambda: _(
        "Передачу попросили вы. Решить должен второй оператор."
    ),
    patients.TransferChangedError: lambda: _("Данные изменились, этой передачи больше нет."),
    patients.NothingToTransferError: lambda: _(
        "Передавать нечего: этот СНИЛС нигде больше не подтверждён или передачу уже попросили."
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@operators_only
def transfer_list(request: HttpRequest) -> HttpResponseBase:
    """What waits for a second operator; asking for a transfer comes here from the identity page."""
    if request.method == "POST":
        return _decide(request) if "transfer" in request.POST else _ask(request)
    return _page(request)


def _ask(request: HttpRequest) -> HttpResponse:
    form = TransferForm(request.POST)
    if not form.is_valid():
        messages.warning(request, PROBLEMS[patients.ReasonMissingError]())
        return redirect("backoffice-identity")
    try:
        patients.ask_transfer(
            person_id=form.cleaned_data["person"],
            why=form.cleaned_data["why"],
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except (patients.ReasonMissingError, patients.NothingToTransferError) as error:
        messages.warning(request, PROBLEMS[type(error)]())
        return redirect("backoffice-identity")
    messages.success(request, _("Записано. Решит второй оператор, у него будут обе карточки."))
    return redirect("backoffice-transfers")


def _decide(request: HttpRequest) -> HttpResponse:
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _page(request, PROBLEMS[patients.ReasonMissingError](), status=400)
    try:
        state = patients.decide_transfer(
            transfer_id=UUID(str(form.cleaned_data["transfer"])),
            verdict=patients.Verdict(
                move=form.cleaned_data["answer"] == "move", why=form.cleaned_data["why"]
            ),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except tuple(PROBLEMS) as error:
        return _page(request, PROBLEMS[type(error)](), status=409)
    said = {
        TransferState.MOVED: _("СНИЛС передан. Подтвердите личность второй учётной записи."),
        TransferState.DECLINED: _("Записано: СНИЛС остаётся у прежней учётной записи."),
    }
    messages.success(request, said.get(state, ""))
    return redirect("backoffice-transfers")


def _page(request: HttpRequest, problem: str = "", *, status: int = 200) -> HttpResponse:
    waiting = [
        (
            one,
            one.asked_by == requests.account_id(request),
            VerdictForm(initial={"transfer": one.transfer_id}, prefix=None),
        )
        for one in patients.look_at_transfers(
            by=requests.account_id(request), origin=requests.origin(request), now=timezone.now()
        )
    ]
    context = {"waiting": waiting, "problem": problem}
    return render(request, "backoffice/transfers.html", context, status=status)
