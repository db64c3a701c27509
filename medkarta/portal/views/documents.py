"""Профиль → Документы: the person's own papers, not the record's."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from medkarta.accounts.sessions import needs_two_factors
from medkarta.insurance import queries as insurance
from medkarta.patients import actions
from medkarta.patients import queries as patients
from medkarta.patients.queries import papers as paper_queries
from medkarta.portal import requests
from medkarta.portal.paper_forms import PaperForm
from medkarta.portal.presenters import paper_words, policy_card
from medkarta.portal.requests import citizen
from medkarta.portal.views import gate


@require_safe
@citizen
@needs_two_factors
@gate.of_the_way
def documents(request: HttpRequest) -> HttpResponse:
    """The policy with what to do about it, the СНИЛС, and the other papers."""
    person_id = requests.subject_id(request)
    policy = insurance.policy_paper(person_id, now=timezone.now())
    person = patients.person(person_id)
    context = {
        "nav": "profile",
        "card": policy_card.card(policy),
        "claim": policy_card.claim(policy),
        "snils": person.data.snils if person else None,
        "papers": [paper_words.row(one) for one in paper_queries.papers_of(person_id)],
    }
    return render(request, "portal/documents.html", context)


@require_safe
@citizen
@needs_two_factors
@gate.of_the_way
def choose(request: HttpRequest) -> HttpResponse:
    """Which document to add."""
    context = {"nav": "profile", "kinds": paper_words.KINDS.values()}
    return render(request, "portal/paper_choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of one kind of paper."""
    kind = paper_words.BY_SLUG.get(slug)
    if kind is None:
        raise Http404
    form = PaperForm(request.POST or None, kind=kind, today=timezone.localdate())
    context = {"nav": "profile", "form": form, "kind": paper_words.KINDS[kind]}
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/paper_add.html", context)
    try:
        actions.add_paper(
            person_id=requests.subject_id(request),
            paper=form.paper_input(),
            by=requests.account_id(request),
            origin=requests.origin(request),
            now=timezone.now(),
        )
    except actions.TooManyPapersError:
        form.add_error(None, _("Документов уже двадцать. Уберите ненужный и добавьте этот снова."))
        return render(request, "portal/paper_add.html", context)
    messages.success(request, _("Документ добавлен. Номер хранится зашифрованным."))
    return redirect("documents")


@require_http_methods(["GET", "HEAD", "POST"])
@citizen
@needs_two_factors
@gate.of_the_way
def remove(request: HttpRequest, written_id: str) -> HttpResponse:
    """Ask, then remove; removed already: the list."""
    try:
        paper_id = UUID(written_id)
    except ValueError as error:
        raise Http404 from error
    person_id = requests.subject_id(request)
    paper = paper_queries.paper_of(person_id, paper_id)
    if paper is None:
        return redirect("documents")
    if request.method != "POST":
        context = {"nav": "profile", "paper": paper_words.row(paper)}
        return render(request, "portal/paper_remove.html", context)
    actions.remove_paper(
        person_id=person_id,
        paper_id=paper_id,
        by=requests.account_id(request),
        origin=requests.origin(request),
        now=timezone.now(),
    )
    messages.success(request, _("Документ убран."))
    return redirect("documents")
