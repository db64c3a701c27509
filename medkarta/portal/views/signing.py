"""A document before the person: its blanks, its whole text, their signature under it."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from medkarta.accounts import actions as accounts
from medkarta.accounts.sessions import needs_two_factors
from medkarta.consents import actions
from medkarta.consents import queries as consents
from medkarta.consents.blocks import blocks
from medkarta.consents.queries import ConsentView
from medkarta.consents.rules import Choice, Kind, NothingChosenError, State, WrongChoiceError
from medkarta.portal import requests
from medkarta.portal.consent_forms import ConsentChoiceForm, ConsentDetailsForm
from medkarta.portal.forms import ConsentForm
from medkarta.portal.presenters import consents as presenter
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate

_SIGNED: dict[Kind, str | Promise] = {
    Kind.PROCESSING: gettext_lazy("Согласие подписано."),
    Kind.ACCESS: gettext_lazy("Согласие подписано: доступ открыт."),
    Kind.DENIAL: gettext_lazy("Запрет подписан и уже действует."),
    Kind.LETTERS: gettext_lazy("Согласие подписано: напоминания будут приходить на вашу почту."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """What is being signed, and what its form carries along from the choosing."""

    choice: Choice
    carried: list[tuple[str, str]]

    @property
    def after_signing(self) -> str:
        return "link" if self.choice.kind is Kind.PROCESSING else "consents"


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def consent(request: HttpRequest) -> HttpResponse:
    """The gate's consent: the whole text, a tick of the person's own, a second factor."""
    return _at_desk(request, _Desk(choice=Choice(kind=Kind.PROCESSING), carried=[]))


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def new(request: HttpRequest, word: str) -> HttpResponse:
    """Another document: what it is to say, then the whole text and the signature."""
    if word not in {Kind.ACCESS, Kind.DENIAL, Kind.LETTERS}:
        raise Http404
    kind = Kind(word)
    if kind is Kind.LETTERS:
        return _at_desk(request, _Desk(choice=Choice(kind=kind), carried=[]))
    if consents.details(requests.subject_id(request)) is None:
        return _ask_details(kind)
    form = ConsentChoiceForm(request.POST if request.method == "POST" else None, kind=kind)
    if request.method != "POST" or not form.is_valid():
        return _choice_page(request, form)
    return _at_desk(request, _Desk(choice=form.choice(), carried=form.carried()), form)


def _choice_page(request: HttpRequest, form: ConsentChoiceForm) -> HttpResponse:
    context = {"nav": "control", "form": form, "words": presenter.KINDS[form.kind]}
    return render(request, "portal/consent_choice.html", context)


def _at_desk(
    request: HttpRequest, desk: _Desk, chosen: ConsentChoiceForm | None = None
) -> HttpResponse:
    signs = request.method == "POST" and "sha256" in request.POST
    form = ConsentForm(request.POST) if signs else None
    try:
        if form is None or not form.is_valid():
            return _desk_page(request, desk, form)
        _sign(request, desk.choice, form)
    except accounts.WrongCodeError as error:
        return _wrong_code(request, desk, form, error)
    except (WrongChoiceError, *_REFUSALS) as error:
        return _refused(request, desk, chosen, error)
    messages.success(request, str(_SIGNED[desk.choice.kind]))
    return redirect(desk.after_signing)


_REFUSALS = (
    actions.DetailsMissingError,
    actions.OperatorUnknownError,
    actions.TextChangedError,
    actions.IdentityNotConfirmedError,
)
_REFUSED: dict[type[Exception], tuple[str | Promise, str]] = {
    actions.OperatorUnknownError: (
        gettext_lazy("Подписать пока нельзя: не указано, кто ведёт эту Медкарту. Напишите нам."),
        "consents",
    ),
    actions.IdentityNotConfirmedError: (
        gettext_lazy("Сначала подтвердите личность: согласие подписывает владелец."),
        "link",
    ),
}


def _refused(
    request: HttpRequest, desk: _Desk, chosen: ConsentChoiceForm | None, error: Exception
) -> HttpResponse:
    if isinstance(error, WrongChoiceError):
        return _wrong_choice(request, chosen, error)
    if isinstance(error, actions.DetailsMissingError):
        return _ask_details(desk.choice.kind)
    if isinstance(error, actions.TextChangedError):
        messages.warning(request, _("Текст согласия обновился. Прочитайте новый и подпишите его."))
        return _desk_page(request, desk, None)
    words, place = _REFUSED[type(error)]
    messages.warning(request, str(words))
    return redirect(place)


def _sign(request: HttpRequest, choice: Choice, form: ConsentForm) -> None:
    actions.sign(
        person_id=requests.subject_id(request),
        by=requests.account_id(request),
        signature=actions.Signature(
            choice=choice,
            sha256=form.cleaned_data["sha256"],
            after=form.cleaned_data["after"],
            proof=form.proof(),
        ),
        origin=requests.origin(request),
        now=timezone.now(),
    )


def _wrong_code(
    request: HttpRequest, desk: _Desk, form: ConsentForm | None, error: accounts.WrongCodeError
) -> HttpResponse:
    if form is not None:
        form.add_error("code", code_trouble(error))
    return _desk_page(request, desk, form)


def _wrong_choice(
    request: HttpRequest, chosen: ConsentChoiceForm | None, error: WrongChoiceError
) -> HttpResponse:
    if chosen is None:
        raise Http404
    if isinstance(error, NothingChosenError):
        chosen.add_error(None, _("Выберите организацию и хотя бы один раздел."))
    else:
        chosen.add_error("until", _("Выберите день от сегодняшнего и не дальше пяти лет."))
    return _choice_page(request, chosen)


def _desk_page(request: HttpRequest, desk: _Desk, form: ConsentForm | None) -> HttpResponse:
    now = timezone.now()
    person_id = requests.subject_id(request)
    language = get_language() or "ru"
    shown = consents.paper_to_sign(
        person_id, desk.choice, language, by=requests.account_id(request)
    )
    if form is None or form.data.get("sha256") != shown.text.sha256:
        form = ConsentForm(initial={"sha256": shown.text.sha256, "after": shown.after})
    held = None if desk.choice.about_others else consents.signed(person_id, desk.choice.kind)
    context = {
        "nav": "card" if desk.choice.kind is Kind.PROCESSING else "control",
        "form": form,
        "words": presenter.KINDS[desk.choice.kind],
        "processing": desk.choice.kind is Kind.PROCESSING,
        "text": shown.text,
        "blocks": blocks(shown.text.body),
        "carried": desk.carried,
        "held": held if held is not None and held.state(now) is State.IN_FORCE else None,
        "renewal": _renewal(request, held),
    }
    return render(request, "portal/consent.html", context)


def _renewal(request: HttpRequest, held: ConsentView | None) -> presenter.Renewal | None:
    """The old text beside the new one in the language that was signed."""
    now = timezone.now()
    if held is None or presenter.renewal(held, None, now) is None:
        return None
    choice = Choice(kind=held.kind)
    new_text = consents.paper_to_sign(
        requests.subject_id(request), choice, held.text.language, by=requests.account_id(request)
    ).text
    return presenter.renewal(held, new_text, now)


def code_trouble(error: accounts.WrongCodeError) -> str:
    """Why a code or a passkey was not taken, and what to do."""
    if isinstance(error, accounts.TooManyCodesError):
        return _("Было слишком много неудачных кодов. Подождите 15 минут и введите новый код.")
    if isinstance(error, accounts.CodeUsedError):
        return _("Этот код уже использован. Подождите до 30 секунд и введите следующий.")
    if isinstance(error, accounts.PasskeyRefusedForDeedError):
        return _("Ключ доступа не подписал этот текст. Нажмите кнопку ещё раз или введите код.")
    return _("Код не подошёл. Проверьте, что это последний код из приложения для Медкарты.")


def _ask_details(kind: Kind) -> HttpResponse:
    answer = redirect("consent_details")
    answer["Location"] += f"?for={kind.value}"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def details(request: HttpRequest) -> HttpResponse:
    """What the law wants named in a consent and the profile does not say."""
    word = request.POST.get("for") or request.GET.get("for") or Kind.PROCESSING.value
    following = word if word in set(Kind) else Kind.PROCESSING.value
    known = consents.details(requests.subject_id(request))
    form: forms.Form = ConsentDetailsForm(
        request.POST if request.method == "POST" else None,
        initial=ConsentDetailsForm.initial_of(known),
    )
    if request.method == "POST" and form.is_valid() and _recorded(request, form):
        if following == Kind.PROCESSING:
            return redirect("consent")
        return redirect("consent_new", following)
    context = {"nav": "control", "form": form, "following": following, "known": known}
    return render(request, "portal/consent_details.html", context)


def _recorded(request: HttpRequest, form: forms.Form) -> bool:
    try:
        actions.record_details(
            person_id=requests.subject_id(request),
            details=actions.Details(**form.cleaned_data),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except actions.DetailsIncompleteError:
        form.add_error(None, _("Заполните все три поля."))
        return False
    return True
