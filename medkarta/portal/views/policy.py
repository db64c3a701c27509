"""Linking the OMS policy: by its number, or by asking the register for it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from medkarta.accounts.sessions import needs_two_factors
from medkarta.insurance import actions as insurance
from medkarta.patients import queries as patients
from medkarta.portal import requests
from medkarta.portal.forms import PolicyForm
from medkarta.portal.presenters import policy_refusal
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def policy(request: HttpRequest) -> HttpResponse:
    """One question: the number of the OMS policy."""
    form = PolicyForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    try:
        _link_policy(request, form)
    except insurance.IdentityNotConfirmedError:
        messages.warning(request, _identity_first())
    except insurance.RegisterSilentError:
        return redirect("documents")
    except policy_refusal.REFUSED as error:
        person = patients.person(requests.subject_id(request))
        refusal = policy_refusal.of(error, number=form.cleaned_data["number"], person=person)
        form.add_error("number", str(refusal.happened))
        return _page(request, form, refusal)
    else:
        messages.success(request, _("Полис привязан: реестр застрахованных его подтвердил."))
    return redirect("link")


@require_POST
@citizen
@needs_two_factors
@gate.of_the_way
def find(request: HttpRequest) -> HttpResponse:
    """Ask the register for the person's policy, without a number."""
    try:
        insurance.find_policy(
            person_id=requests.subject_id(request),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except insurance.IdentityNotConfirmedError:
        messages.warning(request, _identity_first())
    except insurance.RegisterSilentError:
        text = _(
            "Реестр застрахованных сейчас не отвечает. Ничего не изменилось, попробуйте позже."
        )
        messages.warning(request, text)
    except policy_refusal.REFUSED as error:
        messages.warning(request, str(policy_refusal.not_found(error)))
    else:
        messages.success(request, _("Реестр нашёл ваш действующий полис. Он привязан."))
    return redirect("documents")


def _page(
    request: HttpRequest, form: PolicyForm, refusal: policy_refusal.Refused | None = None
) -> HttpResponse:
    wrong = form.is_bound and "number" in form.errors
    open_old = wrong and (refusal is None or refusal.old)
    context = {"nav": "profile", "form": form, "refusal": refusal, "open_old": open_old}
    return render(request, "portal/policy.html", context)


def _link_policy(request: HttpRequest, form: PolicyForm) -> None:
    insurance.link_policy(
        person_id=requests.subject_id(request),
        number=form.cleaned_data["number"],
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )


def _identity_first() -> str:
    return _("Сначала подтвердите личность: полис сверяют с вашими данными.")
