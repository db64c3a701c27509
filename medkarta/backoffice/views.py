"""The operators' pages: finding a citizen, comparing them with their paper, confirming."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from medkarta.accounts import actions as accounts
from medkarta.accounts import queries as account_queries
from medkarta.accounts.rules import Role
from medkarta.accounts.sessions import to_second_factor, two_factors
from medkarta.audit.drafts import Origin
from medkarta.backoffice.forms import ConfirmForm, SearchForm
from medkarta.foundation.ids import AccountId
from medkarta.notifications import queries as notifications
from medkarta.patients import actions as patients
from medkarta.patients.actions import IdentityView

APP = "backoffice"
View = Callable[[HttpRequest], HttpResponseBase]
PROBLEMS: dict[type[Exception], Callable[[], str]] = {
    accounts.EmailNotVerifiedError: lambda: _("Почта ещё не подтверждена."),
    accounts.PersonalDataIncompleteError: lambda: _("Профиль заполнен не весь."),
    accounts.DataChangedError: lambda: _(
        "Пока вы смотрели, данные в профиле изменились. Сверьте их ещё раз."
    ),
    accounts.SnilsConfirmedElsewhereError: lambda: _(
        "Этот СНИЛС уже подтверждён в другой учётной записи. Подтвердить второй раз нельзя."
    ),
    accounts.NotACitizenError: lambda: _("Учётная запись закрыта."),
    accounts.NotAnOperatorError: lambda: _("Учётная запись закрыта."),
    accounts.OwnIdentityError: lambda: _("Свою личность подтвердить нельзя."),
}


def operators_only(view: View) -> View:
    """For an operator with two factors; to everybody else there is no such page."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_second_factor(request)
        account = account_queries.account(operator_id(request))
        if account is None or account.role is not Role.OPERATOR:
            raise Http404
        if not two_factors(request):
            return to_second_factor(request)
        return view(request)

    return wrapped


@require_GET
@operators_only
def start(_request: HttpRequest) -> HttpResponseBase:
    """To the one thing that there is to do."""
    return redirect("backoffice-identity")


@require_http_methods(["GET", "POST"])
@operators_only
def identity(request: HttpRequest) -> HttpResponseBase:
    """Find by e-mail, compare, confirm; what is looked for stays out of addresses."""
    if request.method == "GET":
        return _page(request, search=SearchForm())
    if "document_kind" in request.POST or "seen" in request.POST:
        return _confirm(request)
    return _search(request)


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """What would have gone out by mail; in the demo alone."""
    if not settings.DEMO:
        raise Http404
    context = {"messages_sent": notifications.recent()}
    return render(request, "backoffice/outbox.html", context)


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
        accounts.confirm_identity(
            account_id=AccountId(form.cleaned_data["account"]),
            by=operator_id(request),
            document_kind=form.cleaned_data["document_kind"],
            seen=form.cleaned_data["seen"],
            origin=origin(request),
            now=timezone.now(),
        )
    except tuple(PROBLEMS) as error:
        return _again(request, email, PROBLEMS[type(error)]())
    return render(request, "backoffice/confirmed.html", {"email": email})


def _again(request: HttpRequest, email: str, problem: str) -> HttpResponse:
    found = _look(request, email)
    if found is None:
        raise Http404
    confirm = _blank(found)
    search = SearchForm({"email": email})
    return _page(request, search=search, found=found, confirm=confirm, problem=problem, status=409)


def _look(request: HttpRequest, email: str) -> IdentityView | None:
    return patients.look_at_identity(
        email=email, by=operator_id(request), origin=origin(request), now=timezone.now()
    )


def _blank(found: IdentityView) -> ConfirmForm:
    return ConfirmForm(
        initial={
            "email": found.account.email,
            "account": found.account.account_id,
            "seen": found.seen,
        }
    )


def _page(request: HttpRequest, *, status: int = 200, **context: object) -> HttpResponse:
    return render(request, "backoffice/identity.html", context, status=status)


def operator_id(request: HttpRequest) -> AccountId:
    """The account that has signed in."""
    if not request.user.is_authenticated:
        raise Http404
    return AccountId(request.user.pk)


def origin(request: HttpRequest) -> Origin:
    """Where the request came from, for the log."""
    return Origin(
        app=APP,
        request_id=request.headers.get("x-request-id", ""),
        address=request.META.get("REMOTE_ADDR") or None,
        device=request.headers.get("user-agent", ""),
    )
