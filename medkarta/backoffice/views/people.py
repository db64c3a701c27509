"""Legal representatives: an operator compares a claim with the paper, confirms, refuses, ends."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from medkarta.backoffice.forms import SearchForm
from medkarta.backoffice.forms_people import AnswerForm, ConfirmClaimForm, EndForm
from medkarta.backoffice.requests import account_id as operator_id
from medkarta.backoffice.requests import operators_only, origin
from medkarta.patients import actions as patients
from medkarta.patients.actions import ApplicantView
from medkarta.patients.rules.representation import Kind, Paper

KINDS: dict[Kind, Promise] = {
    Kind.PARENT: gettext_lazy("родитель"),
    Kind.GUARDIAN: gettext_lazy("опекун"),
    Kind.TRUSTEE: gettext_lazy("попечитель"),
    Kind.TRUSTED: gettext_lazy("доверенное лицо"),
}
PROBLEMS: dict[type[Exception], Callable[[], str]] = {
    patients.UnknownClaimError: lambda: _("Этого заявления больше нет: его отозвали или закрыли."),
    patients.NotConfirmedError: lambda: _("Сначала подтвердите личность заявителя."),
    patients.WrongPaperError: lambda: _("Этот документ не даёт такого права. Выберите другой."),
    patients.GrownUpError: lambda: _("Ребёнку уже есть 18 лет: право подтвердить нельзя."),
    patients.DataDifferError: lambda: _(
        "Этот СНИЛС подтверждён у человека с другими данными. Сверьте номер с карточкой ребёнка."
    ),
    patients.OwnRepresentativeError: lambda: _("Заявитель указал самого себя."),
    patients.AlreadyActsError: lambda: _("Этот человек уже действует за ребёнка."),
}


@require_http_methods(["GET", "POST"])
@operators_only
def representatives(request: HttpRequest) -> HttpResponseBase:
    """Find the applicant by e-mail, compare both with their papers, answer."""
    if request.method == "GET":
        return _page(request, SearchForm())
    search = SearchForm(request.POST)
    if not search.is_valid():
        return _page(request, search, status=400)
    act = request.POST.get("act", "")
    problem, status = "", 200
    if act:
        answer = _ANSWERS.get(act)
        if answer is None:
            raise Http404
        problem, status = _answered(request, answer)
    return _found(request, search, problem, status)


def _answered(request: HttpRequest, answer: Callable[[HttpRequest], str | None]) -> tuple[str, int]:
    try:
        told = answer(request)
    except tuple(PROBLEMS) as error:
        return PROBLEMS[type(error)](), 409
    if told is None:
        return _("Отметьте, что человек и документы перед вами, и выберите документ."), 400
    messages.success(request, told)
    return "", 200


def _confirm(request: HttpRequest) -> str | None:
    form = ConfirmClaimForm(request.POST)
    if not form.is_valid():
        return None
    patients.confirm_claim(
        claim_id=form.cleaned_data["key"],
        paper=Paper(form.cleaned_data["paper"]),
        by=operator_id(request),
        origin=origin(request),
        now=timezone.now(),
    )
    return _("Право подтверждено. Записи об этом есть в журналах обоих.")


def _refuse(request: HttpRequest) -> str | None:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return None
    patients.refuse_claim(
        claim_id=form.cleaned_data["key"],
        by=operator_id(request),
        origin=origin(request),
        now=timezone.now(),
    )
    return _("В праве отказано. Заявитель увидит это в своём журнале.")


def _end(request: HttpRequest) -> str | None:
    form = EndForm(request.POST)
    if not form.is_valid():
        return None
    patients.end_by_paper(
        representation_id=form.cleaned_data["key"],
        by=operator_id(request),
        origin=origin(request),
        now=timezone.now(),
    )
    return _("Право закончено. Карта для представителя закрыта с этой минуты.")


_ANSWERS: dict[str, Callable[[HttpRequest], str | None]] = {
    "confirm": _confirm,
    "refuse": _refuse,
    "end": _end,
}


def _found(request: HttpRequest, search: SearchForm, problem: str, status: int) -> HttpResponse:
    found = patients.look_at_claims(
        email=search.cleaned_data["email"],
        by=operator_id(request),
        origin=origin(request),
        now=timezone.now(),
    )
    if found is None:
        search.add_error("email", _("Нет заявителя с такой почтой или профиль не открыт."))
        return _page(request, search, status=404)
    return _page(
        request,
        search,
        status=status,
        found=found,
        problem=problem,
        claims=_claims(found),
        rights=[
            {
                "key": one.representation_id,
                "name": one.principal.data.full_name,
                "kind": KINDS[one.kind],
            }
            for one in found.acts_for
        ],
        seen=EndForm().fields["seen"].label,
    )


def _claims(found: ApplicantView) -> list[dict[str, object]]:
    return [
        {
            "claim": one,
            "kind": KINDS[one.kind],
            "form": _blank(one.claim_id, found),
        }
        for one in found.claims
    ]


def _blank(key: UUID, found: ApplicantView) -> ConfirmClaimForm:
    return ConfirmClaimForm(
        initial={"key": key, "email": found.account.email}, auto_id=f"id_{key}_%s"
    )


def _page(
    request: HttpRequest, search: SearchForm, *, status: int = 200, **context: object
) -> HttpResponse:
    return render(
        request, "backoffice/representatives.html", {"search": search, **context}, status=status
    )
