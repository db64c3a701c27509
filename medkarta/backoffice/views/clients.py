"""Programs that call the API: one operator registers, another approves, any disables."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from medkarta.accounts import queries as accounts
from medkarta.backoffice import requests
from medkarta.backoffice.forms_clients import ActForm, RegisterForm, new_client_id
from medkarta.backoffice.requests import operators_only
from medkarta.clients import actions
from medkarta.clients import queries as clients
from medkarta.clients.known import ClientView
from medkarta.clients.queries import ActView
from medkarta.clients.rules.keys import KeysRefusedError
from medkarta.clients.rules.kinds import Act
from medkarta.clients.rules.names import NameRefusedError
from medkarta.clients.rules.narrowing import ScopesRefusedError
from medkarta.clients.rules.registration import AddressRefusedError
from medkarta.clinics import queries as clinics
from medkarta.foundation.ids import ClientId

_Trouble = tuple[str, str | Promise]
PROBLEMS: dict[type[Exception], _Trouble] = {
    NameRefusedError: (
        "name",
        gettext_lazy(
            "Название или владелец не подходят: русские или латинские буквы, в слове одни, и "
            "ничего похожего на ведомство или на Медкарту."
        ),
    ),
    AddressRefusedError: (
        "redirect_uris",
        gettext_lazy(
            "Адрес не подходит: https и имя сайта маленькими буквами, без #, @ и точек в пути. "
            "Для своей машины — http://127.0.0.1 с портом."
        ),
    ),
    KeysRefusedError: (
        "jwks",
        gettext_lazy(
            "Ключи не подходят: от одного до двадцати открытых, RS384 от 2048 бит или ES384, у "
            "каждого свой kid. Закрытых ключей нам не присылают."
        ),
    ),
    ScopesRefusedError: (
        "scope",
        gettext_lazy(
            "Таких областей нет или программе этого вида их не дают: приложению patient/…, "
            "системе system/…, а user/… никому. Сужают чтение одного вида записей о человеке "
            "параметрами R4 вида token и date, не больше пяти: "
            "patient/Observation.rs?category=laboratory,vital-signs&date=ge2024."
        ),
    ),
    actions.AppsReadError: (
        "scope",
        gettext_lazy(
            "Приложение только читает карту, писать в неё приложениям не дают: области кончаются "
            "на .rs, .r или .s, как patient/*.rs."
        ),
    ),
    actions.NoWayInError: (
        "kind",
        gettext_lazy(
            "Приложению нужны адреса возврата и не нужна клиника. Системе нужны клиника и ключи. "
            "Доказательство одно: ключи, их адрес или секрет; без него токены к ключу не привязать."
        ),
    ),
}
_ACTS: dict[Act, str | Promise] = {
    Act.REGISTER: gettext_lazy("записана"),
    Act.APPROVE: gettext_lazy("допущена"),
    Act.DISABLE: gettext_lazy("отключена"),
}


@require_safe
@operators_only
def client_list(request: HttpRequest) -> HttpResponse:
    """All programs; those that wait for the second operator first."""
    return render(request, "backoffice/clients.html", {"clients": clients.clients()})


@require_http_methods(["GET", "HEAD", "POST"])
@operators_only
def register(request: HttpRequest) -> HttpResponseBase:
    """Write a program down. Its secret, if it has one, is shown on the answer and nowhere else."""
    if request.method != "POST":
        form = RegisterForm(initial={"client_id": new_client_id(), "kind": "app"})
        return render(request, "backoffice/client_new.html", {"form": form})
    form = RegisterForm(request.POST)
    made = _registered(form, _by(request))
    if made is None:
        return render(request, "backoffice/client_new.html", {"form": form}, status=400)
    if made.secret:
        return _page(request, made.client, secret=made.secret)
    return redirect("backoffice-client", made.client.id)


def _registered(form: RegisterForm, by: actions.By) -> actions.Registered | None:
    """The program, also when the form was sent twice; None where the form says what is wrong."""
    if not form.is_valid():
        return None
    before = clients.client_called(form.cleaned_data["client_id"])
    if before is not None:
        return actions.Registered(client=before, secret="")
    try:
        return actions.register_client(new=form.new(), by=by, now=timezone.now())
    except tuple(PROBLEMS) as error:
        field, words = PROBLEMS[type(error)]
        form.add_error(field, str(words))
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@operators_only
def client(request: HttpRequest, client_id: UUID) -> HttpResponseBase:
    """One program: what it is, what was done with it, letting it in or shutting it out."""
    found = clients.client(ClientId(client_id))
    if found is None:
        raise Http404
    if request.method != "POST":
        return _page(request, found)
    form = ActForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=400)
    by, now = _by(request), timezone.now()
    try:
        if form.cleaned_data["act"] == "approve":
            actions.approve_client(client_id=found.id, by=by, now=now)
            messages.success(request, _("Программа допущена."))
        else:
            actions.disable_client(client_id=found.id, by=by, now=now)
            messages.success(request, _("Программа отключена: её ключи больше не действуют."))
    except actions.SecondOperatorNeededError:
        messages.warning(request, _("Вы записали эту программу сами: допускает второй оператор."))
    return redirect("backoffice-client", found.id)


def _page(
    request: HttpRequest,
    found: ClientView,
    *,
    secret: str = "",
    form: ActForm | None = None,
    status: int = 200,
) -> HttpResponse:
    known = {} if found.clinic_id is None else clinics.names([found.clinic_id])
    context = {
        "client": found,
        "clinic": next(iter(known.values()), ""),
        "scopes": " ".join(found.scopes),
        "own": found.created_by == requests.account_id(request),
        "acts": [(_ACTS[one.act], _who(one), one.at) for one in clients.acts_on(found.id)],
        "secret": secret,
        "form": form,
    }
    return render(request, "backoffice/client.html", context, status=status)


def _who(one: ActView) -> str:
    return accounts.actor(one.by).name if one.by else _("служебная команда")


def _by(request: HttpRequest) -> actions.By:
    return actions.By(account_id=requests.account_id(request), app=requests.APP)
