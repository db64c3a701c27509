"""The way to an open record: its steps, the request for the clinics' entries."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from medkarta.accounts.sessions import needs_two_factors
from medkarta.patients import actions as patients_actions
from medkarta.patients import queries as patients
from medkarta.patients.queries import LinkState
from medkarta.patients.rules import LinkRequestState
from medkarta.portal import requests
from medkarta.portal.forms import LinkForm
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate


@require_safe
@citizen
@gate.of_the_way
def link(request: HttpRequest) -> HttpResponse:
    """Every step with its live state, and the next one."""
    requests.subject_id(request)
    return render(request, "portal/link.html", {"nav": "card", "way": gate.way(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def link_request(request: HttpRequest) -> HttpResponse:
    """Ask which clinics have entries, recognise one's own, link them; unlink is as cheap."""
    if request.method == "POST":
        answer = _POSTED.get(request.POST.get("act", ""), _ask)
        return answer(request)
    return _request_page(request, patients.link_state(requests.subject_id(request)))


def _ask(request: HttpRequest) -> HttpResponse:
    try:
        patients_actions.request_link(
            person_id=requests.subject_id(request),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except patients_actions.IdentityNotConfirmedError:
        messages.warning(request, _("Сначала подтвердите личность: карты ищут по вашим данным."))
        return redirect("link")
    return redirect("link_request")


def _confirm(request: HttpRequest) -> HttpResponse:
    state = patients.link_state(requests.subject_id(request))
    asked = state.request
    if asked is None:
        return redirect("link_request")
    form = LinkForm(request.POST, found=asked.found)
    if not form.is_valid():
        return _request_page(request, state, form)
    try:
        patients_actions.confirm_link(
            request_id=asked.request_id,
            person_id=requests.subject_id(request),
            patient_ids=[one.patient_id for one in form.chosen()],
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except (
        patients_actions.EntryTakenError,
        patients_actions.IdentityNotConfirmedError,
        patients_actions.LinkRequestExpiredError,
        patients_actions.NotFoundForThisPersonError,
    ):
        messages.warning(request, _("Список карт устарел: найдите их ещё раз."))
        return redirect("link_request")
    return redirect("link_done")


def _refuse(request: HttpRequest) -> HttpResponse:
    asked = patients.link_state(requests.subject_id(request)).request
    if asked is None:
        return redirect("link_request")
    try:
        patients_actions.refuse_link(
            request_id=asked.request_id,
            person_id=requests.subject_id(request),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except patients_actions.LinkRequestExpiredError:
        messages.warning(request, _("Список карт устарел: найдите их ещё раз."))
    else:
        messages.success(
            request,
            _("Записано: эти карты чужие, ничего не привязано. Сообщите клинике об ошибке."),
        )
    return redirect("link_request")


def _unlink(request: HttpRequest) -> HttpResponse:
    person_id = requests.subject_id(request)
    linked = {str(one.patient_id): one for one in patients.link_state(person_id).linked}
    entry = linked.get(request.POST.get("patient", ""))
    if entry is not None:
        patients_actions.unlink(
            person_id=person_id,
            patient_id=entry.patient_id,
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
        messages.success(
            request, _("Карта клиники отвязана. Передумаете — найдите её здесь же снова.")
        )
    return redirect("link_request")


_POSTED = {"ask": _ask, "confirm": _confirm, "refuse": _refuse, "unlink": _unlink}


def _request_page(
    request: HttpRequest, state: LinkState, form: LinkForm | None = None
) -> HttpResponse:
    asked = state.request
    stage = None if asked is None else asked.state_at(timezone.now())
    if form is None and asked is not None and stage is LinkRequestState.FOUND:
        form = LinkForm(found=asked.found)
    context = {"nav": "card", "state": state, "form": form, "stage": stage}
    return render(request, "portal/link_request.html", context)


@require_safe
@citizen
@needs_two_factors
@gate.of_the_way
def link_done(request: HttpRequest) -> HttpResponse:
    """What was linked, and what comes next."""
    state = patients.link_state(requests.subject_id(request))
    if not state.linked:
        return redirect("link_request")
    context = {"nav": "card", "linked": state.linked, "way": gate.way(request)}
    return render(request, "portal/link_done.html", context)
