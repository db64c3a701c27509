"""Finding a citizen, comparing them with their paper, confirming."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from medkarta.accounts import actions as accounts
from medkarta.backoffice import requests
from medkarta.backoffice.forms import ConfirmForm, SearchForm, TransferForm
from medkarta.backoffice.requests import operators_only
from medkarta.patients import actions as patients
from medkarta.patients.actions import IdentityView

PROBLEMS: dict[type[Exception], Callable[[], str]] = {
    accounts.EmailNotVerifiedError: lambda: _("Почта ещё не подтверждена."),
    accounts.PersonalDataIncompleteError: lambda: _("Профиль заполнен не весь."),
    accounts.DataChangedError: lambda: _(
        "Пока вы смотрели, данные в профиле изменились. Сверьте их ещё раз."
    ),
    accounts.SnilsConfirmedElsewhereError: lambda: _(
        "Этот СНИЛС уже подтверждён в другой учётной записи. Передать его могут два оператора."
    ),
    accounts.NotACitizenError: lambda: _("Учётная запись закрыта."),
    accounts.NotAnOperatorError: lambda: _("Учётная запись закрыта."),
    accounts.OwnIdentityError: lambda: _("Свою личность подтвердить нельзя."),
    patients.UnknownPaperError: lambda: _(
        "Пока вы смотрели, паспорт в профиле убрали. Сверьте данные ещё раз."
    ),
}


@require_http_methods(["GET", "POST"])
@operators_only
def identity(request: HttpRequest) -> HttpResponseBase:
    """Find by e-mail, compare, confirm; what is looked for stays out of addresses."""
    if request.method == "GET":
        return _page(request, search=SearchForm())
    if "document_kind" in request.POST or "seen" in request.POST:
        return _confirm(request)
    return _search(request)


def _search(request: HttpRequest) -> HttpResponse:
    search = SearchForm(request.POST)
    if not search.is_valid():
        return _page(request, search=search, status=400)
    found = _look(request, search.cleaned_data["email"])
    if found is None:
        search.add_error("email", _("Нет заявителя с такой почтой или профиль не открыт."))
        return _page(request, search=search, status=404)
    return _page(request, search=search, found=found, confirm=_blank(found))


def _confirm(request: HttpRequest) -> HttpResponse:
    form = ConfirmForm(request.POST)
    email = request.POST.get("email", "")
    if not form.is_valid():
        found = _look(request, email)
        if found is None:
            raise Http404
        search = SearchForm({"email": email})
        return _page(request, search=search, found=found, confirm=form, status=400)
    try:
        patients.confirm_compared(
            compared=form.seen_by_operator(),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except tuple(PROBLEMS) as error:
        elsewhere = isinstance(error, accounts.SnilsConfirmedElsewhereError)
        return _again(request, email, PROBLEMS[type(error)](), elsewhere=elsewhere)
    return render(request, "backoffice/confirmed.html", {"email": email})


def _again(request: HttpRequest, email: str, problem: str, *, elsewhere: bool) -> HttpResponse:
    found = _look(request, email)
    if found is None:
        raise Http404
    confirm = _blank(found)
    context = {
        "search": SearchForm({"email": email}),
        "found": found,
        "confirm": confirm,
        "problem": problem,
        "transfer": TransferForm(initial={"person": found.person.person_id}) if elsewhere else None,
    }
    return _page(request, **context, status=409)


def _look(request: HttpRequest, email: str) -> IdentityView | None:
    return patients.look_at_identity(
        email=email,
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )


def _blank(found: IdentityView) -> ConfirmForm:
    return ConfirmForm(
        initial={
            "email": found.account.email,
            "account": found.account.account_id,
            "seen": found.seen,
            "paper": found.passport.paper_id if found.passport else None,
        }
    )


def _page(request: HttpRequest, *, status: int = 200, **context: object) -> HttpResponse:
    return render(request, "backoffice/identity.html", context, status=status)
